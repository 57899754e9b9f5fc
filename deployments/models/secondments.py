"""Where a cadre is sent, and since when."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deployments.models.cadres import Cadre
from portal.lib.constraints import NoOverlap, in_order, lasts_on
from residents.models import Community, Compound
from residents.scope import CommunityQuerySet


class SecondmentQuerySet(CommunityQuerySet):
    """Secondments, by state and day."""

    def standing(self) -> Self:
        """Those that bind the cadre: neither refused nor ended by a decision."""
        return self.filter(state__in=Secondment.STANDING)

    def serving(self) -> Self:
        """Those whose cadre may be given shifts on their days; ask with `.on(day)`."""
        return self.filter(state__in=Secondment.SERVING)

    def reported(self) -> Self:
        """Those of the serving who have reported for duty, also with a decided end still ahead; ask with `.on(day)`."""
        return self.serving().exclude(state=Secondment.State.APPROVED)

    def current(self) -> Self:
        """Those that bind the cadre today or later."""
        return self.standing().filter(Q(ends_on=None) | Q(ends_on__gte=timezone.localdate()))

    def overdue(self) -> Self:
        """Those whose last day has passed and of which nobody has put down how they ended; first whoever was here."""
        here_first = Case(When(state=Secondment.State.ON_DUTY, then=0), default=1)
        over = self.filter(state__in=Secondment.UNDECIDED, ends_on__lt=timezone.localdate())
        return over.order_by(here_first, "ends_on", "id")

    def on(self, day: object) -> Self:
        """Those that last on a day."""
        return self.filter(lasts_on(day))


class Secondment(models.Model):
    """下沉: one cadre's posting to one community between two days (both included)."""

    community_path = "community"

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        APPROVED = "approved", _("approved")
        ON_DUTY = "on_duty", _("on duty")
        REDEPLOYED = "redeployed", _("redeployed")
        RECALLED = "recalled", _("recalled")
        COMPLETED = "completed", _("completed")
        REFUSED = "refused", _("refused")
        CANCELLED = "cancelled", _("cancelled")
        NO_SHOW = "no_show", _("did not report")

    # Binds the cadre: its days may not be given away again.
    STANDING = ("submitted", "approved", "on_duty", "redeployed", "recalled", "completed")
    # May be planned for on its days: a decided end moves `ends_on`, and the last day counts.
    # All but the approved come after the report for duty; whoever has not reported yet cannot sign in to a shift.
    SERVING = ("approved", "on_duty", "redeployed", "recalled", "completed")
    # Not yet ended by a decision.
    UNDECIDED = ("submitted", "approved", "on_duty")

    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="secondments", verbose_name=_("cadre"))
    community = models.ForeignKey(Community, models.PROTECT, related_name="secondments", verbose_name=_("community"))
    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, related_name="secondments", verbose_name=_("compound")
    )
    duty = models.CharField(_("duty"), max_length=60, blank=True)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    at_home = models.BooleanField(_("placed where the cadre lives"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.APPROVED)
    reported_at = models.DateTimeField(_("reported for duty at"), null=True, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reported to")
    )
    previous = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="next", verbose_name=_("redeployed from")
    )
    end_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)

    objects = SecondmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("secondment")
        verbose_name_plural = _("secondments")
        ordering = ["-starts_on", "id"]
        constraints = [
            NoOverlap(
                "cadre",
                "starts_on",
                "ends_on",
                name="secondment_one_community_at_a_time",
                condition=Q(state__in=["submitted", "approved", "on_duty", "redeployed", "recalled", "completed"]),
                violation_error_message=_(
                    "This cadre is already seconded on some of these days. Change the days, or end the other secondment first."
                ),
            ),
            in_order(
                "starts_on",
                "ends_on",
                name="secondment_days_in_order",
                message=_("The secondment ends before it starts. Change one of the two days."),
            ),
            models.CheckConstraint(
                condition=Q(reported_at=None, reported_by=None) | Q(reported_at__isnull=False, reported_by__isnull=False),
                name="secondment_reported_at_and_by",
            ),
        ]
        indexes = [models.Index(fields=["community", "state"], name="secondment_community")]

    def __str__(self) -> str:
        return f"{self.cadre} {self.community} {self.starts_on}"

    @property
    def is_overdue(self) -> bool:
        """Whether the last day has passed and nobody has put down how it ended."""
        return self.state in self.UNDECIDED and self.ends_on is not None and self.ends_on < timezone.localdate()

    @property
    def has_ended(self) -> bool:
        """Whether its end is decided and its last day has passed."""
        return self.state not in self.UNDECIDED and self.ends_on is not None and self.ends_on < timezone.localdate()

    @property
    def days_here(self) -> int | None:
        """Which day since the arrival it is; None before it."""
        if self.reported_at is None:
            return None
        return (timezone.localdate() - timezone.localdate(self.reported_at)).days + 1

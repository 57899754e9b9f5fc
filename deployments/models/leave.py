"""Absences of a seconded cadre."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deployments.models.secondments import Secondment
from portal.lib.constraints import NoOverlap
from residents.scope import CommunityQuerySet


class Leave(models.Model):
    """请假、轮休: hours in which a cadre is not to be given a shift."""

    community_path = "secondment__community"

    class Kind(models.TextChoices):
        SICK = "sick", _("sick")
        PERSONAL = "personal", _("personal")
        FAMILY = "family", _("family")
        UNIT_WORK = "unit_work", _("work of the unit")
        REST = "rest", _("rest by rotation")
        QUARANTINE = "quarantine", _("quarantine")

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        CANCELLED = "cancelled", _("cancelled")

    secondment = models.ForeignKey(Secondment, models.PROTECT, related_name="leaves", verbose_name=_("secondment"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.SUBMITTED)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leave")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="leave_hours_in_order",
                violation_error_message=_("The leave ends before it starts. Change one of the two times."),
            ),
            NoOverlap(
                "secondment",
                "starts_at",
                "ends_at",
                name="leave_once",
                condition=Q(state__in=["submitted", "approved"]),
                violation_error_message=_("There is already a leave at this time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.secondment} {self.get_kind_display()}"

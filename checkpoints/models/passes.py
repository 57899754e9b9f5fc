"""出入证: the right of a home or a person to pass the gate, and each use of it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.models.pass_policies import PassKind
from checkpoints.models.passages import Passage
from checkpoints.models.posts import Post
from portal.lib.constraints import in_order, lasts_on
from residents.models import Community, Compound, Dwelling, Resident
from residents.scope import CommunityQuerySet

LIVE = ("requested", "active", "suspended")
OUTSIDERS = (PassKind.WORKER, PassKind.CARER)


class PassQuerySet(CommunityQuerySet):
    """Passes, by state."""

    def live(self) -> Self:
        """Neither voided nor run out."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=timezone.localdate()), state__in=LIVE)

    def valid_on(self, day: object) -> Self:
        return self.filter(lasts_on(day, "valid_from", "valid_until"))


class EntryPass(models.Model):
    """One pass. Stored is what somebody decided; whether it is out, overdue, used up or expired follows from the rows."""

    community_path = "community"

    class State(models.TextChoices):
        REQUESTED = "requested", _("requested")
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        VOIDED = "voided", _("voided")

    # Kept beside the compound's, so that a community's rows are found by one index.
    community = models.ForeignKey(Community, models.PROTECT, related_name="passes", verbose_name=_("community"))
    compound = models.ForeignKey(Compound, models.PROTECT, related_name="passes", verbose_name=_("compound"))
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=9, choices=PassKind, default=PassKind.HOUSEHOLD)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.ACTIVE)
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, null=True, blank=True, related_name="passes", verbose_name=_("home"))
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="passes", verbose_name=_("resident")
    )
    # Who comes from outside has no row in the ledger.
    holder = models.CharField(_("holder"), max_length=40, blank=True)
    purpose = models.CharField(_("purpose"), max_length=120, blank=True)
    valid_from = models.DateField(_("valid from"), default=timezone.localdate)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    # The letter of the key that signs its code (settings.PASS_KEYS).
    key = models.CharField(_("key"), max_length=1)
    asked_at = models.DateTimeField(_("requested at"), default=timezone.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requested by"))
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("issued by")
    )
    # Before it another state held: a use that is sent late is judged by its own moment.
    state_at = models.DateTimeField(_("in this state since"), default=timezone.now)
    state_reason = models.CharField(_("why suspended or voided"), max_length=120, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )

    objects = PassQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry pass")
        verbose_name_plural = _("entry passes")
        ordering = ["compound", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "number"], name="pass_number_once",
                violation_error_message=_("This compound already has a pass of this number."),
            ),
            models.UniqueConstraint(
                fields=["dwelling"], condition=Q(kind="household", resident=None, state__in=LIVE), name="pass_household_once",
                violation_error_message=_("This home already has a household pass. Replace it, or void it first."),
            ),
            models.UniqueConstraint(
                fields=["resident", "kind"], condition=Q(state__in=LIVE, valid_until=None), name="pass_person_once",
                violation_error_message=_("This person already has a pass of this kind. Replace it, or void it first."),
            ),
            models.CheckConstraint(
                condition=Q(dwelling__isnull=False) | ~Q(holder=""), name="pass_has_holder",
                violation_error_message=_("Say for which home, or for whom."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["suspended", "voided"]) | ~Q(state_reason=""), name="pass_state_has_reason",
                violation_error_message=_("Say why: whoever stands at the gate asks."),
            ),
            models.CheckConstraint(
                condition=Q(issued_at=None, issued_by=None, state__in=["requested", "voided"])
                | Q(issued_at__isnull=False, issued_by__isnull=False) & ~Q(state="requested"),
                name="pass_issued_by_somebody",
                violation_error_message=_("A pass is requested until somebody issues it."),
            ),
            in_order(
                "valid_from", "valid_until", name="pass_days_in_order", message=_("The last day lies before the first.")
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["community", "state"], name="pass_state")]

    def __str__(self) -> str:
        return f"{self.number:06d}"

    @property
    def is_outsiders(self) -> bool:
        return self.kind in OUTSIDERS


class PassUseQuerySet(CommunityQuerySet):
    """Uses, by what came of them."""

    def standing(self) -> Self:
        """Those whose passage was not struck."""
        return self.filter(struck_at=None)

    def wrong(self) -> Self:
        """Against the rule, and nobody let them go."""
        return self.standing().exclude(found="").filter(override_by=None)

    def overridden(self) -> Self:
        return self.standing().filter(override_by__isnull=False)


class PassUse(models.Model):
    """One passage made with a pass. The phone may send it late: `found` says what the rule has against it, then or later."""

    community_path = "community"

    community = models.ForeignKey(Community, models.PROTECT, related_name="pass_uses", verbose_name=_("community"))
    # None where somebody was let through against the rule who showed none: a visitor, a vehicle, a home in quarantine.
    entry_pass = models.ForeignKey(
        EntryPass, models.PROTECT, null=True, blank=True, related_name="uses", verbose_name=_("entry pass")
    )
    # Passages are erased sooner than uses: their key stays.
    passage = models.OneToOneField(
        Passage, models.DO_NOTHING, db_constraint=False, related_name="pass_use", verbose_name=_("passage")
    )
    post = models.ForeignKey(Post, models.PROTECT, related_name="pass_uses", verbose_name=_("checkpoint"))
    happened_at = models.DateTimeField(_("happened at"))
    direction = models.CharField(_("in / out"), max_length=3, choices=Passage.Direction)
    persons = models.PositiveSmallIntegerField(_("people"), default=1)
    proofs = models.JSONField(_("proofs seen"), default=list, blank=True)
    # A code of pass_rules: empty where the rule allows it.
    found = models.CharField(_("against the rule"), max_length=20, blank=True)
    override_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("let go by")
    )
    override_reason = models.CharField(_("why let go"), max_length=120, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    struck_at = models.DateTimeField(_("struck at"), null=True, blank=True)

    objects = PassUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of a pass")
        verbose_name_plural = _("uses of passes")
        ordering = ["-happened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(override_by=None, override_reason="") | Q(override_by__isnull=False) & ~Q(override_reason=""),
                name="pass_use_override_has_reason",
                violation_error_message=_("Say why somebody is let go against the rule."),
            ),
            models.CheckConstraint(
                condition=Q(persons__gte=1, persons__lte=20), name="pass_use_persons",
                violation_error_message=_("One to twenty people."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["entry_pass", "happened_at"], name="pass_use_time"),
            models.Index(fields=["community", "happened_at"], name="pass_use_community"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_pass or self.found} {self.happened_at:%Y-%m-%d %H:%M}"

    @property
    def kind(self) -> str:
        """What kind of pass it was; none where somebody was let go without."""
        return self.entry_pass.kind if self.entry_pass else ""

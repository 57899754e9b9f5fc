"""How far a compound or a building is closed, and whether it is declared free of the epidemic: dated decisions."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.models.places import Building, Community, Compound
from residents.scope import CommunityQuerySet


class ControlLevel(models.TextChoices):
    """From open to sealed."""

    OPEN = "open", _("open")
    PRECAUTION = "precaution", _("precaution zone")
    CONTROLLED = "controlled", _("control zone")
    SEALED = "sealed", _("sealed zone")


class ControlChange(models.Model):
    """封控、管控、防范、解封: one decision about a compound, or about one building of it, from a day on."""

    community_path = "community"

    community = models.ForeignKey(Community, models.PROTECT, related_name="control_changes", verbose_name=_("community"))
    compound = models.ForeignKey(Compound, models.PROTECT, related_name="control_changes", verbose_name=_("compound"))
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="control_changes", verbose_name=_("building")
    )
    level = models.CharField(_("level"), max_length=10, choices=ControlLevel)
    starts_on = models.DateField(_("from"))
    document_no = models.CharField(_("document no."), max_length=60, blank=True)
    batch = models.CharField(_("batch"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    decided_at = models.DateTimeField(_("recorded"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by"))

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("control decision")
        verbose_name_plural = _("control decisions")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "starts_on"], condition=Q(building=None), name="control_compound_once_a_day",
                violation_error_message=_("There is already a decision from this day on. Choose another day."),
            ),
            models.UniqueConstraint(
                fields=["building", "starts_on"], condition=Q(building__isnull=False), name="control_building_once_a_day",
                violation_error_message=_("There is already a decision from this day on. Choose another day."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.building or self.compound} {self.get_level_display()} {self.starts_on}"


class EpidemicFreeStatus(models.Model):
    """无疫小区: one application of a compound and what became of it."""

    community_path = "community"

    class State(models.TextChoices):
        APPLIED = "applied", _("applied for")
        GRANTED = "granted", _("granted")
        SUSPENDED = "suspended", _("suspended")
        CANCELLED = "cancelled", _("cancelled")

    class Found(models.TextChoices):
        """What the minute task gives as its reason: kept as a key, so that all read it in their own language."""

        NEW_CASE = "new_case", _("a new case")
        DOUBTFUL = "doubtful", _("a contact or a fever")

    community = models.ForeignKey(Community, models.PROTECT, related_name="free_statuses", verbose_name=_("community"))
    compound = models.ForeignKey(Compound, models.PROTECT, related_name="free_statuses", verbose_name=_("compound"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.APPLIED)
    applied_on = models.DateField(_("applied on"))
    tested_on = models.DateField(_("everybody negative on"))
    granted_on = models.DateField(_("granted on"), null=True, blank=True)
    suspended_on = models.DateField(_("suspended on"), null=True, blank=True)
    restored_on = models.DateField(_("restored on"), null=True, blank=True)
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True)
    batch = models.CharField(_("batch"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("epidemic-free status")
        verbose_name_plural = _("epidemic-free statuses")
        ordering = ["-applied_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound"], condition=~Q(state="cancelled"), name="free_status_once",
                violation_error_message=_("This compound has already applied."),
            ),
            models.CheckConstraint(
                condition=Q(state="applied", granted_on=None) | Q(state="cancelled")
                | (Q(state="granted") & Q(granted_on__isnull=False))
                | (Q(state="suspended") & Q(granted_on__isnull=False, suspended_on__isnull=False)),
                name="free_status_days",
                violation_error_message=_("A status has the day on which it was granted."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.compound} {self.get_state_display()}"

    @property
    def why(self) -> str:
        """The reason as the reader says it: somebody's own words, or what the minute task has found."""
        return str(dict(self.Found.choices).get(self.reason, self.reason))

"""How often, when and for how long a home may send somebody out: rows that change by date, place and control level."""

import datetime as dt
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import in_order, lasts_on
from residents.models import Community, Compound, ControlLevel
from residents.scope import CommunityQuerySet


class PassKind(models.TextChoices):
    """证件类别: each has its colour. The last two are for people from outside."""

    HOUSEHOLD = "household", _("household pass")
    SERVICE = "service", _("city service pass")
    EPIDEMIC = "epidemic", _("epidemic work pass")
    SPECIAL = "special", _("special need pass")
    WORKER = "worker", _("outside worker pass")
    CARER = "carer", _("carer pass")


class Proof(models.TextChoices):
    """What the guard looks at; either of two is one proof."""

    TEMPERATURE = "temperature", _("temperature")
    GREEN_CODE = "green_code", _("green health code")
    TRAVEL_CODE = "travel_code", _("travel code")
    PCR_48 = "pcr_48", _("PCR test of 48 hours")
    PCR_24 = "pcr_24", _("PCR test of 24 hours")
    ANTIGEN_24_OR_PCR_48 = "antigen_24_or_pcr_48", _("antigen test of 24 hours or PCR test of 48")
    LETTER_OR_ID = "letter_or_id", _("letter of the unit, or ID card")
    PROTECTION = "protection", _("mask and protective clothing")


class PassPolicyQuerySet(CommunityQuerySet):
    """Rules, by day."""

    def on(self, day: dt.date) -> Self:
        return self.filter(lasts_on(day))


class PassPolicy(models.Model):
    """出入证政策: the rule of a community, or of one compound of it, between two days.

    The nearest row holds: a compound's before its community's, one for the control level before one for any, and of
    those the one that started last.
    """

    community_path = "community"

    class Scope(models.TextChoices):
        HOUSEHOLD = "household", _("each household")
        PERSON = "person", _("each person")
        SLIPS = "slips", _("each household, by single-use slips")

    class Days(models.TextChoices):
        EVERY = "every", _("every day")
        ODD = "odd", _("odd dates")
        EVEN = "even", _("even dates")
        WEEKDAYS = "weekdays", _("given days of the week")

    community = models.ForeignKey(Community, models.PROTECT, related_name="pass_policies", verbose_name=_("community"))
    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, related_name="pass_policies", verbose_name=_("compound")
    )
    level = models.CharField(_("control level"), max_length=10, choices=ControlLevel, blank=True)
    name = models.CharField(_("name"), max_length=40)
    starts_on = models.DateField(_("starts on"), default=timezone.localdate)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    scope = models.CharField(_("who has trips"), max_length=9, choices=Scope, default=Scope.HOUSEHOLD)
    # None: not counted. 0: nobody but the exempt.
    trips = models.PositiveSmallIntegerField(_("trips"), null=True, blank=True, default=1, validators=[MaxValueValidator(50)])
    period_days = models.PositiveSmallIntegerField(
        _("in days"), default=1, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    persons = models.PositiveSmallIntegerField(
        _("people a trip"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    days = models.CharField(_("on"), max_length=8, choices=Days, default=Days.EVERY)
    weekdays = models.CharField(
        _("days of the week"), max_length=13, blank=True,
        validators=[RegexValidator(r"^[1-7](,[1-7])*$", _("Write days of the week with commas, Monday is 1: 1,3,5."))],
    )  # fmt: skip
    from_time = models.TimeField(_("from"), null=True, blank=True)
    until_time = models.TimeField(_("until"), null=True, blank=True)
    max_minutes = models.PositiveSmallIntegerField(
        _("minutes out"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    proofs = models.JSONField(_("proofs"), default=list, blank=True)
    exempt = models.JSONField(_("trips are not counted for"), default=list, blank=True)
    voids = models.JSONField(_("what voids a pass"), default=list, blank=True)
    document_no = models.CharField(_("document no."), max_length=60, blank=True)

    objects = PassPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("pass rule")
        verbose_name_plural = _("pass rules")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "level", "starts_on"], condition=Q(compound=None), name="pass_policy_community_once",
                violation_error_message=_("There is already a rule from this day on. Choose another day, or end that one."),
            ),
            models.UniqueConstraint(
                fields=["compound", "level", "starts_on"], condition=Q(compound__isnull=False),
                name="pass_policy_compound_once",
                violation_error_message=_("There is already a rule from this day on. Choose another day, or end that one."),
            ),
            models.CheckConstraint(
                condition=Q(from_time=None, until_time=None) | Q(from_time__isnull=False, until_time__isnull=False),
                name="pass_policy_window_whole",
                violation_error_message=_("Write both hours, or neither."),
            ),
            models.CheckConstraint(
                condition=Q(days="weekdays") & ~Q(weekdays="") | ~Q(days="weekdays") & Q(weekdays=""),
                name="pass_policy_weekdays",
                violation_error_message=_("Choose the days of the week, or another kind of days."),
            ),
            models.CheckConstraint(
                condition=Q(persons__gte=1, period_days__gte=1), name="pass_policy_numbers",
                violation_error_message=_("At least one person a trip, and a period of at least one day."),
            ),
            in_order(
                "starts_on", "ends_on", name="pass_policy_days_in_order", message=_("The last day lies before the first.")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

"""How long somebody is quarantined, and how: rows that change by date and by place."""

import datetime as dt
from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import in_order, lasts_on
from residents.models.places import Community, District, Subdistrict


class ContactClass(models.TextChoices):
    """Why somebody is on the lists: what the epidemic office says of them."""

    POSITIVE = "positive", _("positive")
    CLOSE = "close", _("close contact")
    SECONDARY = "secondary", _("secondary contact")
    OTHER = "other", _("other reason")


class StageKind(models.TextChoices):
    """Where and how strictly somebody stays for some days."""

    CENTRAL = "central", _("central quarantine")
    HOME_QUARANTINE = "home_quarantine", _("home quarantine")
    HOME_MONITORING = "home_monitoring", _("home monitoring")
    SELF_MONITORING = "self_monitoring", _("self-monitoring")


class QuarantinePolicyQuerySet(models.QuerySet["QuarantinePolicy"]):
    """Rules, by day."""

    def on(self, day: dt.date) -> Self:
        return self.filter(lasts_on(day))


class QuarantinePolicy(models.Model):
    """隔离政策: the rule for one class of people between two days; a case copies it when it begins."""

    name = models.CharField(_("name"), max_length=40)
    contact_class = models.CharField(_("for whom"), max_length=12, choices=ContactClass)
    community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, related_name="quarantine_policies", verbose_name=_("community")
    )
    subdistrict = models.ForeignKey(
        Subdistrict, models.PROTECT, null=True, blank=True, related_name="quarantine_policies", verbose_name=_("subdistrict")
    )
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="quarantine_policies", verbose_name=_("district")
    )
    starts_on = models.DateField(_("starts on"), default=timezone.localdate)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    # Cities differ: the day of arrival is day 1, or day 0 and comes on top.
    first_day_counts = models.BooleanField(_("the first day counts"), default=True)
    checks_a_day = models.PositiveSmallIntegerField(
        _("checks a day"), default=2, validators=[MinValueValidator(1), MaxValueValidator(2)]
    )
    morning_by = models.TimeField(_("morning check by"), default="12:00")
    evening_by = models.TimeField(_("evening check by"), default="20:00")
    fever_limit = models.DecimalField(
        _("fever from (°C)"),
        max_digits=3,
        decimal_places=1,
        default=Decimal("37.3"),
        validators=[MinValueValidator(Decimal("36.5")), MaxValueValidator(Decimal("39.0"))],
    )

    objects = QuarantinePolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("quarantine rule")
        verbose_name_plural = _("quarantine rules")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(community=None, subdistrict=None)
                | Q(community=None, district=None)
                | Q(subdistrict=None, district=None),
                name="quarantine_policy_one_level",
                violation_error_message=_("Choose one level: a community, a subdistrict, a district, or none for everywhere."),
            ),
            models.CheckConstraint(
                condition=Q(checks_a_day__gte=1, checks_a_day__lte=2), name="quarantine_policy_checks",
                violation_error_message=_("One or two checks a day."),
            ),
            in_order(
                "starts_on", "ends_on", name="quarantine_policy_days_in_order",
                message=_("The last day lies before the first."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class PolicyStage(models.Model):
    """One stage of a rule: so many days of a kind, tests on these days of it."""

    policy = models.ForeignKey(QuarantinePolicy, models.CASCADE, related_name="stages", verbose_name=_("quarantine rule"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    kind = models.CharField(_("kind"), max_length=16, choices=StageKind)
    days = models.PositiveSmallIntegerField(_("days"), validators=[MinValueValidator(1), MaxValueValidator(60)])
    test_days = models.CharField(
        _("test on days"), max_length=40, blank=True,
        validators=[RegexValidator(r"^\d{1,2}(,\d{1,2})*$", _("Write days with commas: 1,4,7."))],
    )  # fmt: skip

    class Meta:
        verbose_name = _("stage of a rule")
        verbose_name_plural = _("stages of a rule")
        ordering = ["policy", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "position"], name="policy_stage_once",
                violation_error_message=_("This rule already has a stage at this position."),
            ),
            models.CheckConstraint(
                condition=Q(days__gte=1), name="policy_stage_days", violation_error_message=_("A stage has at least one day.")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.days} {self.get_kind_display()}"

    @property
    def tests(self) -> list[int]:
        """The days of the stage on which a sample is taken."""
        return [int(day) for day in self.test_days.split(",") if day]

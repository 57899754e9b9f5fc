"""Numbers that change by date and by place."""

import datetime as dt
from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import in_order, lasts_on
from residents.models.places import Community, District, Subdistrict


class DutyPolicyQuerySet(models.QuerySet["DutyPolicy"]):
    """Policies, by day."""

    def on(self, day: object) -> Self:
        return self.filter(lasts_on(day))


class DutyPolicy(models.Model):
    """How duty is kept between two days; the nearest level wins: community, subdistrict, district, everywhere."""

    community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, related_name="duty_policies", verbose_name=_("community")
    )
    subdistrict = models.ForeignKey(
        Subdistrict, models.PROTECT, null=True, blank=True, related_name="duty_policies", verbose_name=_("subdistrict")
    )
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="duty_policies", verbose_name=_("district")
    )
    starts_on = models.DateField(_("starts on"), default=timezone.localdate)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    # Guangdong property guide 2020: turned back or held from 37.3.
    fever_limit = models.DecimalField(
        _("fever from (°C)"),
        max_digits=3,
        decimal_places=1,
        default=Decimal("37.3"),
        validators=[MinValueValidator(Decimal("36.5")), MaxValueValidator(Decimal("39.0"))],
    )
    day_starts_at = models.TimeField(_("day shift starts at"), default="08:30")
    day_ends_at = models.TimeField(_("day shift ends at"), default="17:30")
    min_rest_hours = models.PositiveSmallIntegerField(_("rest between shifts (hours)"), default=8)
    sign_in_before_minutes = models.PositiveSmallIntegerField(_("sign-in opens before the start (minutes)"), default=30)
    late_after_minutes = models.PositiveSmallIntegerField(_("late after (minutes)"), default=5)
    absent_after_minutes = models.PositiveSmallIntegerField(_("absent after (minutes)"), default=30)
    remind_before_minutes = models.PositiveSmallIntegerField(_("reminder before a shift (minutes)"), default=60)
    handover_within_minutes = models.PositiveSmallIntegerField(_("hand-over confirmed within (minutes)"), default=30)
    # 无疫小区: 14 days without a case or an open contact, everybody negative in the two days before.
    free_after_days = models.PositiveSmallIntegerField(_("epidemic-free after days without a case"), default=14)
    free_tested_within_days = models.PositiveSmallIntegerField(_("everybody tested within days before"), default=2)
    # A check that is still missing so long after its hour goes up to the subdistrict.
    officer_after_minutes = models.PositiveSmallIntegerField(
        _("a missed check goes up after (minutes)"), default=120, db_default=120
    )
    # Of cadres off duty after an exposure, as of everybody in quarantine.
    staff_morning_by = models.TimeField(_("morning check of exposed staff by"), default=dt.time(12), db_default=dt.time(12))
    staff_evening_by = models.TimeField(_("evening check of exposed staff by"), default=dt.time(20), db_default=dt.time(20))
    undo_seconds = models.PositiveSmallIntegerField(_("undo at the gate within (seconds)"), default=60)

    crowded_from = models.PositiveSmallIntegerField(_("a home is proposed for watching from (people)"), default=10)

    # The seed says at once; an hour where nobody is in danger.
    errand_urgent_minutes = models.PositiveSmallIntegerField(_("an urgent errand is taken within (minutes)"), default=15)
    errand_minutes = models.PositiveSmallIntegerField(_("an errand is taken within (minutes)"), default=60)
    task_minutes = models.PositiveSmallIntegerField(
        _("a task without an hour is due within (minutes)"), default=240, db_default=240
    )
    task_escalate_minutes = models.PositiveSmallIntegerField(
        _("the secretary hears of a late task after (minutes)"), default=60, db_default=60
    )
    ask_link_days = models.PositiveSmallIntegerField(_("the sheet at the door is good for (days)"), default=90)

    # Goods stand after they were disinfected; couriers and taxis stay outside unless a place says otherwise.
    hold_minutes = models.PositiveSmallIntegerField(
        _("goods stand after disinfection (minutes)"), default=120, db_default=120, validators=[MaxValueValidator(1440)]
    )
    couriers_enter = models.BooleanField(_("couriers may enter"), default=False, db_default=False)
    taxis_enter = models.BooleanField(_("taxis may enter"), default=False, db_default=False)

    objects = DutyPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty policy")
        verbose_name_plural = _("duty policies")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(community=None, subdistrict=None)
                | Q(community=None, district=None)
                | Q(subdistrict=None, district=None),
                name="duty_policy_one_level",
                violation_error_message=_("Choose one level: a community, a subdistrict, a district, or none for everywhere."),
            ),
            in_order(
                "starts_on",
                "ends_on",
                name="duty_policy_days_in_order",
                message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community or self.subdistrict or self.district or _('everywhere')} {self.starts_on}"

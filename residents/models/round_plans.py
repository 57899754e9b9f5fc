"""The timetables of recurring rounds."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import in_order, lasts_on
from residents.models.households import CareCategory, Dwelling
from residents.models.places import Building, Community, Compound
from residents.scope import CommunityQuerySet


class RoundPlanQuerySet(CommunityQuerySet):
    """Plans, by day."""

    def on(self, day: dt.date) -> Self:
        return self.filter(lasts_on(day))


class RoundPlan(models.Model):
    """The timetable of a recurring round: which kind, whom it visits, at which times, from when to when, by whom."""

    community_path = "community"

    class Whom(models.TextChoices):
        ALL = "all", _("every home")
        LIVED_IN = "lived_in", _("homes somebody lives in")
        CARE = "care", _("homes with special care")
        WATCH = "watch", _("watched homes")
        LIGHT = "light", _("homes whose light is watched")
        QUARANTINE = "quarantine", _("homes in quarantine")
        CHOSEN = "chosen", _("chosen homes")
        PLACES = "places", _("places, written below")

    community = models.ForeignKey(Community, models.PROTECT, related_name="round_plans", verbose_name=_("community"))
    name = models.CharField(_("name"), max_length=60)
    # One of residents.rounds.KINDS: a new kind is a new module there, not a new row of choices here.
    kind = models.SlugField(_("kind"), max_length=20)
    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, related_name="round_plans", verbose_name=_("compound")
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="round_plans", verbose_name=_("building")
    )
    whom = models.CharField(_("whom it visits"), max_length=10, choices=Whom, default=Whom.ALL)
    categories = models.ManyToManyField(CareCategory, blank=True, related_name="+", verbose_name=_("care categories"))
    dwellings = models.ManyToManyField(Dwelling, blank=True, related_name="+", verbose_name=_("chosen homes"))
    places = models.TextField(_("places, one a line"), max_length=4000, blank=True)
    # ["08:00", "13:00"]
    slots = models.JSONField(_("times of the day"), default=list)
    minutes = models.PositiveSmallIntegerField(
        _("to be done within (minutes)"), default=120, validators=[MinValueValidator(10), MaxValueValidator(1440)]
    )
    starts_on = models.DateField(_("starts on"), default=timezone.localdate)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    team = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="round_plans", verbose_name=_("who walks it")
    )
    # Slots that were over before the timetable was written are nobody's fault.
    timed_at = models.DateTimeField(_("timetable since"))

    objects = RoundPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan of rounds")
        verbose_name_plural = _("plans of rounds")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name", "starts_on"],
                name="round_plan_name_once",
                violation_error_message=_("There is already a plan of this name from this day."),
            ),
            in_order("starts_on", "ends_on", name="round_plan_days_in_order", message=_("The last day lies before the first.")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def times(self) -> list[dt.time]:
        """The slots as times."""
        return [dt.time.fromisoformat(slot) for slot in self.slots]

    @property
    def places_named(self) -> list[str]:
        """The places that are written down, once each."""
        named = (line.strip()[:80] for line in self.places.splitlines())
        return [place for place in dict.fromkeys(named) if place]

"""What is done at doors again and again: a plan, its rounds by the clock, and the stops of each."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import in_order, lasts_on
from portal.lib.storages import WholeFiles
from residents.models.households import CareCategory, Dwelling, Resident
from residents.models.places import Building, Community, Compound
from residents.scope import CommunityQuerySet

MOST_SKEW_MINUTES = 5


def round_files() -> WholeFiles:
    """Photos of stops are never served by path: only the stop's page hands them out."""
    return WholeFiles("rounds")


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


class RoundQuerySet(CommunityQuerySet):
    """Rounds."""

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def late(self, now: dt.datetime) -> Self:
        """Those that should be closed by now."""
        return self.open().filter(due_at__lt=now)

    def of_day(self, day: dt.date) -> Self:
        """The rounds of a day, and those of days before that are still open."""
        return self.filter(Q(day=day) | Q(day__lt=day, closed_at=None))

    def walked_by(self, user: Any) -> Self:
        """Those somebody is to walk, or has stops of."""
        own = Stop.objects.filter(round=OuterRef("pk"), assignee=user)
        team = Round.walkers.through.objects.filter(round=OuterRef("pk"), user=user)
        return self.filter(Q(Exists(team)) | Q(Exists(own)))

    def with_progress(self) -> Self:
        """`stops_count` in all, `stops_ended` with an outcome or a reason, `stops_excused` with a reason."""
        return self.annotate(
            stops_count=Count("stops"),
            stops_ended=Count("stops", filter=~Q(stops__state="open") & Q(stops__isnull=False)),
            stops_excused=Count("stops", filter=Q(stops__state="excused")),
        )


class Round(models.Model):
    """One slot of a plan, or calls that something found has started: a closed list of stops."""

    community_path = "community"

    # Empty for follow-ups, which no timetable has asked for.
    plan = models.ForeignKey(
        RoundPlan, models.PROTECT, null=True, blank=True, related_name="rounds", verbose_name=_("plan of rounds")
    )
    community = models.ForeignKey(Community, models.PROTECT, related_name="rounds", verbose_name=_("community"))
    kind = models.SlugField(_("kind"), max_length=20)
    # Follow-ups go by the name of their kind, in the reader's language.
    name = models.CharField(_("name"), max_length=60, blank=True)
    # A round keeps the day of its slot, although it may be walked past midnight.
    day = models.DateField(_("day"))
    starts_at = models.DateTimeField(_("starts at"))
    due_at = models.DateTimeField(_("due at"))
    walkers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="rounds", verbose_name=_("who walks it")
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    # Nobody, where there was nothing to visit.
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "starts_at"], name="round_of_a_slot_once",
                violation_error_message=_("This round is open already."),
            ),
            models.UniqueConstraint(
                fields=["community", "kind", "day"], condition=Q(plan=None, closed_at=None), name="round_follow_up_once",
                violation_error_message=_("There is an open round of follow-ups already."),
            ),
            models.CheckConstraint(condition=Q(closed_by=None) | Q(closed_at__isnull=False), name="round_closed_at_and_by"),
            models.CheckConstraint(condition=Q(due_at__gt=F("starts_at")), name="round_due_after_start"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["community", "day"], name="round_day"),
            models.Index(fields=["due_at"], name="round_open", condition=Q(closed_at=None)),
        ]

    def __str__(self) -> str:
        return self.name or self.kind

    @property
    def is_late(self) -> bool:
        return self.closed_at is None and self.due_at < timezone.now()


class StopQuerySet(CommunityQuerySet):
    """Stops."""

    def open(self) -> Self:
        return self.filter(state=Stop.State.OPEN)

    def in_order(self) -> Self:
        return self.order_by("position", "id")


class Stop(models.Model):
    """One door, person or place of a round, ended by an outcome or a reason."""

    community_path = "round__community"

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        EXCUSED = "excused", _("not done, with a reason")

    round = models.ForeignKey(Round, models.PROTECT, related_name="stops", verbose_name=_("round"))
    position = models.PositiveIntegerField(_("position"))
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, null=True, blank=True, related_name="stops", verbose_name=_("home"))
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="stops", verbose_name=_("resident")
    )
    place = models.CharField(_("place"), max_length=80, blank=True)
    # Handed over to somebody by itself; otherwise it is for whoever walks the round.
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="stops", verbose_name=_("handed over to")
    )
    # What somebody found that asks for this stop.
    finding = models.ForeignKey(
        "residents.Finding", models.PROTECT, null=True, blank=True, related_name="follow_ups", verbose_name=_("because of")
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    # One of the kind's outcomes or reasons.
    outcome = models.SlugField(_("outcome"), max_length=20, blank=True)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    # What is added up over stops: square metres, people persuaded, kits.
    quantity = models.PositiveIntegerField(_("quantity"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    photo = models.FileField(_("photo"), storage=round_files, upload_to="%Y/%m/%d", blank=True)
    # By our clock; the phone's own stands beside it.
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    tapped_at = models.DateTimeField(_("time on the phone"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("done by")
    )
    # Made by the page before it asks, so that a second tap is known for one.
    tap = models.UUIDField(null=True, blank=True, editable=False)
    # A room is closed until what was sprayed has worked.
    usable_at = models.DateTimeField(_("may be used from"), null=True, blank=True)

    objects = StopQuerySet.as_manager()

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        ordering = ["round", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "dwelling"], condition=Q(resident=None, finding=None), name="stop_home_once",
                violation_error_message=_("This home is on the round already."),
            ),
            models.UniqueConstraint(
                fields=["round", "resident"], condition=Q(finding=None), name="stop_resident_once",
                violation_error_message=_("This person is on the round already."),
            ),
            models.CheckConstraint(
                condition=Q(dwelling__isnull=False, place="") | (Q(dwelling=None, resident=None) & ~Q(place="")),
                name="stop_one_target",
                violation_error_message=_("Choose a home, a person or a place."),
            ),
            models.CheckConstraint(
                condition=Q(state="open", outcome="", done_at=None, done_by=None, tap=None)
                | (~Q(state="open") & ~Q(outcome="") & Q(done_at__isnull=False)),
                name="stop_ended_with_outcome",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["dwelling", "-done_at"], name="stop_of_home"),
            models.Index(fields=["assignee"], name="stop_assigned", condition=Q(state="open", assignee__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.place or str(self.dwelling)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_skewed(self) -> bool:
        """The phone's clock was wrong by more than a slow network explains."""
        return abs(self.skew_minutes) > MOST_SKEW_MINUTES

    @property
    def skew_minutes(self) -> int:
        """How far the phone's clock was from ours."""
        if self.tapped_at is None or self.done_at is None:
            return 0
        return round((self.tapped_at - self.done_at).total_seconds() / 60)


class FindingQuerySet(CommunityQuerySet):
    """Findings."""

    def open(self) -> Self:
        return self.filter(handled_at=None)


class Finding(models.Model):
    """What a stop has found that somebody has to act upon: fever, no food, a dark window, a complaint."""

    community_path = "community"

    community = models.ForeignKey(Community, models.PROTECT, related_name="findings", verbose_name=_("community"))
    stop = models.ForeignKey(Stop, models.PROTECT, related_name="findings", verbose_name=_("stop"))
    # One of residents.models.finding_words.
    kind = models.SlugField(_("kind"), max_length=20)
    detail = models.CharField(_("what was found"), max_length=200, blank=True)
    found_at = models.DateTimeField(_("found at"))
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handled by")
    )
    handling = models.CharField(_("what was done"), max_length=200, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-found_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["stop", "kind"], name="finding_once"),
            models.CheckConstraint(
                condition=Q(handled_at=None, handled_by=None, handling="")
                | (Q(handled_at__isnull=False, handled_by__isnull=False) & ~Q(handling="")),
                name="finding_handled_at_and_by",
                violation_error_message=_("Say what was done."),
            ),
        ]
        indexes = [models.Index(fields=["community"], name="finding_open", condition=Q(handled_at=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.stop_id}"

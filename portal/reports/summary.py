"""A work summary over any period: what was done, by community. Every number is counted from the records, in one statement.

To add a number, add an `Item`; to count other rows, add a `Source` (rows of the period, and the way to their community).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, BigIntegerField, CharField, Count, DateTimeField, F, IntegerField, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from checkpoints.models import Assignment, Handover, Passage, Shift
from deployments.models import Commendation
from portal.lib.dates import day_bounds
from portal.reports.figures import (
    CASES,
    ERRANDS,
    HOMES,
    HOURS,
    PEOPLE,
    PLACES,
    PROBLEMS,
    ROUNDS,
    TIMES,
    TIMES_CALLED,
    Hours,
    Minutes,
)
from portal.reports.sources import NO_TIME
from residents.models import (
    Errand,
    HealthCheck,
    HotlineCall,
    Matter,
    Notice,
    Persuasion,
    QuarantineCase,
    Round,
    SiteCall,
    Stop,
    Task,
    Transfer,
    errands,
)
from residents.models.matters import INCIDENTS
from residents.services import errand_totals

# Nobody needs more in one table, and the database need not be asked for it.
LONGEST_DAYS = 366
Numbers = dict[str, int]
# Stands for all communities together, where a number cannot be summed; no community has this key.
EVERYWHERE = 0


@dataclass(frozen=True)
class Period:
    """From one day to another, both included, for some communities."""

    first: dt.date
    last: dt.date
    communities: "QuerySet[Any]"  # of keys

    @property
    def since(self) -> dt.datetime:
        return day_bounds(self.first)[0]

    @property
    def until(self) -> dt.datetime:
        return day_bounds(self.last)[1]

    def moments(self, field: str) -> dict[str, Any]:
        """Rows whose moment lies in it."""
        return {f"{field}__gte": self.since, f"{field}__lt": self.until}


@dataclass(frozen=True)
class Source:
    """Rows of a period, and the way from a row to its community."""

    name: str
    rows: Callable[[Period], "QuerySet[Any]"]
    community: str = "community"


@dataclass(frozen=True)
class Item:
    """A number of the summary: what it is called, in which unit, how it is counted."""

    key: str
    label: Any
    unit: Any
    block: str
    source: Source
    # An aggregate of the ORM, or what makes one for a period.
    aggregate: Any

    def of(self, at: Period) -> Any:
        return self.aggregate(at) if callable(self.aggregate) else self.aggregate


BLOCKS = {
    "duty": _("People on duty"),
    "gates": _("Posts and gates"),
    "quarantine": _("Quarantine"),
    "rounds": _("Rounds and services"),
    "errands": _("Errands"),
    "matters": _("Problems and disputes"),
}


def _stood(at: Period) -> "QuerySet[Any]":
    rows = Assignment.objects.within(at.communities).standing().filter(attendance__signed_in_at__isnull=False)
    return rows.filter(shift__state=Shift.State.PUBLISHED, shift__day__gte=at.first, shift__day__lte=at.last)


def _passages(at: Period) -> "QuerySet[Any]":
    return Passage.objects.standing().within(at.communities).filter(day__gte=at.first, day__lte=at.last)


def _stops(at: Period) -> "QuerySet[Any]":
    rows = Stop.objects.within(at.communities).filter(state=Stop.State.DONE)
    return rows.filter(round__day__gte=at.first, round__day__lte=at.last)


def _portions(at: Period) -> "QuerySet[Any]":
    return errand_totals.portions(DONE.rows(at))


def _middle(moment: str, by: str | None = "community") -> Callable[[Period], "QuerySet[Any]"]:
    """Of the errands asked in the period, the middle ones of each community: what the daily figures count as well."""
    return lambda at: errand_totals.middle(ASKED.rows(at).filter(**{f"{moment}__isnull": False}), moment, by)


def _of(model: Any, field: str, **equal: Any) -> Callable[[Period], "QuerySet[Any]"]:
    """Rows of a model by the moment in a field."""
    return lambda at: model.objects.within(at.communities).filter(**at.moments(field), **equal)


def _on(model: Any, field: str, **equal: Any) -> Callable[[Period], "QuerySet[Any]"]:
    """Rows of a model by the day in a field."""
    days = {f"{field}__gte": "first", f"{field}__lte": "last"}
    return lambda at: model.objects.within(at.communities).filter(**{k: getattr(at, v) for k, v in days.items()}, **equal)


STOOD = Source("stood", _stood, "shift__post__compound__community")
PASSAGES = Source("passages", _passages)
HANDOVERS = Source("handovers", _of(Handover, "handed_over_at"), "shift__post__compound__community")
STARTED = Source("started", _of(QuarantineCase, "started_at"))
RELEASED = Source("released", _on(QuarantineCase, "ended_on", state="released"))
CHECKS = Source("checks", _on(HealthCheck, "day"), "case__community")
CALLS = Source("calls", _on(SiteCall, "day"), "case__community")
TALKS = Source("talks", _of(Persuasion, "spoken_at"))
MOVED = Source("moved", _of(Transfer, "departed_at"), "case__community")
WALKED = Source("walked", _on(Round, "day", closed_at__isnull=False))
ANNOUNCED = Source("announced", _of(Notice, "published_at"))
STOPS = Source("stops", _stops, "round__community")
# One that was merged is counted where it went.
ASKED = Source("asked", _of(Errand, "requested_at", merged_into=None))
DONE = Source("done", _of(Errand, "delivered_at", merged_into=None, state__in=errands.DONE))
TAKEN_AFTER = Source("taken_after", _middle("first_accepted_at"))
DONE_AFTER = Source("done_after", _middle("delivered_at"))
PORTIONS = Source("portions", _portions, "errand__community")

REPORTED = Source("reported", _of(Matter, "reported_at"))
SETTLED = Source("settled", _of(Matter, "ended_at"))
HOTLINE = Source("hotline", _of(HotlineCall, "called_at"))
PRAISED = Source("praised", _on(Commendation, "received_on"))
TASKS_DONE = Source("tasks_done", _of(Task, "ended_at", state="done"))

# A median of all is none of the medians: it is counted once more, without the communities.
OF_ALL = {
    "errands_minutes_taken": Source("taken_after", _middle("first_accepted_at", None)),
    "errands_minutes_done": Source("done_after", _middle("delivered_at", None)),
}

ALL = Count("pk")
MINUTES = Minutes(Avg("took"))
# A person on a day, however many shifts.
PERSON_DAYS = Count(
    Concat(Cast("cadre", CharField()), Value("/"), Cast("shift__day", CharField()), output_field=CharField()), distinct=True
)


def _hours(at: Period) -> Any:
    """From sign-in to sign-out; who has not signed out is counted up to now, at most to the end of the shift."""
    now = Value(min(at.until, timezone.now()), output_field=DateTimeField())
    since = F("attendance__signed_in_at")
    until = Least(Coalesce(F("attendance__signed_out_at"), F("ends_at")), now)
    return Hours(Coalesce(Sum(Greatest(until, since) - since), NO_TIME))


def _where(**equal: Any) -> Count:
    return Count("pk", filter=Q(**equal))


def _amount(kind: str) -> Coalesce:
    return Coalesce(Sum("quantity", filter=Q(round__kind=kind)), 0)


ITEMS: tuple[Item, ...] = (
    Item("people", _("people who stood on duty"), PEOPLE, "duty", STOOD, Count("cadre", distinct=True)),
    Item("days_served", _("days served"), _("person-days"), "duty", STOOD, PERSON_DAYS),
    Item("shifts_stood", _("shifts stood"), _("shifts"), "duty", STOOD, ALL),
    Item("hours_served", _("hours served"), HOURS, "duty", STOOD, _hours),
    Item("passages_in", _("passages in"), TIMES, "gates", PASSAGES, _where(direction="in", result="passed")),
    Item("passages_out", _("passages out"), TIMES, "gates", PASSAGES, _where(direction="out", result="passed")),
    Item("turned_back", _("turned back"), TIMES, "gates", PASSAGES, _where(result="turned_back")),
    Item("held", _("held"), TIMES, "gates", PASSAGES, _where(result="held")),
    Item("handovers", _("shifts handed over"), _("shifts"), "gates", HANDOVERS, ALL),
    Item("quarantined_new", _("people put into quarantine"), PEOPLE, "quarantine", STARTED, ALL),
    Item("released", _("released"), PEOPLE, "quarantine", RELEASED, ALL),
    Item("health_checks", _("health checks taken"), TIMES, "quarantine", CHECKS, ALL),
    Item("site_calls", _("calls to people at quarantine sites"), _("calls"), "quarantine", CALLS, ALL),
    Item("talks", _("talks that persuade"), TIMES, "quarantine", TALKS, ALL),
    Item("transferred", _("people transferred"), PEOPLE, "quarantine", MOVED, ALL),
    Item("rounds", _("rounds done"), ROUNDS, "rounds", WALKED, ALL),
    Item("patrols", _("patrols"), ROUNDS, "rounds", WALKED, _where(kind="patrol")),
    Item("stops", _("doors and places visited"), PLACES, "rounds", STOPS, ALL),
    Item("swept", _("homes swept"), HOMES, "rounds", STOPS, Count("dwelling", distinct=True, filter=Q(round__kind="sweep"))),
    Item("disinfections", _("places disinfected"), PLACES, "rounds", STOPS, _where(round__kind="disinfection")),
    Item("disinfected_m2", _("area disinfected"), _("m²"), "rounds", STOPS, _amount("disinfection")),
    Item("kits", _("antigen kits handed out"), _("kits"), "rounds", STOPS, _amount("antigen")),
    Item("letters", _("letters handed out"), _("letters"), "rounds", STOPS, _where(round__kind="letter")),
    Item("notices", _("notices published"), pgettext_lazy("unit", "notices"), "rounds", ANNOUNCED, ALL),
    Item("door_services", _("services at doors"), HOMES, "rounds", STOPS, _where(round__kind="rubbish")),
    Item("care_calls", _("special-care contacts"), HOMES, "rounds", STOPS, _where(round__kind="wellbeing_call")),
    Item("errands_asked", _("errands asked"), ERRANDS, "errands", ASKED, ALL),
    Item("errands_done", _("errands done"), ERRANDS, "errands", DONE, ALL),
    Item("errands_thanked", _("of them confirmed with thanks"), ERRANDS, "errands", DONE, _where(confirmed_at__isnull=False)),
    Item("errands_goods", _("purchases"), ERRANDS, "errands", DONE, _where(kind__code__in=errand_totals.GOODS)),
    Item("portions", _("portions brought"), pgettext_lazy("unit", "portions"), "errands", PORTIONS, ALL),
    Item("errands_medicine", _("medicine errands"), ERRANDS, "errands", DONE, _where(kind__code__in=errand_totals.MEDICINE)),
    Item("errands_carried", _("things carried"), ERRANDS, "errands", DONE, _where(kind__code__in=errand_totals.CARRIED)),
    Item("errands_trips", _("ways to the hospital"), ERRANDS, "errands", DONE, _where(kind__code="medical_trip")),
    Item("errands_minutes_taken", _("median minutes until somebody has it"), _("minutes"), "errands", TAKEN_AFTER, MINUTES),
    Item("errands_minutes_done", _("median minutes until it is done"), _("minutes"), "errands", DONE_AFTER, MINUTES),
    Item("tasks_done", _("tasks done"), pgettext_lazy("unit", "tasks"), "errands", TASKS_DONE, ALL),
    Item("problems_new", _("problems brought up"), CASES, "matters", REPORTED, _where(kind__in=PROBLEMS)),
    Item("problems_solved", _("problems solved"), CASES, "matters", SETTLED, _where(kind__in=PROBLEMS, state="solved")),
    Item("mediations", _("disputes mediated"), CASES, "matters", SETTLED, _where(kind="dispute")),
    Item("incidents", _("incidents"), CASES, "matters", REPORTED, _where(kind__in=INCIDENTS)),
    Item("hotline_calls", _("calls of the psychological hotline"), TIMES_CALLED, "matters", HOTLINE, ALL),
    Item("talked_round", _("people talked round"), PEOPLE, "matters", TALKS, _where(result="agreed")),
    Item("praise", _("praise received"), CASES, "matters", PRAISED, ALL),
)


def count(at: Period) -> dict[int, Numbers]:
    """Every number by community key and item key; one statement, whatever is counted. No record is zero."""
    found: dict[int, Numbers] = defaultdict(lambda: {item.key: 0 for item in ITEMS})
    for community, name, *values in _rows(at):
        for item, value in zip(BY_SOURCE[name], values, strict=False):
            found[community][item.key] = int(value or 0)
    return dict(found)


def total(numbers: dict[int, Numbers]) -> Numbers:
    """The sums over communities, and the medians of all; somebody who stood in two counts in both."""
    sums = {item.key: 0 for item in ITEMS}
    for community, one in numbers.items():
        for key, value in one.items():
            if (community == EVERYWHERE) == (key in OF_ALL):
                sums[key] += value
    return sums


def _rows(at: Period) -> "QuerySet[Any]":
    """One arm a source, each as wide as the widest."""
    arms = [_arm(at, items[0].source, items, F(items[0].source.community)) for items in BY_SOURCE.values()]
    everywhere = Value(EVERYWHERE, output_field=BigIntegerField())
    arms += [_arm(at, source, BY_SOURCE[source.name], everywhere) for source in OF_ALL.values()]
    return arms[0].union(*arms[1:], all=True)


def _arm(at: Period, source: Source, items: list[Item], community: Any) -> "QuerySet[Any]":
    numbers = {f"n{place}": item.of(at) for place, item in enumerate(items)}
    rest = {f"n{place}": Value(0, output_field=IntegerField()) for place in range(len(items), WIDEST)}
    rows = source.rows(at).order_by().values(at_=community).annotate(of_=Value(source.name), **numbers, **rest)
    return rows.values_list("at_", "of_", *(f"n{place}" for place in range(WIDEST)))


def _by_source() -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in ITEMS:
        found.setdefault(item.source.name, []).append(item)
    return found


BY_SOURCE = _by_source()
WIDEST = max(len(items) for items in BY_SOURCE.values())

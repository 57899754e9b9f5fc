"""A work summary over any period: what was done, by community. Every number is counted from the records, in one statement.

What the days' reports count as well is their figure, over a longer time. To add a number, add an `Item`; to count other rows,
add a `Source` (rows of the period, and the way to their community).
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, CharField, Count, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from checkpoints.models import Handover
from portal.reports import sources
from portal.reports.blocks.definitions import ERRANDS, HOMES, PEOPLE, PLACES, TIMES, Counted
from portal.reports.blocks.duty import hours
from portal.reports.figures import BY_KEY
from portal.reports.periods import Period, Source
from portal.reports.sources import of, on
from residents.models import HealthCheck, QuarantineCase, SiteCall
from residents.rounds import SWEEPS
from residents.services import errand_totals

# Nobody needs more in one table, and the database need not be asked for it.
LONGEST_DAYS = 366
Numbers = dict[str, int | None]
# Stands for all communities together, where a number cannot be summed; no community has this key.
EVERYWHERE = 0


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


HANDOVERS = Source("handovers", of(Handover, "handed_over_at"), "shift__post__compound__community")
STARTED = Source("started", of(QuarantineCase, "started_at"), "community")
RELEASED = Source("released", on(QuarantineCase, "ended_on", state="released"), "community")
CHECKS = Source("checks", on(HealthCheck, "day"), "case__community")
CALLS = Source("calls", on(SiteCall, "day"), "case__community")
STOOD, PASSAGES, STOPS, DELIVERED = sources.STOOD, sources.PASSAGES, sources.STOPS, sources.DELIVERED

# A median of all is none of the medians: it is counted once more, without the communities.
OF_ALL = {
    "errands_minutes_taken": sources.TAKEN_AFTER_OF_ALL,
    "errands_minutes_done": sources.DONE_AFTER_OF_ALL,
}

ALL = Count("pk")
# A person on a day, however many shifts.
PERSON_DAYS = Count(
    Concat(Cast("cadre", CharField()), Value("/"), Cast("shift__day", CharField()), output_field=CharField()), distinct=True
)


def _where(**equal: Any) -> Count:
    return Count("pk", filter=Q(**equal))


def _figure(key: str, block: str, label: Any = "") -> Item:
    """A figure of the day over a longer time: the same rows, counted the same way."""
    figure = BY_KEY[key]
    if not isinstance(figure.how, Counted):
        raise TypeError(key)
    return Item(key, label or figure.label, figure.unit, block, figure.how.source, figure.how.aggregate)


def _done(key: str, label: Any, kinds: tuple[str, ...]) -> Item:
    return Item(key, label, ERRANDS, "errands", DELIVERED, _where(kind__code__in=kinds))


# 人次 as well, but nobody passes anything.
TIMES_DONE = pgettext_lazy("unit", "times")

ITEMS: tuple[Item, ...] = (
    Item("people", _("people who stood on duty"), PEOPLE, "duty", STOOD, Count("cadre", distinct=True)),
    Item("days_served", _("days served"), _("person-days"), "duty", STOOD, PERSON_DAYS),
    Item("shifts_stood", _("shifts stood"), _("shifts"), "duty", STOOD, ALL),
    Item("hours_served", BY_KEY["hours_served"].label, BY_KEY["hours_served"].unit, "duty", STOOD, hours),
    Item("passages_in", _("passages in"), TIMES, "gates", PASSAGES, _where(direction="in", result="passed")),
    Item("passages_out", _("passages out"), TIMES, "gates", PASSAGES, _where(direction="out", result="passed")),
    Item("turned_back", _("turned back"), TIMES, "gates", PASSAGES, _where(result="turned_back")),
    Item("held", _("held"), TIMES, "gates", PASSAGES, _where(result="held")),
    Item("handovers", _("shifts handed over"), _("shifts"), "gates", HANDOVERS, ALL),
    Item("quarantined_new", _("people put into quarantine"), PEOPLE, "quarantine", STARTED, ALL),
    Item("released", _("released"), PEOPLE, "quarantine", RELEASED, ALL),
    Item("health_checks", _("health checks taken"), TIMES_DONE, "quarantine", CHECKS, ALL),
    Item("site_calls", _("calls to people at quarantine sites"), _("calls"), "quarantine", CALLS, ALL),
    Item("talks", _("talks that persuade"), TIMES_DONE, "quarantine", sources.TALKS, ALL),
    _figure("transferred", "quarantine", _("people transferred")),
    _figure("rounds_done", "rounds"),
    _figure("patrols", "rounds"),
    Item("stops", _("doors and places visited"), PLACES, "rounds", STOPS, ALL),
    Item("swept", _("homes swept"), HOMES, "rounds", STOPS, Count("dwelling", distinct=True, filter=Q(round__kind__in=SWEEPS))),
    _figure("disinfections", "rounds"),
    _figure("disinfected_m2", "rounds"),
    _figure("kits", "rounds"),
    _figure("letters", "rounds"),
    _figure("notices", "rounds"),
    _figure("door_services", "rounds"),
    _figure("care_calls", "rounds"),
    _figure("errands_asked", "errands"),
    _figure("errands_done", "errands"),
    Item(
        "errands_thanked", _("of them confirmed with thanks"), ERRANDS, "errands", DELIVERED, _where(confirmed_at__isnull=False)
    ),
    _figure("errands_late", "errands"),
    _figure("errands_goods", "errands", _("purchases")),
    _figure("portions", "errands"),
    _figure("errands_medicine", "errands", _("medicine errands")),
    _done("errands_carried", _("things carried"), errand_totals.CARRIED),
    _figure("errands_trips", "errands"),
    _done("errands_bills", _("bills paid"), errand_totals.GROUPS["bills"]),
    _figure("errands_minutes_taken", "errands"),
    _figure("errands_minutes_done", "errands"),
    _figure("tasks_done", "errands"),
    _figure("tasks_by_teams", "errands"),
    _figure("problems_new", "matters"),
    _figure("problems_solved", "matters"),
    _figure("mediations", "matters"),
    _figure("incidents", "matters"),
    _figure("hotline_calls", "matters"),
    _figure("talked_round", "matters"),
    _figure("praise", "matters"),
)


# A period without any record.
EMPTY: Numbers = {item.key: None if item.key in OF_ALL else 0 for item in ITEMS}


def count(at: Period) -> dict[int, Numbers]:
    """Every number by community key and item key; one statement, whatever is counted. No record is zero, and no median."""
    found: dict[int, Numbers] = defaultdict(lambda: dict(EMPTY))
    for community, name, *values in _rows(at):
        for item, value in zip(BY_SOURCE[name], values, strict=False):
            found[community][item.key] = EMPTY[item.key] if value is None else int(value)
    return dict(found)


def total(numbers: dict[int, Numbers]) -> Numbers:
    """The sums over communities, and the medians of all; somebody who stood in two counts in both."""
    sums = dict(EMPTY)
    for community, one in numbers.items():
        for key, value in one.items():
            if value is not None and (community == EVERYWHERE) == (key in OF_ALL):
                sums[key] = (sums[key] or 0) + value
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

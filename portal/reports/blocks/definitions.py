"""What a figure is made of: how it is called and counted, and in which unit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.reports.periods import Scope, Source


@dataclass(frozen=True)
class Tally:
    """Counts passages: `Tally(sources.BY_PERSON, direction="in")` is how many of them go in.

    The rows of a city are first grouped by all columns of the source in one pass; every figure then adds up groups.
    """

    source: Source
    equal: dict[str, Any]


@dataclass(frozen=True)
class Counted:
    """Counts rows of a source by an aggregate of the ORM."""

    source: Source
    aggregate: Callable[[Scope], Any]


@dataclass(frozen=True)
class Figure:
    """A number of the day: what it is called, in which unit, where it is printed, how it is counted."""

    key: str
    label: Any
    unit: Any
    block: str
    how: Tally | Counted
    # The column of the city's daily form (社区疫情防控日报表), where it has one.
    heading: str = ""
    # Part of another figure (an hour, a kind of person): shown in its own table, not among the main lines.
    part_of: str = ""
    # Hour or kind, for the table of parts.
    part: Any = ""
    # Of nothing there is none, which is not zero; and medians are not added up.
    median: bool = False


PEOPLE, TIMES, HOURS, PLACES, VEHICLES = _("people"), pgettext_lazy("unit", "passages"), _("hours"), _("places"), _("vehicles")
HOMES, ROUNDS, ERRANDS = pgettext_lazy("unit", "homes"), pgettext_lazy("unit", "rounds"), pgettext_lazy("unit", "errands")
CASES, LOADS = pgettext_lazy("unit", "cases"), pgettext_lazy("unit", "deliveries")
TIMES_CALLED = pgettext_lazy("unit", "calls")


def distinct(field: str, *filters: Q) -> Count:
    """How many different ones, of the rows that fit."""
    return Count(field, distinct=True, filter=Q(*filters))

"""What a number is counted over. A day is a period of one day; a definition written for a period holds for both."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, DateTimeField, QuerySet, Value, When
from django.utils import timezone

from portal.lib.dates import day_bounds
from residents.models import DutyPolicy


@dataclass(frozen=True)
class Period:
    """From one day to another, both included, as far as it had come at `as_of`, for some communities."""

    first: dt.date
    last: dt.date
    communities: "QuerySet[Any]"  # of keys
    as_of: dt.datetime = field(default_factory=timezone.now)
    # All communities there are: two million rows need not be asked one by one whether theirs is among them.
    everywhere: bool = False

    @property
    def moment(self) -> Value:
        return Value(self.as_of, output_field=DateTimeField())

    @property
    def since(self) -> dt.datetime:
        return day_bounds(self.first)[0]

    @property
    def until(self) -> dt.datetime:
        """The last moment that is its own: a day counted a week later holds nothing of that week."""
        return min(self.as_of, day_bounds(self.last)[1] - dt.timedelta(microseconds=1))

    def moments(self, name: str) -> dict[str, Any]:
        """Rows whose moment lies in it."""
        return {f"{name}__gte": self.since, f"{name}__lte": self.until}

    def days(self, name: str) -> dict[str, Any]:
        """Rows whose day lies in it."""
        return {f"{name}__gte": self.first, f"{name}__lte": self.last}


@dataclass(frozen=True)
class Scope(Period):
    """One day, and by whose policies it is counted."""

    policies: Mapping[int, DutyPolicy] = field(default_factory=dict)

    @property
    def day(self) -> dt.date:
        return self.last

    def by_policy(self, community: str, number: Callable[[DutyPolicy], Any]) -> Any:
        """Each community's own number: a constant, with one branch for every other number in force."""
        holders = defaultdict(list)
        for key, policy in self.policies.items():
            holders[number(policy)].append(key)
        usual = max(holders, key=lambda value: len(holders[value]), default=number(DutyPolicy()))
        branches = [When(**{f"{community}__in": keys}, then=Value(value)) for value, keys in holders.items() if value != usual]
        return Case(*branches, default=Value(usual)) if branches else Value(usual)


@dataclass(frozen=True)
class Source:
    """Rows of a period, and the way from a row to its community; `dimensions` of those that are grouped before counting."""

    name: str
    # Most count any period; what goes by policies, or by what stands at the end of a day, counts a day.
    rows: Callable[[Any], "QuerySet[Any]"]
    community: str
    dimensions: tuple[str, ...] = ()

"""Everything ever done for a home, on one line of time.

A feature adds what it knows in its AppConfig, `home_entries = ["residents.services.household_history.entries"]`: a
function that takes a home and how many entries are wanted at most, and returns its newest. With `@only_for(permission)`
it is asked only for readers who have it in that community.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from heapq import nlargest

from django.apps import apps
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from portal.accounts.models import User
from portal.lib.dates import moment
from residents.access import Permission, may_in
from residents.models import Dwelling

MOST = 100


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, what, to whom, by whom, and where to read more."""

    at: dt.datetime
    what: str | Promise
    who: str = ""
    # A resident's name, which the page masks for those who may not read it.
    name: str = ""
    note: str = ""
    icon: str = "history"
    address: str = ""
    # Only the day is known.
    whole_day: bool = False
    details: list[tuple[str, str, str]] = field(default_factory=list)


def on_day(day: dt.date) -> dt.datetime:
    """Where something stands of which only the day is known: at the beginning of that day."""
    return moment(day, dt.time.min)


Source = Callable[[Dwelling, int], Iterable[Entry]]


def only_for(permission: Permission) -> Callable[[Source], Source]:
    """Keep what a source tells to those who have the permission."""

    def mark(source: Source) -> Source:
        source.permission = permission  # type: ignore[attr-defined]
        return source

    return mark


@cache
def sources() -> list[Source]:
    """What all features add."""
    return [import_string(path) for config in apps.get_app_configs() for path in getattr(config, "home_entries", [])]


def of(dwelling: Dwelling, *, reader: User, most: int = MOST) -> list[Entry]:
    """The newest entries of a home that the reader may see, newest first."""
    shown = [source for source in sources() if _may_read(source, dwelling, reader)]
    return nlargest(most, (entry for source in shown for entry in source(dwelling, most)), key=lambda entry: entry.at)


def _may_read(source: Source, dwelling: Dwelling, reader: User) -> bool:
    permission = getattr(source, "permission", None)
    return permission is None or may_in(reader, permission, dwelling.community)

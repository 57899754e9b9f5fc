"""Places that were sprayed and may not be used until it has worked: said wherever somebody is about to use one."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from residents.models import Compound, Dwelling, Stop, Transfer
from residents.rounds import KINDS

CLOSING = tuple(code for code, kind in KINDS.items() if kind.closes_for)
# A place is closed for a day at the longest; a round may be walked past midnight.
DAYS_BACK = 2


@dataclass(frozen=True)
class Closed:
    """One place by its name, where its plan says that it lies, and until when it stays closed."""

    place: str
    compound: Compound | None
    until: dt.datetime
    # Of a home somebody was taken from; it is known by its door and never by its name.
    dwelling_id: int | None = None

    def is_at(self, compound_id: int | None, name: str) -> bool:
        """Whether this is meant by a name: places and posts are named by people, 东门 is 东门岗亭 as well."""
        if self.compound and compound_id and self.compound.pk != compound_id:
            return False
        here, there = _plain(self.place), _plain(name)
        return _names(here, there) or _names(there, here)


def _plain(name: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()


def _names(short: str, long: str) -> bool:
    # 1号门 is no part of 11号门.
    start = r"(?<!\d)" if short[:1].isdecimal() else ""
    return bool(short) and re.search(start + re.escape(short), long) is not None


def closed(communities: Iterable[Any], now: dt.datetime | None = None) -> list[Closed]:
    """The places of these communities that may not be used yet, what is free last at the end; one statement."""
    now = now or timezone.now()
    recent = Q(round__day__gte=timezone.localdate(now) - dt.timedelta(days=DAYS_BACK)) | Q(round__closed_at=None)
    rows = Stop.objects.within(communities).filter(recent, round__kind__in=CLOSING, usable_at__gt=now)
    rows = rows.select_related("round__plan__compound", "round__plan__building__compound").order_by("usable_at")
    # Sprayed twice: the later hour counts.
    found = {(one.compound, one.place): one for one in map(_closed, rows)}
    return sorted(found.values(), key=lambda one: one.until)


def _closed(stop: Stop) -> Closed:
    plan = stop.round.plan
    compound = (plan.building.compound if plan.building else plan.compound) if plan else None
    return Closed(str(stop), compound, stop.usable_at)  # type: ignore[arg-type]


def at(community: Any, compound_id: int | None, name: str, now: dt.datetime | None = None) -> Closed | None:
    """What keeps a place closed, by its name and the compound it lies in; None where it may be used."""
    return next((one for one in reversed(closed([community], now)) if one.is_at(compound_id, name)), None)


def homes(communities: Iterable[Any], now: dt.datetime | None = None, **which: Any) -> list[Closed]:
    """The homes that were disinfected after somebody was taken to a site, until it has worked; one statement."""
    rows = Transfer.objects.within(communities).filter(home_usable_at__gt=now or timezone.now(), **which)
    rows = rows.select_related("case__dwelling__entrance__building__compound").order_by("home_usable_at")
    doors = {row.case.dwelling_id: (row.case.dwelling, row.home_usable_at) for row in rows}
    return [
        Closed(str(home), home.entrance.building.compound, until, dwelling_id=home.pk)  # type: ignore[arg-type]
        for home, until in doors.values()
    ]


def at_home(dwelling: Dwelling) -> Closed | None:
    """What keeps a home closed; None where one may go in."""
    return next(iter(homes([dwelling.community_id], case__dwelling=dwelling)), None)


def at_stop(stop: Stop) -> Closed | None:
    """What keeps the place of a stop closed; who comes to spray it once more need not wait."""
    if stop.round.kind in CLOSING:
        return None
    if stop.dwelling:
        return at_home(stop.dwelling)
    if not stop.place:
        return None
    plan = stop.round.plan
    return at(stop.round.community_id, plan.compound_id if plan else None, stop.place)


def of_compound(compound: Compound, now: dt.datetime | None = None) -> list[Closed]:
    """What is closed in one compound, and what may lie there because its plan does not say where."""
    inside = homes([compound.community_id], now, case__dwelling__entrance__building__compound=compound)
    found = [one for one in closed([compound.community_id], now) if one.compound in (None, compound)]
    return sorted([*found, *inside], key=lambda one: one.until)

"""What the portal knows of the people on a base list, and what is to be written for each."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from portal.lib.crypto import lookup_hash
from residents.models import CareProfile, Community, Dwelling, Resident, ResidentChange
from residents.services.household_places import Places
from residents.services.household_sheet import Home

# A home as a list names it.
WORDS = ("entrance__building__compound__name", "entrance__building__number", "entrance__number", "room_no")


@dataclass(slots=True)
class Plan:
    """What is to be written for one row."""

    home: Home
    person: dict[str, Any]
    care: list[str]
    grid: str = ""
    id_hash: str = ""
    resident: Resident | None = None
    # Of somebody who was new, once written.
    key: int = 0
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    # Codes of the lists the person is not on yet.
    new_care: list[str] = field(default_factory=list)
    moved_from: str = ""
    came_back: bool = False
    floor: int | None = None
    new_grid: str = ""

    def __post_init__(self) -> None:
        number = self.person["id_number"]
        self.id_hash = lookup_hash(number) if number else ""


class Made:
    """Keys of the people an import has created, as spans: one for all of them, but where others write between them."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def add(self, keys: Iterable[int]) -> None:
        """Note keys, all higher than those noted before."""
        for key in sorted(keys):
            if self._lasts and key == self._lasts[-1] + 1:
                self._lasts[-1] = key
            else:
                self._firsts.append(key)
                self._lasts.append(key)

    def has(self, key: int) -> bool:
        """Whether somebody was created here."""
        at = bisect_right(self._firsts, key) - 1
        return at >= 0 and key <= self._lasts[at]


def _elsewhere(keys: set[int]) -> dict[int, Home]:
    """The homes no row speaks of, and yet somebody whom a row is about lives there."""
    rows = Dwelling.objects.filter(pk__in=keys).values_list("pk", *WORDS) if keys else ()
    return {pk: (compound, building, entrance, room) for pk, compound, building, entrance, room in rows}


def _rows(hashes: set[str], homes: Iterable[int]) -> list[Resident]:
    """Whoever has one of the numbers, anywhere, or lives in one of the homes, once each.

    Two statements, and neither names the community: an import fills it in the very transaction, and a database without
    the numbers of its planner would go through everybody who is new, once for each few hundred rows.
    """
    every = Resident.objects.defer("id_number").order_by("id")
    # Said as the index says it, which is no use otherwise.
    found = {row.pk: row for row in every.filter(~Q(id_hash=""), id_hash__in=hashes)}
    found |= {row.pk: row for row in every.filter(dwelling__in=homes, left_on=None)}
    return sorted(found.values(), key=lambda row: row.pk)


class Known:
    """The residents some rows may be about; a fixed number of statements."""

    def __init__(self, community: Community, plans: list[Plan], places: Places, *, made: Made) -> None:
        hashes = {plan.id_hash for plan in plans if plan.id_hash}
        homes = {key: plan.home for plan in plans if (key := places.key(plan.home))}
        self.by_hash: dict[str, Resident] = {}
        self.by_name: dict[tuple[int, str], list[Resident]] = {}
        for row in _rows(hashes, homes):
            if made.has(row.pk) or row.community_id != community.pk:
                continue
            if row.id_hash in hashes:
                self._prefer(row)
            elif row.left_on is None:
                self.by_name.setdefault((row.dwelling_id, row.name), []).append(row)
        self.places = places
        self._homes = homes | _elsewhere({row.dwelling_id for row in self.by_hash.values()} - homes.keys())
        self.care = self._care([*self.by_hash.values(), *(row for rows in self.by_name.values() for row in rows)])
        left = [row.pk for row in self.by_hash.values() if row.left_on]
        self.dead: set[int] = set()
        if left:
            died = ResidentChange.objects.filter(resident__in=left, kind=ResidentChange.Kind.DIED)
            self.dead = set(died.values_list("resident", flat=True))

    def _prefer(self, row: Resident) -> None:
        """Of several rows of one number, the one that lives here, else the last that did."""
        held = self.by_hash.get(row.id_hash)
        if held is None or (held.left_on and (row.left_on is None or row.left_on > held.left_on)):
            self.by_hash[row.id_hash] = row

    def home_of(self, resident: Resident) -> Home:
        """Where somebody lives, as a list names it."""
        return self._homes[resident.dwelling_id]

    def _care(self, residents: Iterable[Resident]) -> dict[int, set[str]]:
        found: dict[int, set[str]] = {}
        rows = CareProfile.objects.filter(resident__in=[row.pk for row in residents], until=None)
        for resident, code in rows.values_list("resident", "category__code"):
            found.setdefault(resident, set()).add(code)
        return found

    def find(self, plan: Plan, met: set[int]) -> Resident | None:
        """The person by ID number; else by home and name, somebody no other row is about."""
        if plan.id_hash and (found := self.by_hash.get(plan.id_hash)):
            return found
        key = self.places.key(plan.home)
        alike = self.by_name.get((key, plan.person["name"]), []) if key else []
        return next((row for row in alike if row.pk not in met), None)

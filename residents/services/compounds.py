"""A compound as it stands: its buildings, their entrances side by side, the floors upwards, every home in its place."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.db.models.functions import Length

from residents.layers import Layer
from residents.models import Building, Compound, Dwelling, Entrance
from residents.models.households import DwellingQuerySet


class Home(NamedTuple):
    """One cell: a home by its key and the number on its door."""

    pk: int
    floor: int
    room: str


@dataclass(slots=True)
class Stair:
    """One entrance: its homes by floor, those above each other in one column; None where no home is."""

    entrance: Entrance
    width: int = 1
    floors: dict[int, list[Home | None]] = field(default_factory=dict)

    def homes(self) -> list[Home]:
        """Its homes, in no order."""
        return [home for row in self.floors.values() for home in row if home]


@dataclass(frozen=True, slots=True)
class House:
    """One building: its entrances, and its floors from the top."""

    building: Building
    stairs: list[Stair]
    floors: list[int]

    def homes(self) -> list[Home]:
        """Its homes, in no order."""
        return [home for stair in self.stairs for home in stair.homes()]


def homes_of(compound: Compound, building: Building | None = None, entrance: Entrance | None = None) -> DwellingQuerySet:
    """The homes of a compound, of one building or of one entrance."""
    homes = Dwelling.objects.filter(community=compound.community_id, entrance__building__compound=compound)
    if entrance:
        homes = homes.filter(entrance=entrance)
    elif building:
        homes = homes.filter(entrance__building=building)
    return homes


def entrances_of(compound: Compound) -> "QuerySet[Entrance]":
    """The entrances of a compound with their buildings, in the order of their numbers; 10 follows 9."""
    number = ("building__number", "number")
    rows = Entrance.objects.filter(building__compound=compound).select_related("building")
    return rows.order_by(Length(number[0]), number[0], Length(number[1]), number[1], "pk")


def houses(entrances: Iterable[Entrance], homes: DwellingQuerySet) -> list[House]:
    """The picture of these entrances; one statement for all homes."""
    behind: dict[int, list[Home]] = defaultdict(list)
    for key, *values in homes.order_by("pk").values_list("entrance_id", "pk", "floor", "room_no"):
        behind[key].append(Home(*values))
    stairs: dict[int, list[Stair]] = defaultdict(list)
    for entrance in entrances:
        stairs[entrance.building_id].append(_stair(entrance, behind[entrance.pk]))
    return [House(found[0].entrance.building, found, _floors(found)) for found in stairs.values()]


def _floors(stairs: list[Stair]) -> list[int]:
    """All floors, from the top: those the building says it has, and those where somebody lives."""
    stands = set(range(1, stairs[0].entrance.building.floors + 1))
    return sorted(stands.union(*(stair.floors for stair in stairs)), reverse=True)


def _stair(entrance: Entrance, homes: list[Home]) -> Stair:
    """Put the homes of an entrance above each other: 702 over 602, by what follows the floor in their numbers."""
    found = [_seat(home) for home in homes]
    seats = sorted({*found} - {""}, key=lambda seat: (len(seat), seat))
    columns = {seat: n for n, seat in enumerate(seats)}
    stair = Stair(entrance, width=max(1, len(columns)))
    odd = []
    for home, seat in zip(homes, found, strict=True):
        row = stair.floors.setdefault(home.floor, [None] * len(columns))
        if seat and row[columns[seat]] is None:
            row[columns[seat]] = home
        else:
            odd.append(home)
    for home in odd:
        _squeeze_in(stair, home)
    return stair


def _squeeze_in(stair: Stair, home: Home) -> None:
    """A home whose number says nothing of its place (地下室, 临街3号) takes the first free one of its floor."""
    row = stair.floors[home.floor]
    if None in row:
        row[row.index(None)] = home
    else:
        row.append(home)
        stair.width = max(stair.width, len(row))


def _seat(home: Home) -> str:
    floor = str(home.floor)
    return home.room[len(floor) :] if home.room.startswith(floor) else ""


def counts(layer: Layer, states: Mapping[int, str], total: int) -> list[tuple[Any, int]]:
    """Each mark of a layer and how many homes carry it; what carries none is `total` less all of them."""
    found = Counter(states.values())
    return [(mark, found[mark.key]) for mark in layer.marks]

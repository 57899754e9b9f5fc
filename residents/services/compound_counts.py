"""What may hang at the gate: how many homes of a floor carry a mark; no room, no name."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from residents.layers import Layer, Mark
from residents.services.compounds import House

# On a floor of fewer homes a count would point at a door; it then stands only in the sum of the building.
FEWEST = 3


@dataclass(frozen=True)
class Floor:
    """One line of a building: the floor, its homes, and the counts of each mark (None: too few homes to say)."""

    number: int
    homes: int
    counts: list[int | None]


@dataclass(frozen=True)
class Counted:
    """One building in numbers."""

    house: House
    floors: list[Floor]
    homes: int
    sums: list[int]


def counted(house: House, marks: list[tuple[Layer, Mark]], states: Mapping[str, Mapping[int, str]]) -> Counted:
    """The floors of a building with what they carry; `states` are those of each layer by its key."""
    homes = house.homes()
    found = [Counter(home.floor for home in homes if states[layer.key].get(home.pk) == mark.key) for layer, mark in marks]
    size = Counter(home.floor for home in homes)
    floors = [
        Floor(floor, size[floor], [count[floor] if size[floor] >= FEWEST else None for count in found])
        for floor in house.floors
    ]
    return Counted(house, floors, len(homes), [count.total() for count in found])

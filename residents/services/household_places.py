"""The places of a community while a base list comes in: what stands, and what the list names besides."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from django.db.models import Max

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.inserting import insert
from portal.lib.sentences import gettext as _
from portal.lib.sentences import ngettext
from residents.models import Building, Community, Compound, Dwelling, Entrance, Grid
from residents.services.household_sheet import Home

# No list says it; a building of so many floors is not built without a lift.
HAS_LIFT_FROM = 9


class Places:
    """Compounds, buildings, entrances and homes by the numbers a list writes; a fixed number of statements a chunk."""

    def __init__(self, community: Community, *, by: User | None) -> None:
        self.community, self.by = community, by
        self.compounds = {compound.name: compound for compound in community.compounds.all()}
        self.grids = {grid.name: grid for grid in community.grids.all()}
        self.buildings: dict[tuple[str, str], Building] = {}
        self.entrances: dict[tuple[str, str, str], int] = {}
        # Key and floor; None while the home is only named.
        self.homes: dict[Home, tuple[int | None, int]] = {}
        # Those this import has created.
        self.made: set[Home] = set()
        self.named: set[str] = set()
        self.fresh = 0
        self._new_compounds: set[str] = set()
        self._new_buildings: set[tuple[str, str]] = set()
        self._new_entrances: set[tuple[str, str, str]] = set()
        self._grid_of: dict[tuple[str, str], str] = {}

    def meet(self, home: Home, floor: int, grid: str) -> None:
        """A row names a home: what is not there yet is to be created."""
        compound, building, entrance, _room = home
        if compound not in self.named:
            self._load(compound)
        if home in self.homes:
            return
        self.homes[home] = None, floor
        self.fresh += 1
        if (compound, building, entrance) not in self.entrances:
            self._new_entrances.add((compound, building, entrance))
        if (compound, building) not in self.buildings:
            self._new_buildings.add((compound, building))
            if grid:
                self._grid_of.setdefault((compound, building), grid)

    def grid_of(self, home: Home) -> str:
        """The grid of a home's building, as it stands or as the list has said."""
        key = home[:2]
        if key not in self._grid_of:
            building = self.buildings.get(key)
            self._grid_of[key] = building.grid.name if building and building.grid else ""
        return self._grid_of[key]

    def set_grid(self, home: Home, grid: str) -> None:
        """The list says so of this building."""
        self._grid_of[home[:2]] = grid

    def key(self, home: Home) -> Any:
        """The key of a home; None while it is only named."""
        return self.homes[home][0]

    def notices(self, *, written: bool) -> list[str]:
        """What the preview's reader agrees to besides people; once written, what she agreed to."""
        said: list[str] = []
        for name in sorted(self._new_compounds):
            near = get_close_matches(name, [c for c in self.compounds if c not in self._new_compounds], 1, 0.6)
            hint = _(" Is %(name)s meant?") % {"name": near[0]} if near else ""
            new = (
                _("The compound %(name)s is new: created.")
                if written
                else _("The compound %(name)s is new and will be created.")
            )
            said.append(new % {"name": name} + hint)
        if self.fresh:
            counts = {"homes": self.fresh, "buildings": len(self._new_buildings), "entrances": len(self._new_entrances)}
            new = _("New and to be created: homes %(homes)s, entrances %(entrances)s, buildings %(buildings)s.")
            if written:
                new = _("Created: homes %(homes)s, entrances %(entrances)s, buildings %(buildings)s.")
            said.append(new % counts)
        high = {home[:2] for home, (_key, floor) in self.homes.items() if floor >= HAS_LIFT_FROM} & self._new_buildings
        if high:
            said.append(
                ngettext(
                    "%(count)d of them is high and taken to have a lift, which no list says: put it right at the building.",
                    "%(count)d of them are high and taken to have a lift, which no list says: put it right at the building.",
                    len(high),
                )
                % {"count": len(high)}
            )
        return said

    def _load(self, name: str) -> None:
        self.named.add(name)
        compound = self.compounds.get(name)
        if compound is None:
            self._new_compounds.add(name)
            return
        for building in compound.buildings.select_related("grid"):
            self.buildings[name, building.number] = building
        numbers: dict[int, tuple[str, str, str]] = {}
        entrances = Entrance.objects.filter(building__compound=compound).values_list("pk", "building__number", "number")
        for pk, building_no, number in entrances:
            numbers[pk] = name, building_no, number
            self.entrances[numbers[pk]] = pk
        dwellings = Dwelling.objects.filter(entrance__building__compound=compound)
        for pk, entrance, room, floor in dwellings.values_list("pk", "entrance", "room_no", "floor").iterator():
            self.homes[(*numbers[entrance], room)] = pk, floor

    # Storing

    def store(self, homes: Iterable[Home]) -> None:
        """Create what these homes need and is not there."""
        missing = [home for home in dict.fromkeys(homes) if self.homes[home][0] is None]
        self._store_compounds(missing)
        self._store_buildings(missing)
        doors = [home[:3] for home in missing if home[:3] not in self.entrances]
        made = Entrance.objects.bulk_create(
            Entrance(building=self.buildings[door[:2]], number=door[2]) for door in dict.fromkeys(doors)
        )
        self.entrances |= {door: entrance.pk for door, entrance in zip(dict.fromkeys(doors), made, strict=True)}
        with explained(Dwelling):
            floors = [self.homes[home][1] for home in missing]
            columns: dict[str, list[Any]] = {
                "entrance_id": [self.entrances[home[:3]] for home in missing],
                "room_no": [home[3] for home in missing],
                "floor": floors,
            }
            keys = insert(Dwelling, columns, community_id=self.community.pk)
        for home, key, floor in zip(missing, keys, floors, strict=True):
            self.homes[home] = key, floor
        self.made.update(missing)

    def _store_compounds(self, missing: list[Home]) -> None:
        for name in dict.fromkeys(home[0] for home in missing if home[0] not in self.compounds):
            self.compounds[name] = Compound.objects.create(community=self.community, name=name)
            audit.record("compound.created", self.compounds[name], by=self.by, after={"name": name})

    def _store_buildings(self, missing: list[Home]) -> None:
        fresh = list(dict.fromkeys(home[:2] for home in missing if home[:2] not in self.buildings))
        grids = {key: self._grid(self._grid_of[key]) for key in fresh if self._grid_of.get(key)}
        made = Building.objects.bulk_create(
            Building(compound=self.compounds[key[0]], number=key[1], grid=grids.get(key)) for key in fresh
        )
        self.buildings |= dict(zip(fresh, made, strict=True))

    def store_grids(self, wanted: dict[tuple[str, str], str]) -> None:
        """Put buildings into the grids the list names."""
        for key, name in wanted.items():
            building = self.buildings[key]
            before = building.grid
            building.grid = self._grid(name)
            building.save(update_fields=["grid"])
            audit.record("building.changed", building, by=self.by, community=self.community,
                         before={"grid": before and before.name}, after={"grid": name})  # fmt: skip

    def _grid(self, name: str) -> Grid:
        if name not in self.grids:
            self.grids[name] = Grid.objects.create(community=self.community, name=name)
        return self.grids[name]

    def finish(self, keys: set[tuple[str, str]]) -> None:
        """A new building has as many floors as its highest home, and a lift where nobody would climb them."""
        rows = Building.objects.filter(pk__in=[self.buildings[key].pk for key in keys & self._new_buildings])
        low = []
        for building in rows.annotate(top=Max("entrances__dwellings__floor")):
            if building.top and building.top > building.floors:
                building.floors, building.has_lift = building.top, building.top >= HAS_LIFT_FROM
                low.append(building)
        Building.objects.bulk_update(low, ["floors", "has_lift"])

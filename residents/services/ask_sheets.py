"""Where a sheet for residents hangs, and what may be asked for: read with every page they open, by prepared statements."""

from dataclasses import dataclass, field
from typing import Any

from portal.lib.prepared import Prepared, columns, made
from residents.models import Building, Community, Compound, DutyPolicy, Entrance, ErrandKind, Subdistrict


@dataclass(frozen=True)
class Sheet:
    """Where a sheet hangs: at a stairwell, or for the chat group of a compound."""

    compound: Compound
    entrance: Entrance | None = None
    # Read to see whether the sheet is still good, and asked again for what is promised.
    policy: DutyPolicy | None = field(default=None, compare=False)

    @property
    def community(self) -> Community:
        return self.compound.community

    @property
    def key(self) -> str:
        """What its token says."""
        return f"s{self.entrance.pk}" if self.entrance else f"c{self.compound.pk}"


AROUND = f"""
SELECT {columns(Subdistrict, "s")}, {columns(Community, "o")}, {columns(Compound, "c")}%s
FROM residents_compound c JOIN residents_community o ON o.id = c.community_id
    JOIN residents_subdistrict s ON s.id = o.subdistrict_id%s
"""  # noqa: S608 - names of columns
OF_COMPOUND = Prepared("sheet_of_compound", AROUND % ("", " WHERE c.id = %(pk)s"), pk="bigint")
AT_DOOR = Prepared("sheet_at_door", AROUND % (
    f", {columns(Building, 'b')}, {columns(Entrance, 'e')}",
    """ JOIN residents_building b ON b.compound_id = c.id JOIN residents_entrance e ON e.building_id = b.id
WHERE e.id = %(pk)s""",
), pk="bigint")  # fmt: skip
KIND = Prepared("errand_kind", f"""
SELECT {columns(ErrandKind, "k")} FROM residents_errandkind k WHERE k.in_use AND k.code = %(code)s
""", code="text")  # fmt: skip  # noqa: S608 - names of columns


def at_door(pk: int) -> Sheet | None:
    """The sheet of a stairwell."""
    for row in AT_DOOR.rows({"pk": pk}):
        *around, building, entrance = made(row, Subdistrict, Community, Compound, Building, Entrance)
        building.compound = _compound(*around)
        entrance.building = building
        return Sheet(building.compound, entrance)
    return None


def of_compound(pk: int) -> Sheet | None:
    """The sheet of a compound's chat group."""
    for row in OF_COMPOUND.rows({"pk": pk}):
        return Sheet(_compound(*made(row, Subdistrict, Community, Compound)))
    return None


def _compound(subdistrict: Subdistrict, community: Community, compound: Compound) -> Compound:
    community.subdistrict, compound.community = subdistrict, community
    return compound


def kind_of(code: str) -> ErrandKind | None:
    """The kind of this code, where it can be asked for."""
    found: list[Any] = [kind for row in KIND.rows({"code": code}) for kind in made(row, ErrandKind)]
    return found[0] if found else None

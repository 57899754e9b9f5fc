"""What every ledger begins with: where the home is, and the order in which homes are listed."""

from collections.abc import Callable
from typing import Any

from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from residents.ledgers.sources import Column, Filter
from residents.models import Dwelling


def columns(home: Callable[[Any], Dwelling]) -> tuple[Column, ...]:
    """Compound, building, entrance, floor and room of the home a row belongs to."""
    return (
        Column("compound", _("Compound"), lambda row: home(row).entrance.building.compound.name, width=14),
        Column("building", _("Building"), lambda row: home(row).entrance.building.number, width=6),
        Column("entrance", _("Entrance"), lambda row: home(row).entrance.number, width=6),
        Column("floor", _("Floor"), lambda row: home(row).floor, width=6),
        Column("room", _("Room"), lambda row: home(row).room_no, width=8),
    )


def order(path: str) -> tuple[Any, ...]:
    """Building, entrance, floor, room; `path` leads from a row to its home: "resident__dwelling"."""
    door = f"{path}__entrance"
    return (
        f"{door}__building__compound", Length(f"{door}__building__number"), f"{door}__building__number",
        Length(f"{door}__number"), f"{door}__number",
        f"{path}__floor", Length(f"{path}__room_no"), f"{path}__room_no", "pk",
    )  # fmt: skip


def compound(path: str) -> Filter:
    """Rows of one compound; `path` leads from a row to the compound."""
    return Filter(
        "compound",
        _("compound"),
        lambda community: [(str(pk), name) for pk, name in community.compounds.values_list("pk", "name")],
        lambda rows, value, community: rows.filter(**{path: int(value)}),
    )

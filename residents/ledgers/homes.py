"""Ledgers of homes: one row a door."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.ledgers import places
from residents.ledgers.sources import Column, Filter, Source, yes
from residents.models import Community, Dwelling, Resident
from residents.services import household_list


def rows(community: Community) -> Any:
    """The homes of a community with their heads and how many live there."""
    head = Resident.objects.registered().filter(dwelling=OuterRef("pk"), relation=Resident.Relation.HEAD)
    homes = household_list.listed([community]).annotate(
        head_name=Subquery(head.values("name")[:1]), head_phone=Subquery(head.values("phone")[:1])
    )
    return homes.select_related("entrance__building__compound", "entrance__building__grid").in_place_order()


def _in_group(homes: Any, group: str, community: Community) -> Any:
    return household_list.in_group(homes, group, household_list.crowded_from(community))


def _grid(home: Any) -> str:
    grid = home.entrance.building.grid
    return grid.name if grid else ""


SOURCE = Source(
    key="homes",
    label=pgettext_lazy("ledger", "homes"),
    rows=rows,
    columns=(
        *places.columns(lambda home: home),
        Column("grid", _("Grid"), _grid, width=8),
        Column("head", _("Head of the home"), lambda home: home.head_name),
        Column("phone", _("Phone"), lambda home: home.head_phone, "phone", width=13),
        Column("registered", _("Registered"), lambda home: home.registered, width=8),
        Column("living_in", _("Living there"), lambda home: home.living_in, width=8),
        Column("state", _("Occupancy"), lambda home: home.get_state_display(), width=8),
        Column("watch", _("Watch level"), lambda home: home.watch_level or None, width=8),
        Column("watch_reason", _("Why it is watched"), lambda home: home.watch_reason, width=20),
        Column("light", _("Light watched"), lambda home: yes(home.light_watch), width=8),
        Column("origin", _("Origin"), lambda home: home.get_origin_display(), width=10),
        Column("kin_in", _("Relatives in a hard-hit area"), lambda home: home.kin_in, width=20),
        Column("note", _("Remark"), lambda home: home.note, width=20),
    ),
    filters=(
        places.compound("entrance__building__compound"),
        Filter(
            "state",
            _("occupancy"),
            lambda community: list(Dwelling.State.choices),
            lambda homes, value, community: homes.filter(state=value),
        ),
        Filter("group", _("which homes"), lambda community: list(household_list.Group.choices), _in_group),
    ),
    standard=("compound", "building", "entrance", "room", "head", "phone", "registered", "living_in", "state", "note"),
)

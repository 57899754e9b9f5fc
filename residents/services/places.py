"""Compounds, buildings and entrances of a community, as the community puts them down."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from portal.lib.languages import listed
from residents.models import Building, Community, Compound, Entrance

# Of one compound: the largest estates have some two hundred.
MOST_BUILDINGS = 300


@transaction.atomic
def create_compound(*, community: Community, values: dict[str, Any], by: User) -> Compound:
    """Put down a compound."""
    with explained(Compound):
        compound = Compound.objects.create(community=community, **values)
    audit.record("compound.created", compound, by=by, after=values)
    return compound


@transaction.atomic
def update_compound(*, compound_id: int, values: dict[str, Any], by: User) -> Compound:
    """Change what is known of a compound."""
    compound = Compound.objects.select_for_update().get(pk=compound_id)
    return _change(compound, values, "compound.changed", by=by)


@transaction.atomic
def add_buildings(
    *, compound_id: int, first: int, count: int, floors: int, entrances: int, has_lift: bool, by: User
) -> list[Building]:
    """Put down numbered buildings that are alike: "18 buildings, 7 floors, 3 entrances, no lift".

    Without entrances each gets one of number 0, so that every home has a stairwell. Five statements however many.
    """
    compound = Compound.objects.select_for_update().get(pk=compound_id)
    numbers = [str(number) for number in range(first, first + count)]
    taken = compound.buildings.filter(number__in=numbers).order_by("id").values_list("number", flat=True)
    if taken:
        raise Refused(
            _("Buildings of these numbers are already there: %(numbers)s. Choose another first number.")
            % {"numbers": listed(taken)}
        )
    if compound.buildings.count() + count > MOST_BUILDINGS:
        raise Refused(_("A compound has at most %(most)s buildings here. Look at the count again.") % {"most": MOST_BUILDINGS})
    with explained(Building):
        made = Building.objects.bulk_create(
            Building(compound=compound, number=number, floors=floors, has_lift=has_lift) for number in numbers
        )
    doors = [str(number) for number in range(1, entrances + 1)] or ["0"]
    Entrance.objects.bulk_create(Entrance(building=building, number=door) for building in made for door in doors)
    facts = {"first": first, "count": count, "floors": floors, "entrances": entrances, "has_lift": has_lift}
    audit.record("compound.buildings_added", compound, by=by, after=facts)
    return made


@transaction.atomic
def update_building(*, building_id: int, values: dict[str, Any], more_entrances: int, by: User) -> Building:
    """Change a building, and add entrances to it; they are numbered on from those it has."""
    building = Building.objects.select_for_update(of=("self",)).select_related("compound__community").get(pk=building_id)
    _change(building, values, "building.changed", by=by)
    if more_entrances:
        last = max((int(n) for n in building.entrances.values_list("number", flat=True) if n.isdecimal()), default=0)
        doors = [str(number) for number in range(last + 1, last + 1 + more_entrances)]
        Entrance.objects.bulk_create(Entrance(building=building, number=door) for door in doors)
        audit.record("building.entrances_added", building, by=by, after={"numbers": "、".join(doors)})
    return building


def _change(row: Any, values: dict[str, Any], kind: str, *, by: User) -> Any:
    before, after = audit.changed(row, values)
    for name, value in after.items():
        setattr(row, name, value)
    if after:
        with explained(type(row)):
            row.save(update_fields=list(after))
        audit.record(kind, row, by=by, before=before, after=after)
    return row

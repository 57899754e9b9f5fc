"""Who answers for which place, and the places for which nobody does."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from deployments.models import Cadre, Responsibility, Secondment
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained, lasts_on
from portal.lib.errors import Refused
from residents.models import Building, Community, Compound, Dwelling, Entrance


@dataclass(frozen=True)
class Person:
    """A cadre of the roster, or a name and a phone: building and entrance heads are often residents."""

    cadre: Cadre | None = None
    name: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Gaps:
    """Places of one or many communities for which nobody answers on a day."""

    compounds: "QuerySet[Compound]"
    buildings: "QuerySet[Building]"
    entrances: "QuerySet[Entrance]"


# Which role answers for which kind of place.
PLACES: dict[str, str] = {
    Responsibility.Role.STEWARD: "compound",
    Responsibility.Role.COMMANDER: "compound",
    Responsibility.Role.GUARANTOR: "building",
    Responsibility.Role.BUILDING_HEAD: "building",
    Responsibility.Role.ENTRANCE_HEAD: "entrance",
}


def standing(day: dt.date) -> "QuerySet[Responsibility]":
    """Responsibilities that count on a day: a cadre who is not seconded there any more answers for nothing."""
    there = Secondment.objects.serving().on(day).filter(cadre=OuterRef("cadre"), community=OuterRef("community"))
    return Responsibility.objects.filter(lasts_on(day)).filter(Q(cadre=None) | Exists(there))


def gaps(communities: Any, day: dt.date) -> Gaps:
    """The places of these communities that nobody answers for.

    Whoever answers for a building answers for its entrances. Three querysets, one statement each, for any number of
    communities; count or list them as needed.
    """
    held = standing(day)
    own = Exists(held.filter(entrance=OuterRef("pk")))
    through_building = Exists(held.filter(building=OuterRef("building")))
    return Gaps(
        compounds=Compound.objects.within(communities).exclude(Exists(held.filter(compound=OuterRef("pk")))),
        buildings=Building.objects.within(communities).exclude(Exists(held.filter(building=OuterRef("pk")))),
        entrances=Entrance.objects.within(communities).exclude(own | through_building),
    )


def with_homes(rows: "QuerySet[Responsibility]") -> "QuerySet[Responsibility]":
    """Each with `homes`: how many doors the person answers for."""

    def doors(path: str, place: str) -> Subquery:
        found = Dwelling.objects.filter(**{path: OuterRef(place)}).order_by().values(path)
        return Subquery(found.annotate(n=Count("pk")).values("n"))

    return rows.annotate(
        homes=Coalesce(
            doors("entrance", "entrance"),
            doors("entrance__building", "building"),
            doors("entrance__building__compound", "compound"),
        )
    )


def held_by(cadre: Cadre, communities: Any) -> "QuerySet[Responsibility]":
    """What a cadre answers for today and later, in these communities."""
    today = timezone.localdate()
    rows = cadre.responsibilities.within(communities).filter(Q(ends_on=None) | Q(ends_on__gte=today))
    return rows.select_related("compound", "building__compound", "entrance__building__compound")


@transaction.atomic
def assign(
    *,
    community: Community,
    role: str,
    place: Compound | Building | Entrance,
    person: Person,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    by: User,
) -> Responsibility:
    """Make a person answer for a place."""
    kind = type(place)._meta.model_name or ""
    if PLACES[role] != kind:
        raise Refused(_("This role belongs to another kind of place. Choose a fitting role."))
    if audit.community_of(place) != community:
        raise Refused(_("This place belongs to another community. Choose one of the community's own."))
    _check(person, community, starts_on)
    values: dict[str, Any] = {"role": role, kind: place, "starts_on": starts_on, "ends_on": ends_on}
    values |= {"cadre": person.cadre} if person.cadre else {"name": person.name, "phone": person.phone}
    with explained(Responsibility):
        row = Responsibility.objects.create(community=community, **values)
    audit.record("responsibility.assigned", row, by=by, after=values)
    return row


@transaction.atomic
def end(*, responsibility_id: int, last_day: dt.date, by: User) -> Responsibility:
    """Let it end with a day."""
    row = Responsibility.objects.select_for_update(of=("self",)).get(pk=responsibility_id)
    if row.ends_on and row.ends_on <= last_day:
        raise Refused(_("It already ends on %(day)s.") % {"day": row.ends_on})
    before, row.ends_on = row.ends_on, last_day
    with explained(Responsibility):
        row.save(update_fields=["ends_on"])
    audit.record("responsibility.ended", row, by=by, before={"ends_on": before}, after={"ends_on": last_day})
    return row


@transaction.atomic
def hand_over(*, responsibility_id: int, person: Person, starts_on: dt.date, by: User) -> Responsibility:
    """Let another person answer for the same place from a day on; no day is without, none has two."""
    old = end(responsibility_id=responsibility_id, last_day=starts_on - dt.timedelta(days=1), by=by)
    place = old.place
    if place is None:
        raise Refused(_("This place is gone. Assign the responsibility anew."))
    return assign(community=old.community, role=old.role, place=place, person=person, starts_on=starts_on, by=by)


def _check(person: Person, community: Community, day: dt.date) -> None:
    if person.cadre is None and not (person.name and person.phone):
        raise Refused(_("Choose a cadre, or write a name and a phone."))
    if person.cadre and not person.cadre.secondments.serving().on(day).filter(community=community).exists():
        raise Refused(_("%(name)s is not seconded here on %(day)s. Choose somebody else.") % {"name": person.cadre, "day": day})

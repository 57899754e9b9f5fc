"""Ledgers of people: one row a resident."""

import datetime as dt
from typing import Any

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.ledgers import places
from residents.ledgers.sources import Column, Filter, Source, yes
from residents.models import Community, Resident
from residents.services.household_export import age


class Group(TextChoices):
    """Whom lists of people are asked for."""

    ELSEWHERE = "elsewhere", _("registered, not living in")
    NEWCOMERS = "newcomers", _("tenants and floating")
    ELDERS = "elders", _("sixty-five and older")
    ELDERS_OFFLINE = "elders_offline", _("sixty-five and older without a smartphone")
    CHILDREN = "children", _("under fourteen")
    INFANTS = "infants", _("under three")


def rows(community: Community) -> Any:
    """Everybody who belongs to a home of the community today."""
    people = Resident.objects.registered().filter(community=community)
    return people.select_related("dwelling__entrance__building__compound").order_by(*places.order("dwelling"))


def years_ago(years: int) -> dt.date:
    """This day so many years ago; the 28th where there was no 29 February."""
    today = timezone.localdate()
    return dt.date(today.year - years, today.month, min(today.day, 28) if today.month == 2 else today.day)


def _in_group(people: Any, group: str, community: Community) -> Any:
    elders = people.filter(born_on__lte=years_ago(65))
    return {
        Group.ELSEWHERE: people.filter(lives_in=False),
        Group.NEWCOMERS: people.filter(kind__in=[Resident.Kind.TENANT, Resident.Kind.FLOATING]),
        Group.ELDERS: elders,
        Group.ELDERS_OFFLINE: elders.filter(has_smartphone=False),
        Group.CHILDREN: people.filter(born_on__gt=years_ago(14)),
        Group.INFANTS: people.filter(born_on__gt=years_ago(3)),
    }[Group(group)]


SOURCE = Source(
    key="people",
    label=_("residents"),
    rows=rows,
    columns=(
        *places.columns(lambda person: person.dwelling),
        Column("name", _("Name"), lambda person: person.name),
        Column("relation", _("Relation to the head"), lambda person: person.get_relation_display()),
        Column("sex", _("Sex"), lambda person: person.get_sex_display(), width=6),
        Column("age", _("Age"), lambda person: age(person.born_on, timezone.localdate()), width=6),
        Column("id_number", _("ID number"), lambda person: person.id_number, "id", width=20),
        Column("phone", _("Phone"), lambda person: person.phone, "phone", width=13),
        Column("kind", _("Kind of living here"), lambda person: person.get_kind_display()),
        Column("lives_in", _("Lives here now"), lambda person: yes(person.lives_in), width=8),
        Column("registered_address", _("Registered at"), lambda person: person.registered_address, width=20),
        Column("work_unit", _("Works at"), lambda person: person.work_unit, width=16),
        Column("vaccine_doses", _("Vaccine doses"), lambda person: person.vaccine_doses, width=8),
        Column("smartphone", _("Smartphone"), lambda person: yes(person.has_smartphone), width=8),
        Column("online", _("Shops online"), lambda person: yes(person.shops_online), width=8),
        Column("since", _("Since"), lambda person: person.came_on, width=12),
        Column("note", _("Remark"), lambda person: person.note, width=20),
    ),
    filters=(
        places.compound("dwelling__entrance__building__compound"),
        Filter(
            "kind",
            _("kind of living here"),
            lambda community: list(Resident.Kind.choices),
            lambda people, value, community: people.filter(kind=value),
        ),
        Filter("group", _("who"), lambda community: list(Group.choices), _in_group),
    ),
    standard=(
        "compound",
        "building",
        "entrance",
        "room",
        "name",
        "relation",
        "sex",
        "age",
        "phone",
        "kind",
        "lives_in",
        "note",
    ),
)

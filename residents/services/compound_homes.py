"""Homes of a compound's picture from near by: who lives there, as far as the reader may know."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib import masks, sheets
from residents.access import Permission, may_in
from residents.layers import Layer, Mark
from residents.models import CareProfile, Compound, Dwelling, Resident
from residents.models.households import DwellingQuerySet

# Stands for the homes that a layer does not name.
REST = "rest"


@dataclass(frozen=True)
class Person:
    """One line of a home: names in full only for who may read them."""

    resident: Resident
    name: str
    care: list[str]


def counted(compounds: "QuerySet[Compound]") -> "QuerySet[Compound]":
    """Compounds in the order of their communities, each with `homes` and `buildings_count`."""
    door = "buildings__entrances__dwellings"
    rows = compounds.annotate(homes=Count(door), buildings_count=Count("buildings", distinct=True))
    return rows.order_by("community", "pk")


def count_people(compounds: Iterable[Any]) -> None:
    """Put beside each compound how many are `registered` there and how many are `living_in`; one statement."""
    shown = {compound.pk: compound for compound in compounds}
    path = "dwelling__entrance__building__compound"
    rows = Resident.objects.registered().filter(**{f"{path}__in": list(shown)}).order_by().values_list(path)
    for compound in shown.values():
        compound.registered = compound.living_in = 0
    # Counted together with the homes, the database would count the people once a home.
    for key, registered, living_in in rows.annotate(all=Count("pk"), here=Count("pk", filter=Q(lives_in=True))):
        shown[key].registered, shown[key].living_in = registered, living_in


def people(home: Dwelling, *, full: bool) -> list[Person]:
    """Who lives in a home or is registered there, its head first; sensitive care is only "special care" without `full`."""
    care = Prefetch("care", CareProfile.objects.live().select_related("category"), to_attr="live_care")
    rows = home.residents.registered().prefetch_related(care)
    found = sorted(rows, key=lambda person: (person.relation != Resident.Relation.HEAD, person.pk))
    return [Person(p, p.name if full else masks.name(p.name), _care(p.live_care, full=full)) for p in found]  # type: ignore[attr-defined]


def _care(profiles: Iterable[CareProfile], *, full: bool) -> list[str]:
    """The names of the categories, each once, in their order."""
    words = (p.category.label if full or not p.category.is_sensitive else _("special care") for p in profiles)
    return list(dict.fromkeys(words))


def said(home: Dwelling, people: Iterable[Person], layers: Iterable[Layer]) -> list[tuple[Layer, Mark | None]]:
    """What each layer says of one home; those that cannot tell from the row and its people ask once each."""
    residents = [person.resident for person in people]
    return [(layer, _mark(layer, _state(layer, home, residents))) for layer in layers]


def _state(layer: Layer, home: Dwelling, residents: list[Resident]) -> str:
    if layer.of_home:
        return layer.of_home(home, residents)
    return layer.states(Dwelling.objects.filter(pk=home.pk)).get(home.pk, "")


def _mark(layer: Layer, state: str) -> Mark | None:
    return next((mark for mark in layer.marks if mark.key == state), None)


def notes(homes: DwellingQuerySet, *, full: bool) -> Mapping[int, str]:
    """A line for each home of one entrance: its head, and how many live there."""
    head = Resident.objects.registered().filter(dwelling=OuterRef("pk"), relation=Resident.Relation.HEAD)
    rows = _living(homes).annotate(head=Subquery(head.values("name")[:1]))
    return {pk: _note(name or "", n, full=full) for pk, name, n in rows.values_list("pk", "head", "living")}


def _heads(homes: DwellingQuerySet) -> "QuerySet[Resident]":
    return Resident.objects.registered().filter(dwelling__in=homes, relation=Resident.Relation.HEAD)


def _living(homes: DwellingQuerySet) -> DwellingQuerySet:
    return homes.annotate(living=Count("residents", filter=Q(residents__left_on=None, residents__lives_in=True)))


def _note(head: str, living: int, *, full: bool) -> str:
    size = ngettext("%(n)s person", "%(n)s people", living) % {"n": living}
    return f"{head if full else masks.name(head)} {size}".strip()


# Lists of chosen homes


@dataclass(frozen=True)
class Line:
    """One home of a list: its place, whom to ask for, and what the open layer says."""

    home: Dwelling
    head: str
    phone: str
    living: int
    mark: str


def carrying(homes: DwellingQuerySet, layer: Layer, mark: str) -> DwellingQuerySet:
    """Only the homes that carry a mark of a layer; REST are those that carry none."""
    states = layer.states(homes)
    if mark == REST:
        return homes.exclude(pk__in=list(states))
    return homes.filter(pk__in=[pk for pk, state in states.items() if state == mark])


def lines(homes: Iterable[Dwelling], layer: Layer, *, full: bool) -> Iterator[Line]:
    """The homes as a list shows them; three statements for any number of them."""
    found = list(homes)
    rows = Dwelling.objects.filter(pk__in=[home.pk for home in found])
    heads = {head.dwelling_id: head for head in _heads(rows)}
    living = dict(_living(rows).values_list("pk", "living"))
    labels = {mark.key: str(mark.label) for mark in layer.marks}
    states = layer.states(rows)
    for home in found:
        head = heads.get(home.pk)
        name, phone = (head.name, head.phone) if head else ("", "")
        yield Line(
            home=home,
            head=name if full else masks.name(name),
            phone=masks.phone(phone),
            living=living[home.pk],
            mark=labels.get(states.get(home.pk, ""), str(layer.rest)),
        )


def table(
    homes: DwellingQuerySet, layer: Layer, *, by: User, compound: Compound
) -> tuple[list[sheets.Column], list[list[Any]]]:
    """The same rows as a sheet to be carried along; who took it out is on record."""
    full = may_in(by, Permission.RESIDENT_NAME, compound.community)
    rows = [
        [n, str(line.home.entrance.building), line.home.entrance.number, line.home.floor, line.home.room_no, line.head,
         line.phone, line.living, str(line.home.get_state_display()), line.mark, "", ""]
        for n, line in enumerate(lines(homes.in_place_order(), layer, full=full), 1)
    ]  # fmt: skip
    headings = (
        "序号",
        "楼栋",
        "单元",
        "楼层",
        "房号",
        "户主",
        "联系电话",
        "在住人数",
        "居住状态",
        str(layer.label),
        "完成",
        "备注",
    )
    audit.record("compound.exported", compound, by=by, after={"rows": len(rows), "layer": layer.key})
    return [sheets.Column(heading, 10) for heading in headings], rows

"""Homes of a compound's picture from near by: who lives there, as far as the reader may know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.lib import masks
from residents.layers import Layer, Mark
from residents.models import CareProfile, Compound, Dwelling, Resident
from residents.models.households import DwellingQuerySet


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


def people(home: Dwelling, *, full: bool) -> list[Person]:
    """Who lives in a home or is registered there, its head first; sensitive care is only "special care" without `full`."""
    care = Prefetch("care", CareProfile.objects.live().select_related("category"), to_attr="live_care")
    rows = home.residents.registered().prefetch_related(care)
    found = sorted(rows, key=lambda person: (person.relation != Resident.Relation.HEAD, person.pk))
    return [Person(p, p.name if full else masks.name(p.name), _care(p.live_care, full=full)) for p in found]  # type: ignore[attr-defined]


def _care(profiles: Iterable[CareProfile], *, full: bool) -> list[str]:
    """The names of the categories, each once, in their order."""
    words = (str(p.category) if full or not p.category.is_sensitive else _("special care") for p in profiles)
    return list(dict.fromkeys(words))


def said(home: Dwelling, layers: Iterable[Layer]) -> list[tuple[Layer, Mark | None]]:
    """What each layer says of one home."""
    homes = Dwelling.objects.filter(pk=home.pk)
    found = []
    for layer in layers:
        state = layer.states(homes).get(home.pk, "")
        found.append((layer, next((mark for mark in layer.marks if mark.key == state), None)))
    return found


def notes(homes: DwellingQuerySet, *, full: bool) -> Mapping[int, str]:
    """A line for each home of one entrance: its head, and how many live there."""
    living = Count("residents", filter=Q(residents__left_on=None, residents__lives_in=True))
    heads = dict(
        Resident.objects.registered()
        .filter(dwelling__in=homes, relation=Resident.Relation.HEAD)
        .values_list("dwelling", "name")
    )
    return {pk: _note(heads.get(pk, ""), n, full=full) for pk, n in homes.annotate(living=living).values_list("pk", "living")}


def _note(head: str, living: int, *, full: bool) -> str:
    size = ngettext("%(n)s person", "%(n)s people", living) % {"n": living}
    return f"{head if full else masks.name(head)} {size}".strip()

"""The homes of a compound as a list is asked for them: filters, counts, and the people of each."""

from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Prefetch, Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models import CareProfile, Community, DutyPolicy, Dwelling, Resident
from residents.models.households import DwellingQuerySet
from residents.services.policies import duty_policy


class Group(TextChoices):
    """What people ask of the homes of a compound."""

    CARE = "care", _("special care")
    WATCHED = "watched", _("watched")
    PROPOSED = "proposed", _("proposed for watching")
    NO_PHONE = "no_phone", _("nobody has a smartphone")
    NO_SHOP = "no_shop", _("nobody can shop online")
    ELSEWHERE = "elsewhere", _("registered, not living in")
    EMPTY = "empty", _("nobody on record")


def listed(communities: Any) -> DwellingQuerySet:
    """Homes of these communities, each with its `registered` and `living_in` people."""
    here = Q(residents__left_on=None, residents__isnull=False)
    return Dwelling.objects.within(communities).annotate(
        registered=Count("residents", filter=here), living_in=Count("residents", filter=here & Q(residents__lives_in=True))
    )


def narrowed(dwellings: DwellingQuerySet, asked: Mapping[str, Any]) -> DwellingQuerySet:
    """Only the homes a filter asks for; what it leaves empty is not asked."""
    for name, path in (("compound", "entrance__building__compound"), ("building", "entrance__building"), ("state", "state")):
        if asked.get(name):
            dwellings = dwellings.filter(**{path: asked[name]})
    if asked.get("category"):
        profiles = CareProfile.objects.live().filter(category__code=asked["category"], resident__left_on=None)
        dwellings = dwellings.filter(Exists(profiles.filter(resident__dwelling=OuterRef("pk"))))
    return dwellings


def in_group(dwellings: DwellingQuerySet, group: str, crowded_from: int) -> DwellingQuerySet:
    """One group; without a name all."""
    return dwellings.filter(_groups(crowded_from)[group]) if group in Group.values else dwellings


def counts(dwellings: DwellingQuerySet, crowded_from: int) -> list[tuple[str, Any, int]]:
    """Each group with its name and how many homes are in it; one statement."""
    rules = {f"in_{name}": rule for name, rule in _groups(crowded_from).items()}
    rows = dwellings.order_by().annotate(**{name: ExpressionWrapper(rule, BooleanField()) for name, rule in rules.items()})
    found = rows.aggregate(**{f"n_{name}": Count("pk", filter=Q(**{name: True})) for name in rules})
    return [(str(value), label, found[f"n_in_{value}"]) for value, label in Group.choices]


def _groups(crowded_from: int) -> dict[str, Any]:
    here = Resident.objects.registered().filter(dwelling=OuterRef("pk"))
    care = CareProfile.objects.live().filter(resident__dwelling=OuterRef("pk"), resident__left_on=None)
    living = here.filter(lives_in=True)
    return {
        Group.CARE.value: Q(Exists(care)),
        Group.WATCHED.value: Q(watch_level__gt=0) | Q(light_watch=True),
        Group.PROPOSED.value: Q(watch_level=0, living_in__gte=crowded_from),
        Group.NO_PHONE.value: Q(Exists(living.filter(has_smartphone=False))) & ~Q(Exists(living.filter(has_smartphone=True))),
        Group.NO_SHOP.value: Q(Exists(living.filter(shops_online=False))) & ~Q(Exists(living.filter(shops_online=True))),
        Group.ELSEWHERE.value: Q(Exists(here.filter(lives_in=False))),
        Group.EMPTY.value: Q(registered=0),
    }


def chosen(community: Community, asked: Mapping[str, Any]) -> DwellingQuerySet:
    """The homes of a list that was asked for by plain values: how a job repeats what a page showed."""
    group = str(asked.get("group") or "")
    rows = in_group(narrowed(listed([community]), asked), group, crowded_from(community))
    # Without what the list counts beside each row.
    return Dwelling.objects.filter(pk__in=rows.order_by().values("pk"))


def crowded_from(community: Community | None) -> int:
    """From how many people a home is proposed for watching."""
    return duty_policy(community, timezone.localdate()).crowded_from if community else DutyPolicy().crowded_from


def with_people(dwellings: DwellingQuerySet) -> DwellingQuerySet:
    """The same homes with `people`, each with `lists` of care, in place order."""
    care = CareProfile.objects.live().select_related("category").order_by("id")
    people = Resident.objects.registered().order_by("id").prefetch_related(Prefetch("care", care, to_attr="lists"))
    rows = dwellings.select_related("entrance__building__compound", "community")
    return rows.in_place_order().prefetch_related(Prefetch("residents", people, to_attr="people"))

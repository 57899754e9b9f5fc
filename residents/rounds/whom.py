"""Whom rounds visit: rules over the ledger, read when a round is opened, so that people drop out when their reason ends."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from residents.models import CareProfile, Dwelling, QuarantineCase, Resident, RoundPlan
from residents.rounds.kinds import Target

MOST_STOPS = 5000


def homes(plan: RoundPlan) -> list[Target]:
    """One stop for each home of the plan; a round of places has none."""
    if plan.whom == RoundPlan.Whom.PLACES:
        return places(plan)
    return [Target(dwelling) for dwelling in _homes(plan).in_walking_order()[:MOST_STOPS]]


def people(plan: RoundPlan) -> list[Target]:
    """One stop for everybody who lives in the plan's homes; with care categories, for whom they are about."""
    chosen = _homes(plan).in_walking_order()[:MOST_STOPS]
    order = {dwelling.pk: dwelling for dwelling in chosen}
    rows = Resident.objects.living_in().filter(dwelling__in=list(order))
    if plan.whom == RoundPlan.Whom.CARE:
        rows = rows.filter(Exists(_care(plan).filter(resident=OuterRef("pk"))))
    if plan.whom == RoundPlan.Whom.QUARANTINE:
        rows = rows.filter(Exists(_at_home().filter(resident=OuterRef("pk"))))
    of_home: dict[int, list[Resident]] = {}
    for resident in rows.order_by("id"):
        of_home.setdefault(resident.dwelling_id, []).append(resident)
    return [Target(order[key], resident) for key in order for resident in of_home.get(key, [])]


def places(plan: RoundPlan) -> list[Target]:
    """One stop for each place that is written down, once each."""
    return [Target(place=place) for place in plan.places_named]


def _homes(plan: RoundPlan) -> Any:
    rows = Dwelling.objects.filter(community=plan.community_id).select_related("entrance__building__compound")
    if plan.building_id:
        rows = rows.filter(entrance__building=plan.building_id)
    elif plan.compound_id:
        rows = rows.filter(entrance__building__compound=plan.compound_id)
    return RULES[plan.whom](plan, rows)


def _care(plan: RoundPlan) -> "QuerySet[Any]":
    rows = CareProfile.objects.live().filter(resident__left_on=None, resident__lives_in=True)
    wanted = list(plan.categories.values_list("pk", flat=True))
    return rows.filter(category__in=wanted) if wanted else rows


def _with_care(plan: RoundPlan, rows: Any) -> Any:
    return rows.filter(Exists(_care(plan).filter(resident__dwelling=OuterRef("pk"))))


def _at_home() -> "QuerySet[Any]":
    """Whoever is followed at home today: who went to a site, or is released, is not visited any more."""
    return QuarantineCase.objects.followed_on(timezone.localdate())


def _in_quarantine(plan: RoundPlan, rows: Any) -> Any:
    return rows.filter(Exists(_at_home().filter(dwelling=OuterRef("pk"))))


def _lived_in(plan: RoundPlan, rows: Any) -> Any:
    return rows.filter(Exists(Resident.objects.living_in().filter(dwelling=OuterRef("pk"))))


def _chosen(plan: RoundPlan, rows: Any) -> Any:
    return rows.filter(pk__in=plan.dwellings.values("pk"))


RULES: dict[str, Any] = {
    RoundPlan.Whom.ALL: lambda plan, rows: rows,
    RoundPlan.Whom.LIVED_IN: _lived_in,
    RoundPlan.Whom.CARE: _with_care,
    RoundPlan.Whom.WATCH: lambda plan, rows: rows.filter(watch_level__gt=0),
    RoundPlan.Whom.LIGHT: lambda plan, rows: rows.filter(light_watch=True),
    RoundPlan.Whom.QUARANTINE: _in_quarantine,
    RoundPlan.Whom.CHOSEN: _chosen,
    RoundPlan.Whom.PLACES: lambda plan, rows: rows.none(),
}

"""Rounds, and services at doors and places."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.reports import sources
from portal.reports.blocks.definitions import HOMES, PEOPLE, PLACES, ROUNDS, Counted, Figure, distinct
from portal.reports.periods import Scope


def _of_kind(*kinds: str) -> Callable[[Scope], Any]:
    return lambda at: Count("pk", filter=Q(round__kind__in=kinds))


def _amount(kind: str) -> Callable[[Scope], Any]:
    return lambda at: Coalesce(Sum("quantity", filter=Q(round__kind=kind)), 0)


def _stops(key: str, label: Any, unit: Any, aggregate: Callable[[Scope], Any], heading: str = "") -> Figure:
    return Figure(key, label, unit, "rounds", Counted(sources.STOPS, aggregate), heading)


def _rounds(key: str, label: Any, aggregate: Callable[[Scope], Any], heading: str = "") -> Figure:
    return Figure(key, label, ROUNDS, "rounds", Counted(sources.ROUNDS, aggregate), heading)


def figures() -> Iterator[Figure]:
    """What was done at doors and places."""
    yield _rounds("rounds_done", _("rounds done"), lambda at: Count("pk", filter=Q(closed_at__lte=at.as_of)))
    yield _rounds(
        "rounds_missed",
        _("rounds missed"),
        lambda at: Count("pk", filter=Q(due_at__lte=at.as_of) & (Q(closed_at=None) | Q(closed_at__gt=at.as_of))),
    )
    yield _rounds("patrols", _("patrols"), lambda at: Count("pk", filter=Q(kind="patrol", closed_at__lte=at.as_of)), "巡逻次数")
    yield _stops("persuaded", _("people persuaded to go home"), PEOPLE, _amount("patrol"), "聚集劝离人次")
    swept = Counted(sources.SWEPT, lambda at: distinct("dwelling", Q(round__day=at.day)))
    yield Figure("swept_today", _("homes swept today"), HOMES, "rounds", swept, "今日摸排户数")
    so_far = Counted(sources.SWEPT, lambda at: distinct("dwelling"))
    yield Figure("swept_so_far", _("homes swept so far"), HOMES, "rounds", so_far, "累计摸排户数")
    yield _stops("disinfections", _("places disinfected"), PLACES, _of_kind("disinfection"), "消杀次数")
    yield _stops("disinfected_m2", _("area disinfected"), _("m²"), _amount("disinfection"), "消杀面积(㎡)")
    yield _stops(
        "disinfecting", _("people who disinfected"), PEOPLE, lambda at: distinct("done_by", Q(round__kind="disinfection")),
        "消杀人数",
    )  # fmt: skip
    yield _stops("kits", _("antigen kits handed out"), _("kits"), _amount("antigen"), "发放抗原")
    yield _stops("door_services", _("services at doors"), HOMES, _of_kind("rubbish", "vegetables"), "上门服务户次")
    yield _stops("care_calls", _("special-care contacts"), HOMES, _of_kind("wellbeing_call"), "关爱电话")
    yield _stops("letters", _("letters handed out"), _("letters"), _of_kind("letter"), "宣传品份数")
    announced = Counted(sources.NOTICES, lambda at: Count("pk"))
    yield Figure("notices", _("notices published"), pgettext_lazy("unit", "notices"), "rounds", announced, "通知条数")

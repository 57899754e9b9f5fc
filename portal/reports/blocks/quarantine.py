"""Quarantine."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from portal.reports import sources
from portal.reports.blocks.definitions import PEOPLE, Counted, Figure
from portal.reports.periods import Scope


def _cases(key: str, label: Any, heading: str, among: Callable[[Scope], Q]) -> Figure:
    how = Counted(sources.CASES, lambda at: Count("pk", filter=among(at)))
    return Figure(key, label, PEOPLE, "quarantine", how, heading)


def figures() -> Iterator[Figure]:
    """Who is in quarantine, where, and who came and left."""
    at_home, monitored = ~sources.AWAY | Q(place=None), Q(kind__in=["home_monitoring", "self_monitoring"])
    yield _cases(
        "quarantined", _("in quarantine at home"), "居家隔离现有",
        lambda at: sources.running(at) & at_home & (~monitored | Q(kind=None)),
    )  # fmt: skip
    yield _cases(
        "quarantined_new", _("new in quarantine"), "今日新增", lambda at: Q(**at.moments("started_at"))
    )  # fmt: skip
    released = Q(state="released")
    yield _cases("released", _("released today"), "今日解除", lambda at: released & Q(ended_on=at.day))
    yield _cases("released_so_far", _("released so far"), "累计解除", lambda at: released & Q(ended_on__lte=at.day))
    yield _cases(
        "monitored", _("monitored at home"), "居家健康监测现有", lambda at: sources.running(at) & at_home & monitored
    )  # fmt: skip
    yield _cases("at_sites", _("in central quarantine"), "集中隔离现有", lambda at: sources.running(at) & sources.AWAY)
    moved = Counted(sources.TRANSFERS, lambda at: Count("pk"))
    yield Figure("transferred", _("transferred today"), PEOPLE, "quarantine", moved, "今日转运")
    for contact_class, label, heading in (
        ("close", _("close contacts"), "密接"), ("secondary", _("secondary contacts"), "次密接"),
        ("positive", _("positive"), "阳性"),
    ):  # fmt: skip
        yield _cases(f"class_{contact_class}", label, heading, _of_class(contact_class))


def _of_class(contact_class: str) -> Callable[[Scope], Q]:
    return lambda at: sources.running(at) & Q(contact_class=contact_class)

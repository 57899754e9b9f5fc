"""Errands and tasks."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import Avg, Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.reports import sources
from portal.reports.blocks.definitions import ERRANDS, Counted, Figure
from portal.reports.blocks.durations import Minutes
from portal.reports.periods import Scope
from residents.services import errand_totals


def _errands(key: str, label: Any, aggregate: Callable[[Scope], Any], heading: str = "") -> Figure:
    return Figure(key, label, ERRANDS, "errands", Counted(sources.ERRANDS, aggregate), heading)


def _done(key: str, label: Any, *kinds: str, but: Sequence[str] = (), heading: str = "") -> Figure:
    kind = Q(kind__code__in=kinds) if kinds else ~Q(kind__code__in=but)
    how = Counted(sources.DELIVERED, lambda at: Count("pk", filter=kind))
    return Figure(key, label, ERRANDS, "errands", how, heading)


def _tasks(key: str, label: Any, aggregate: Callable[[Scope], Any]) -> Figure:
    return Figure(key, label, pgettext_lazy("unit", "tasks"), "errands", Counted(sources.TASKS_DONE, aggregate))


def figures() -> Iterator[Figure]:
    """What homes asked on the day and how soon somebody had it; what was done on it, whenever asked, and how long that took."""
    yield _errands("errands_asked", _("errands asked"), lambda at: Count("pk"))
    yield _done("errands_done", _("errands done"), heading="代办服务次数")
    yield _errands("errands_late", _("errands taken later than promised"), lambda at: Count("pk", filter=sources.late(at)))
    yield _done("errands_medicine", _("medicine brought"), *errand_totals.MEDICINE, heading="购药次数")
    yield _done("errands_goods", _("goods brought"), *errand_totals.GOODS)
    portions = Counted(sources.PORTIONS, lambda at: Count("pk"))
    yield Figure("portions", _("portions brought"), pgettext_lazy("unit", "portions"), "errands", portions)
    yield _done("errands_parcels", _("parcels and takeaway brought"), "parcel", "takeaway")
    yield _done("errands_rubbish", _("rubbish taken away"), "rubbish")
    yield _done("errands_trips", _("ways to the hospital"), "medical_trip")
    yield _done("errands_gas", _("gas bottles changed"), "gas_bottle")
    yield _done("errands_bills", _("bills paid for homes"), "bill_payment")
    yield _done("errands_others", _("other errands done"), but=errand_totals.NAMED)
    for key, label, source in (
        ("errands_minutes_taken", _("median minutes until somebody has it"), sources.TAKEN_AFTER),
        ("errands_minutes_done", _("median minutes until it is done"), sources.DONE_AFTER),
    ):
        yield Figure(key, label, _("minutes"), "errands", Counted(source, lambda at: Minutes(Avg("took"))), median=True)
    yield _tasks("tasks_done", _("tasks done"), lambda at: Count("pk"))
    yield _tasks("tasks_by_teams", _("of them given to teams"), lambda at: Count("for_team"))

"""The register of errands: what homes asked for, who did it, how long it took and what it cost."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import override

from portal.lib import masks
from portal.lib.dates import day_bounds
from residents.models import Errand, Payment

CHUNK = 2000
COSTS = (Payment.Kind.PAID, Payment.Kind.ADVANCED)


def errands_of(asked: Any) -> Any:
    """The errands that were asked for in the days."""
    rows = Errand.objects.within(asked.communities)
    return rows.filter(requested_at__gte=day_bounds(asked.first)[0], requested_at__lt=day_bounds(asked.last)[1])


def errand_rows(asked: Any) -> Iterator[Sequence[Any]]:
    """One line an errand, in the order in which they came."""
    costs = Payment.objects.within(asked.communities).filter(
        errand__in=errands_of(asked).order_by().values("pk"), kind__in=COSTS
    )
    cost = dict(costs.order_by().values_list("errand").annotate(Sum("amount")))
    rows = errands_of(asked).with_places().select_related("requested_by").prefetch_related("lines")
    with override("zh-hans"):
        for number, row in enumerate(rows.order_by("requested_at", "id").iterator(CHUNK), 1):
            yield _row(number, row, cost.get(row.pk), asked)


def _row(number: int, row: Errand, cost: Any, asked: Any) -> Sequence[Any]:
    # What a home needs is its own business: without the right to full values only the kind is shown.
    what = ";".join(map(str, row.lines.all())) or row.what.replace("\n", ";")
    return (
        number,
        timezone.localtime(row.requested_at).date(),
        _clock(row.requested_at),
        row.home,
        row.name if asked.full else masks.name(row.name),
        asked.phone(row.phone),
        row.kind.name,
        what if asked.full else "",
        row.get_urgency_display(),
        row.get_channel_display(),
        row.assignee.name if row.assignee else "",
        _clock(row.first_accepted_at),
        _minutes(row, row.first_accepted_at),
        _clock(row.delivered_at),
        _minutes(row, row.delivered_at),
        row.get_state_display(),
        row.get_outcome_display() if row.outcome else "",
        "" if cost is None else f"{cost:.2f}",
        _clock(row.confirmed_at),
        row.why_ended if asked.full else "",
    )


def _clock(at: Any) -> str:
    return f"{timezone.localtime(at):%H:%M}" if at else ""


def _minutes(row: Errand, at: Any) -> int | str:
    return round((at - row.requested_at).total_seconds() / 60) if at else ""

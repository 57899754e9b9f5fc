"""The queue as it may hang on a wall: how many, who waits longest, who is on the way."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from residents.models import Errand, ErrandState, Urgency
from residents.models.errand_states import URGENT, WAITING

ON_THE_WAY = (ErrandState.IN_PROGRESS, ErrandState.IN_DELIVERY)
# What is read from some metres away.
SHOWN = 10


@dataclass(frozen=True)
class Screen:
    """What stands on it; `urgencies` are label, whether it is urgent, and how many wait."""

    counts: dict[str, int]
    urgencies: list[tuple[Any, bool, int]]
    longest: list[Errand]
    on_the_way: list[Errand]


def screen(rows: Any, now: dt.datetime) -> Screen:
    """Count the open errands among `rows`, and read the first lines of both lists: three statements."""
    counts = _counts(rows, now)
    return Screen(
        counts=counts,
        urgencies=[(one.label, one in URGENT, counts[f"urgency_{one.value}"]) for one in Urgency],
        longest=list(rows.waiting().with_places().order_by("waits_since", "id")[:SHOWN]),
        on_the_way=list(rows.filter(state__in=ON_THE_WAY).with_places().order_by("started_at", "id")[:SHOWN]),
    )


def _counts(rows: Any, now: dt.datetime) -> dict[str, int]:
    waits = Q(state__in=WAITING)
    found: dict[str, int] = rows.open().order_by().aggregate(
        waiting=Count("pk", filter=waits),
        overdue=Count("pk", filter=waits & Q(promised_by__lt=now)),
        taken=Count("pk", filter=Q(state=ErrandState.ACCEPTED)),
        on_the_way=Count("pk", filter=Q(state__in=ON_THE_WAY)),
        **{f"urgency_{one.value}": Count("pk", filter=waits & Q(urgency=one)) for one in Urgency},
    )  # fmt: skip
    return found

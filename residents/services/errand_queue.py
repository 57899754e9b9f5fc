"""Who waits for what, and who is told when nobody came. Who could go is in helpers."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts.outbox import draft, send
from portal.lib.languages import in_language_lazy
from residents.models import Errand, ErrandState, Role
from residents.models.errand_states import ENDED, IN_HAND, URGENT, WAITING
from residents.services.offices import office

# What the pills of the queue ask.
VIEWS = ("waiting", "overdue", "in_hand", "with_round", "to_settle", "ended")
WITH_ROUND = Q(state=ErrandState.MERGED, merged_round__isnull=False)
# One minute's task looks at so many; the next takes the rest.
AT_ONCE = 500


def chosen(rows: Any, view: str, now: dt.datetime) -> Any:
    """The rows of one view of the queue, in the order in which they are to be looked at."""
    if view == "overdue":
        return rows.overdue(now).in_queue_order()
    if view == "in_hand":
        return rows.filter(state__in=IN_HAND).in_queue_order()
    if view == "with_round":
        return rows.filter(WITH_ROUND).in_queue_order()
    if view == "to_settle":
        return rows.filter(state=ErrandState.DELIVERED).order_by("delivered_at", "id")
    if view == "ended":
        return rows.filter(state__in=ENDED).exclude(WITH_ROUND).order_by("-ended_at", "-id")
    return rows.waiting().in_queue_order()


def counts(rows: Any, now: dt.datetime) -> dict[str, int]:
    """How many each view holds, in one statement; what has ended is not counted, it only grows."""
    found: dict[str, int] = rows.order_by().aggregate(
        waiting=Count("pk", filter=Q(state__in=WAITING)),
        overdue=Count("pk", filter=Q(state__in=WAITING, promised_by__lt=now)),
        in_hand=Count("pk", filter=Q(state__in=IN_HAND)),
        with_round=Count("pk", filter=WITH_ROUND),
        to_settle=Count("pk", filter=Q(state=ErrandState.DELIVERED)),
    )
    return found


def escalate(now: dt.datetime | None = None) -> int:
    """Tell the desk who was kept waiting longer than promised, and after the same time again the secretary.

    The minute task calls it.
    """
    now = now or timezone.now()
    return _raise(0, (Role.WORKER,), now) + _raise(1, (Role.SECRETARY,), now)


@transaction.atomic
def _raise(level: int, roles: Sequence[str], now: dt.datetime) -> int:
    late = Errand.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    late = late.waiting().filter(escalated=level, escalates_at__lt=now)
    rows = list(late.select_related("kind").order_by("escalates_at", "id")[:AT_ONCE])
    if not rows:
        return 0
    told = office({row.community_id for row in rows}, roles)
    send(
        draft(
            user, "errand_overdue", key=f"errand_overdue-{row.pk}-{level}-{row.promised_by:%Y%m%d%H%M%S}",
            link=reverse("residents:errand_detail", args=[row.pk]), errand=row.pk, label=in_language_lazy(row.kind),
            urgent="1" if row.urgency in URGENT else "",
        )
        for row in rows
        for user in told.get(row.community_id, [])
    )  # fmt: skip
    for row in rows:
        row.escalated = level + 1
        row.escalates_at = row.promised_by + (row.promised_by - row.waits_since) if level == 0 else None
    Errand.objects.bulk_update(rows, ["escalated", "escalates_at"])
    return len(rows)

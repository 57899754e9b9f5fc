"""Which tasks wait, which are mine, which are late and who is told of it."""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.outbox import draft, send
from residents.access import Permission, communities_for
from residents.models import Role, Task, TaskState
from residents.models.task_states import IN_HAND, TaskKind
from residents.services.offices import office
from residents.services.policies import duty_policies

VIEWS = ("open", "new", "late", "in_hand", "mine", "done", "cancelled")
# One minute's sweep looks at so many; the next takes the rest.
AT_ONCE = 500
MINE_SHOWN = 12


def chosen(rows: Any, view: str, user: User, now: dt.datetime) -> Any:
    """The rows of one view, in the order in which they are to be looked at."""
    if view == "late":
        return rows.late(now).in_order()
    if view == "mine":
        return rows.open().of(user).in_order()
    if view == "in_hand":
        return rows.filter(state__in=IN_HAND).in_order()
    if view == "new":
        return rows.filter(state=TaskState.NEW).in_order()
    if view in (TaskState.DONE, TaskState.CANCELLED):
        return rows.filter(state=view).order_by("-ended_at", "-id")
    return rows.open().in_order()


def counts(rows: Any, user: User, now: dt.datetime) -> dict[str, int]:
    """How many each view holds, in one statement; what has ended is not counted, it only grows."""
    found: dict[str, int] = (
        rows.open()
        .order_by()
        .aggregate(
            open=Count("pk"),
            new=Count("pk", filter=Q(state=TaskState.NEW)),
            late=Count("pk", filter=Q(due_at__lt=now)),
            in_hand=Count("pk", filter=Q(state__in=IN_HAND)),
            mine=Count("pk", filter=Q(pk__in=Task.objects.of(user).values("pk"))),
        )
    )
    return found


def mine(user: User) -> "QuerySet[Task]":
    """What I answer for, lead or help with, what is due first."""
    rows = Task.objects.open().of(user).filter(community__in=communities_for(user, Permission.TASK_DO))
    return rows.with_places().in_order()[:MINE_SHOWN]


def escalate(now: dt.datetime | None = None) -> int:
    """Tell who has a late task, or the desk and the team's leader; after an hour the secretary. The minute task calls it."""
    now = now or timezone.now()
    return _raise(0, Role.WORKER, now) + _raise(1, Role.SECRETARY, now)


@transaction.atomic
def _raise(level: int, role: str, now: dt.datetime) -> int:
    late = Task.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    late = late.open().filter(escalated=level, escalates_at__lt=now)
    late = late.select_related("assignee", "for_team__leader", "community__subdistrict")
    rows = list(late.order_by("escalates_at", "id")[:AT_ONCE])
    if not rows:
        return 0
    staff = office({row.community_id for row in rows}, [role])
    send(
        draft(
            user, "task_late", key=f"task_late-{row.pk}-{level}-{row.due_at:%Y%m%d%H%M%S}", task=row.pk,
            link=reverse("residents:task_detail", args=[row.pk]), label=TaskKind(row.kind).label,
        )
        for row in rows
        for user in _told(row, level, staff)
    )  # fmt: skip
    policies = duty_policies({row.community for row in rows}, timezone.localdate(now))
    for row in rows:
        after = dt.timedelta(minutes=policies[row.community_id].task_escalate_minutes)
        row.escalated, row.escalates_at = level + 1, row.due_at + after if level == 0 else None
    Task.objects.bulk_update(rows, ["escalated", "escalates_at"])
    return len(rows)


def _told(row: Task, level: int, staff: dict[int, list[User]]) -> list[User]:
    if level == 0 and row.assignee:
        return [row.assignee]
    here = staff.get(row.community_id, [])
    # Nobody of the team has taken it: whoever leads it hears of it with the desk.
    leader = [row.for_team.leader] if level == 0 and row.for_team else []
    return list(dict.fromkeys([*leader, *here]))


def linked(rows: "QuerySet[Task]", field: str) -> dict[int, list[Task]]:
    """Tasks by the key of what they came from; one statement."""
    found: dict[int, list[Task]] = defaultdict(list)
    for task in rows.select_related("assignee").order_by("id"):
        found[getattr(task, f"{field}_id")].append(task)
    return found

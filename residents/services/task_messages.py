"""Who is told of a task, and how."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.outbox import draft, send
from residents.models import ChatGroup, Task
from residents.models.task_states import TaskKind
from residents.services import chat_groups, teams


def tell(people: Iterable[User], kind: str, task: Task) -> None:
    """Send each a message that names the task by its number and kind."""
    # Without the title: it may name a person, and a message is read over somebody's shoulder.
    key, label = f"{kind}-{task.pk}-{_moment()}", TaskKind(task.kind).label
    send(draft(one, kind, key=key, link=_link(task), task=task.pk, label=label) for one in people)


def _moment() -> str:
    return f"{timezone.now():%Y%m%d%H%M%S%f}"


def _link(task: Task) -> str:
    return reverse("residents:task_detail", args=[task.pk])


def tell_team(task: Task, by: User) -> None:
    """Everybody of its team but whoever did it, and the chat group they share: there by kind alone as well."""
    if not task.for_team:
        return
    tell(teams.able(task.for_team).exclude(pk=by.pk), "task_for_team", task)
    groups = ChatGroup.objects.filter(teams=task.for_team, closed_on=None).select_related("channel")
    facts = {"task": task.pk, "label": TaskKind(task.kind).label}
    chat_groups.tell(groups, "task_for_team", key=f"task_for_team-{task.pk}-{_moment()}", link=_link(task), **facts)

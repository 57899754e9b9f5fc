"""Who is told of a task, and how."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.outbox import draft, send
from residents.models import Task
from residents.models.tasks import TaskKind
from residents.services import teams


def tell(people: Iterable[User], kind: str, task: Task) -> None:
    """Send each a message that names the task by its number and kind."""
    # Without the title: it may name a person, and a message is read over somebody's shoulder.
    moment = f"{timezone.now():%Y%m%d%H%M%S%f}"
    link = reverse("residents:task_detail", args=[task.pk])
    send(
        draft(one, kind, key=f"{kind}-{task.pk}-{moment}", link=link, task=task.pk, label=TaskKind(task.kind).label)
        for one in people
    )


def tell_team(task: Task, by: User) -> None:
    """Everybody of its team but whoever did it."""
    if task.for_team:
        tell(teams.able(task.for_team).exclude(pk=by.pk), "task_for_team", task)

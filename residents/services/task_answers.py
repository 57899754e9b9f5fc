"""What can answer a task: a health check, an errand, a call or visit at the same home since it was written."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from portal.lib.errors import Refused
from portal.lib.languages import in_language
from residents.models import Errand, ErrandKind, HealthCheck, Stop, Task
from residents.models.errand_states import DONE
from residents.rounds import kind_of

MOST = 8


@dataclass(frozen=True)
class Answer:
    """One record: how the form names it, how people do, and which field of the task it stands in."""

    key: str
    # A promise: the form says it in the reader's language, the task keeps it in the register's.
    name: Any
    at: dt.datetime
    who: Any
    field: str
    row: Any

    @property
    def label(self) -> str:
        return f"{self.name} {timezone.localtime(self.at):%m-%d %H:%M} {self.who or ''}".strip()

    @property
    def kept(self) -> str:
        """The label as the register has it."""
        with override("zh-hans"):
            return self.label


def answers(task: Task) -> Iterator[Answer]:
    """Everything that may answer this task, three statements at most; a task without a home has only words."""
    for row in _checks(task):
        yield Answer(f"check-{row.pk}", gettext_lazy("Health check"), row.taken_at, row.taken_by, "answer_check", row)
    for row in _errands(task):
        name = _of_errand(row.kind)
        yield Answer(f"errand-{row.pk}", name, row.delivered_at, row.delivered_by, "answer_errand", row)
    for row in _stops(task):
        yield Answer(f"stop-{row.pk}", kind_of(row.round.kind).label, row.done_at, row.done_by, "answer_stop", row)


def answer_of(task: Task, key: str) -> Answer:
    """The record a form has named."""
    for found in answers(task):
        if found.key == key:
            return found
    raise Refused(_("This record does not answer the task. Choose another, or say what was done."))


def _errand(kind: ErrandKind) -> str:
    return _("Errand: %(kind)s") % {"kind": in_language(kind)}


_of_errand = lazy(_errand, str)


def _checks(task: Task) -> Any:
    if task.case_id:
        rows = HealthCheck.objects.filter(case=task.case_id)
    elif task.dwelling_id:
        rows = HealthCheck.objects.filter(case__dwelling=task.dwelling_id)
    else:
        return []
    return rows.filter(taken_at__gte=task.created_at).select_related("taken_by").order_by("-taken_at")[:MOST]


def _errands(task: Task) -> Any:
    done = Errand.objects.filter(state__in=DONE, delivered_at__gte=task.created_at, community=task.community_id)
    if task.errand_id:
        done = done.filter(pk=task.errand_id)
    elif task.dwelling_id:
        done = done.filter(dwelling=task.dwelling_id)
    else:
        return []
    return done.select_related("kind", "delivered_by").order_by("-delivered_at")[:MOST]


def _stops(task: Task) -> Any:
    if not task.dwelling_id:
        return []
    rows = Stop.objects.filter(dwelling=task.dwelling_id, state=Stop.State.DONE, done_at__gte=task.created_at)
    return rows.select_related("round", "done_by").order_by("-done_at")[:MOST]

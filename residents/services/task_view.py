"""What tasks show elsewhere: a layer of a compound's picture, lines of a home's timeline, a sheet."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.lib.sheets import Column
from residents.access import Permission
from residents.layers import Layer, Mark
from residents.models import Dwelling, Task, TaskState
from residents.timeline import Entry, only_for
from residents.worst import Worst

COLUMNS = [
    Column("序号", 6), Column("任务", 24), Column("类别", 10), Column("地点", 22), Column("风险", 8), Column("来源", 12),
    Column("下达时间", 16), Column("截止时间", 16), Column("状态", 10), Column("承办队伍", 14), Column("负责人", 10),
    Column("现场带队", 10), Column("办结时间", 16), Column("办理结果", 30),
]  # fmt: skip


def _cases() -> dict[str, Q]:
    return {"late": Q(due_at__lt=timezone.now()), "new": Q(state=TaskState.NEW)}


# Of several tasks of one home the worst is shown.
WORST = Worst("worst_task", Task.objects.open, _cases, rest="in_hand")
open_tasks = WORST.of_homes

LAYERS = [
    Layer(
        "tasks",
        _("Open tasks"),
        (
            Mark("late", "!", _("should be done by now"), "bad"),
            Mark("new", pgettext_lazy("sign", "N"), _("nobody has it yet"), "warn"),
            Mark("in_hand", pgettext_lazy("sign", "H"), _("somebody has it"), "info"),
        ),
        open_tasks,
        rest=_("nothing to do"),
        permission=Permission.TASK_VIEW,
        of_home=WORST.of_home,
        facts=WORST.facts,
    )
]


@only_for(Permission.TASK_VIEW)
def entries(dwelling: Dwelling, most: int) -> Iterator[Entry]:
    """The newest tasks at this home: written, and what came of them."""
    for row in dwelling.tasks.select_related("created_by", "ended_by", "errand__kind").order_by("-created_at")[:most]:
        address = reverse("residents:task_detail", args=[row.pk])
        yield Entry(
            at=row.created_at,
            what=gettext("Task: %(title)s") % {"title": row.public_title},
            who=str(row.created_by),
            note=row.get_state_display(),
            icon="clipboard-list",
            address=address,
        )
        if row.ended_at:
            yield Entry(
                at=row.ended_at,
                what=gettext("Task ended: %(title)s") % {"title": row.public_title},
                who=str(row.ended_by),
                note=row.get_state_display(),
                icon="circle-check",
                address=address,
            )


def sheet_rows(rows: Iterable[Task]) -> Iterator[Sequence[Any]]:
    """One line a task, as the office keeps its ledger of work."""
    for number, row in enumerate(rows, 1):
        yield (
            number, row.title, row.get_kind_display(), row.where, row.risk, row.get_source_display(), _moment(row.created_at),
            _moment(row.due_at), row.get_state_display(), str(row.for_team or ""), str(row.assignee or ""), str(row.lead or ""),
            _moment(row.ended_at), row.result,
        )  # fmt: skip


def _moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""

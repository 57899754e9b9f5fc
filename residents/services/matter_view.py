"""What matters show elsewhere: lines of a home's timeline, a sheet."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from portal.lib.sheets import Column
from residents.access import Permission
from residents.models import Dwelling, Matter
from residents.models.matters import INWARD
from residents.timeline import Entry, only_for

COLUMNS = [
    Column("序号", 6), Column("类别", 12), Column("地点", 20), Column("当事人", 18), Column("事由", 36), Column("反映时间", 16),
    Column("受理人", 10), Column("协助调解", 14), Column("办理经过", 40), Column("状态", 10), Column("办理结果", 30),
    Column("办结时间", 16), Column("满意度", 10),
]  # fmt: skip


@only_for(Permission.MATTER_RAISE)
def entries(dwelling: Dwelling, most: int) -> Iterator[Entry]:
    """What this home brought up, in one word; disputes and early signs stand nowhere but on their own page."""
    rows = dwelling.matters.exclude(kind__in=INWARD).select_related("handler")
    for row in rows.order_by("-reported_at")[:most]:
        yield Entry(
            at=row.reported_at,
            what=gettext("Brought up: %(kind)s") % {"kind": row.get_kind_display()},
            who=str(row.handler or ""),
            note=row.get_state_display(),
            icon="messages",
            address=reverse("residents:matter_detail", args=[row.pk]),
        )


def sheet_rows(rows: Iterable[Matter]) -> Iterator[Sequence[Any]]:
    """One line a matter with all its steps, as the office keeps its register."""
    for number, row in enumerate(rows, 1):
        steps = [f"{_at(step.taken_at)} {step.text}" for step in row.steps.all()]
        calls = [f"{_at(call.called_at)} {call.firm} {call.reply}".strip() for call in row.firm_calls.all()]
        yield (
            number, _kind(row), row.where, row.parties, row.what, _at(row.reported_at), str(row.handler or ""),
            "、".join(str(one) for one in row.helpers.all()), "\n".join([*steps, *calls]), row.get_state_display(),
            row.outcome, _at(row.ended_at), row.get_satisfaction_display(),
        )  # fmt: skip


def _kind(row: Matter) -> str:
    return " ".join(str(part) for part in (row.get_kind_display(), row.get_level_display()) if part)


def _at(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""

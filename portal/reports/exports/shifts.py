"""Shifts with sign-in (卡口值守排班及签到表): plan, who came, and what was handed over, on one page."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import count, groupby
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from checkpoints.models import Assignment, Handover, Shift
from checkpoints.services import attendance, substitutes
from deployments.models import Cadre
from portal.reports.sources import on_leave
from residents.services.policies import duty_policies

CHUNK = 2000
KINDS = {
    Cadre.Kind.CADRE: "下沉干部",
    Cadre.Kind.WORKER: "社区",
    Cadre.Kind.PROPERTY: "物业",
    Cadre.Kind.VOLUNTEER: "志愿者",
    Cadre.Kind.POLICE: "民警",
}
SHIFTS = {Shift.Kind.DAY: "白班", Shift.Kind.EVENING: "晚班", Shift.Kind.NIGHT: "夜班", Shift.Kind.PEAK: "高峰"}
PRESENCE = {"absent": "缺勤", "late": "迟到", "early_leave": "早退", "finished": "正常", "present": "正常", "open": "正常"}


def lines_of(asked: Any) -> "QuerySet[Assignment]":
    """Who is on the shifts of the days, and in whose place they are."""
    rows = _placed(asked)
    return rows.standing() | rows.replaced()


def _placed(asked: Any) -> Any:
    rows = Assignment.objects.within(asked.communities).exclude(shift__state=Shift.State.CANCELLED)
    return rows.filter(shift__day__range=(asked.first, asked.last))


def duty_rows(asked: Any) -> Iterator[Sequence[Any]]:
    """One line a person and shift; after its crew those whose place one of them has taken, by when they were taken off."""
    policies = duty_policies(list(asked.communities.select_related("subdistrict")), asked.first)
    left = _handed_over(asked)
    rows = lines_of(asked).select_related("shift__post__compound", "cadre__unit", "attendance").annotate(away=on_leave())
    now = timezone.now()
    ordered = rows.order_by(
        "shift__day", "shift__post__compound_id", "shift__post_id", "shift__starts_at",
        F("released_at").asc(nulls_first=True), "seat", "pk",
    )  # fmt: skip
    numbers = count(1)
    # Never more than one shift at a time in memory.
    for shift, lines in groupby(ordered.iterator(CHUNK), lambda row: row.shift_id):
        crew, replaced = _paired(list(lines))
        lead = next((row.cadre.name for row in crew if row.is_lead), "")
        for row in [*crew, *replaced]:
            state = attendance.standing(row, policies[row.shift.post.compound.community_id], now).state
            yield _duty(next(numbers), row, asked, state, lead=lead, left=left.get(shift, ""))


def _paired(rows: list[Assignment]) -> tuple[list[Assignment], list[Assignment]]:
    crew = [row for row in rows if not row.released_at]
    replaced = rows[len(crew) :]
    substitutes.pair(crew, replaced)
    return crew, replaced


def _handed_over(asked: Any) -> dict[int, str]:
    """What is still open and the note of each shift, where the asker may read hand-overs."""
    if asked.handovers is None:
        return {}
    rows = Handover.objects.within(asked.handovers).filter(shift__in=_placed(asked).standing().order_by().values("shift"))
    found = rows.order_by().values_list("shift", "open_items", "note")
    return {shift: "\n".join(filter(None, [open_items, note])) for shift, open_items, note in found}


def _duty(number: int, row: Any, asked: Any, state: str, *, lead: str, left: str) -> Sequence[Any]:
    shift, cadre, there = row.shift, row.cadre, getattr(row, "attendance", None)
    return (
        number,
        shift.day,
        shift.post.compound.name,
        shift.post.name,
        SHIFTS[Shift.Kind(shift.kind)],
        f"{_clock(row.starts_at)}-{_clock(row.ends_at)}",
        cadre.name,
        KINDS[Cadre.Kind(cadre.kind)],
        cadre.unit.name if cadre.unit else "",
        asked.phone(cadre.phone),
        lead,
        there and there.signed_in_at,
        "",
        there and there.signed_out_at,
        "",
        _presence(row, state),
        row.substitute.cadre.name if row.released_at else "",
        left,
        _note(row, state),
    )


def _presence(row: Any, state: str) -> str:
    """As the daily report counts: nobody is absent from a shift that was not published, nor with leave, nor if replaced."""
    if hasattr(row, "attendance"):
        return PRESENCE[state]
    if row.away:
        return "请假"
    return PRESENCE.get(state, "") if row.shift.state == Shift.State.PUBLISHED and not row.released_at else ""


def _note(row: Any, state: str) -> str:
    if row.released_at:
        return f"{row.taken_off}换下"
    place = f"顶{'、'.join(one.cadre.name for one in row.stands_in_for)}" if row.stands_in_for else ""
    how = "未发布" if row.shift.state == Shift.State.DRAFT else "未签退" if state == "open" else ""
    return "；".join(filter(None, [place, how]))


def _clock(at: dt.datetime) -> str:
    return f"{timezone.localtime(at):%H:%M}"

"""The city's daily form (社区疫情防控日报表): one row a community and day."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from portal.reports.exports.headings import DAILY as HEADINGS
from portal.reports.exports.headings import THERE
from portal.reports.figures import BY_HEADING
from portal.reports.models import DailyReport
from portal.reports.numbers import numbers_of
from portal.reports.overview import REPORTED

STATES = {
    DailyReport.State.DRAFT: "草稿",
    DailyReport.State.SUBMITTED: "已上报",
    DailyReport.State.RETURNED: "已退回",
    DailyReport.State.ACCEPTED: "已审核",
    DailyReport.State.LOCKED: "已锁定",
}


def daily_rows(asked: Any) -> Iterator[Sequence[Any]]:
    """Every community of every day it was on duty; one without a report has an empty row that says so."""
    communities = list(asked.communities.order_by("code"))
    number = 0
    for day in _days(asked):
        reports = _reports(asked, day)
        for community in communities:
            if _on_duty(community.active_from, day):
                number += 1
                yield _row(number, community.name, day, reports.get(community.pk))


def daily_count(asked: Any) -> int:
    """How many reports there have to be: one a community and day on duty."""
    since = [day for day in asked.communities.values_list("active_from", flat=True) if day]
    return sum(max((asked.last - max(asked.first, day)).days + 1, 0) for day in since)


def daily_total(asked: Any) -> Sequence[Any]:
    """合计: the sums of what was reported, and how much of all that is, as the officer's page has them.

    Of what is there rather than happens, each community's last day counts.
    """
    sums: dict[str, int] = {}
    last: dict[tuple[str, int], int] = {}
    reported = 0
    for community, report in _reported(asked):
        reported += 1
        values = numbers_of(report)
        for heading, figure in BY_HEADING.items():
            if (value := values.get(figure.key)) is None:
                continue
            if heading in THERE:
                last[heading, community] = value
            else:
                sums[heading] = sums.get(heading, 0) + value
    for (heading, _community), value in last.items():
        sums[heading] = sums.get(heading, 0) + value
    unit = "个社区" if asked.first == asked.last else "份日报"
    note = f"已报{reported}/{daily_count(asked)}{unit}"
    return ["", "合计", "", *(sums.get(heading, "") for heading in HEADINGS[3:-1]), note]


def _reported(asked: Any) -> Iterator[tuple[int, DailyReport]]:
    """The reports that count, day after day."""
    since = dict(asked.communities.values_list("pk", "active_from"))
    for day in _days(asked):
        for community, report in _reports(asked, day).items():
            if report.state in REPORTED and _on_duty(since[community], day):
                yield community, report


def _days(asked: Any) -> Iterator[dt.date]:
    return (asked.first + dt.timedelta(days=n) for n in range((asked.last - asked.first).days + 1))


def _on_duty(since: dt.date | None, day: dt.date) -> bool:
    return since is not None and since <= day


def _reports(asked: Any, day: dt.date) -> dict[int, DailyReport]:
    rows = DailyReport.objects.valid().within(asked.communities).filter(day=day)
    rows = rows.select_related("submitted_by", "reviewed_by").prefetch_related("corrections")
    return {report.community_id: report for report in rows}


def _row(number: int, community: str, day: dt.date, report: DailyReport | None) -> Sequence[Any]:
    values = numbers_of(report)
    known: dict[str, Any] = {heading: values.get(figure.key) for heading, figure in BY_HEADING.items()}
    known |= {"序号": number, "社区/小区": community, "日期": day, "备注": "未上报"}
    if report:
        late = "(迟报)" if report.is_late else ""
        known |= {"特殊情况": report.special, "填表人": _name(report.submitted_by), "审核人": _name(report.reviewed_by)}
        known["备注"] = f"{STATES[DailyReport.State(report.state)]}{late} 截至{report.counted_to}"
    return [known.get(heading) for heading in HEADINGS]


def _name(user: Any) -> str:
    return str(user) if user else ""

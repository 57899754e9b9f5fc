"""The city's daily form (社区疫情防控日报表): one row a community and day."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from portal.reports.exports.headings import DAILY as HEADINGS
from portal.reports.exports.headings import THERE
from portal.reports.figures import BY_HEADING
from portal.reports.models import DailyReport
from portal.reports.numbers import numbers_of

STATES = {
    DailyReport.State.DRAFT: "草稿",
    DailyReport.State.SUBMITTED: "已上报",
    DailyReport.State.RETURNED: "已退回",
    DailyReport.State.ACCEPTED: "已审核",
    DailyReport.State.LOCKED: "已锁定",
}


def daily_rows(asked: Any) -> Iterator[Sequence[Any]]:
    """Every community of every day; one without a report has an empty row that says so: nobody is left out unseen."""
    communities = list(asked.communities.order_by("code"))
    number = 0
    day = asked.first
    while day <= asked.last:
        reports = _reports(asked, day)
        for community in communities:
            number += 1
            yield _row(number, community.name, day, reports.get(community.pk))
        day += dt.timedelta(days=1)


def daily_total(asked: Any) -> Sequence[Any]:
    """合计: the sums of what stands above; of what is there rather than happens, each community's last day counts."""
    sums: dict[str, int] = {}
    last: dict[tuple[str, int], int] = {}
    day = asked.first
    while day <= asked.last:
        for community, report in _reports(asked, day).items():
            values = numbers_of(report)
            for heading, figure in BY_HEADING.items():
                if (value := values.get(figure.key)) is None:
                    continue
                if heading in THERE:
                    last[heading, community] = value
                else:
                    sums[heading] = sums.get(heading, 0) + value
        day += dt.timedelta(days=1)
    for (heading, _community), value in last.items():
        sums[heading] = sums.get(heading, 0) + value
    return ["", "合计", "", *(sums.get(heading, "") for heading in HEADINGS[3:])]


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

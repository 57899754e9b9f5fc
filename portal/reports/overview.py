"""Who has reported: communities x days, and the sums of a subdistrict and a district."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.lib.stats import Stat
from portal.reports.models import DailyReport, DailyReportQuerySet
from portal.reports.numbers import Numbers, Passages, total
from portal.reports.services.rollups import due_at
from residents.models import Community

State = DailyReport.State
DAYS = 7
REPORTED = (State.SUBMITTED, State.ACCEPTED, State.LOCKED)
# What a cell can be, with its colour and icon; "missing" is due and not submitted, "open" is not due yet.
LOOKS: dict[str, tuple[str | Promise, str, str]] = {
    "missing": (_("not reported"), "bad", "alert-triangle"),
    "returned": (_("returned"), "warn", "arrow-back-up"),
    "late": (_("submitted late"), "warn", "clock"),
    "submitted": (_("submitted"), "info", "send"),
    "accepted": (_("accepted"), "ok", "check"),
    "locked": (_("locked"), "ok", "lock"),
    "open": (_("not due yet"), "", ""),
}


@dataclass(frozen=True)
class Cell:
    """One community's day."""

    kind: str
    report: DailyReport | None

    @property
    def came_late(self) -> bool:
        """It was late when it came, wherever it has got to; "late" itself says so already."""
        return self.kind in (State.RETURNED, State.ACCEPTED, State.LOCKED) and bool(self.report and self.report.is_late)

    @property
    def revised(self) -> bool:
        """It counts, and a new version of it is being written."""
        return bool(self.report and self.report.revision)

    @property
    def label(self) -> Any:
        label = LOOKS[self.kind][0]
        return gettext("%(state)s, late") % {"state": label} if self.came_late else label

    @property
    def tone(self) -> str:
        return LOOKS[self.kind][1]

    @property
    def icon(self) -> str:
        return "clock" if self.came_late else LOOKS[self.kind][2]


@dataclass(frozen=True)
class Group:
    """The sums of a subdistrict or district, and how many of its communities they hold."""

    name: str
    numbers: Numbers
    reported: int
    expected: int

    @property
    def passages(self) -> Passages:
        return Passages(self.numbers)


def cell(community: Community, day: dt.date, report: DailyReport | None) -> Cell:
    """What the grid shows of a community's day."""
    state = report.state if report else ""
    if state == State.SUBMITTED and report and report.is_late:
        return Cell("late", report)
    if state in (*REPORTED, State.RETURNED):
        return Cell(state, report)
    return Cell("missing" if timezone.now() > due_at(community, day) else "open", report)


def grid(communities: "QuerySet[Community]", day: dt.date) -> list[tuple[Community, list[Cell | None]]]:
    """Each community on duty with its last days, the asked one first; None before it was on duty."""
    days = days_before(day)
    rows = list(on_duty(communities, day).select_related("subdistrict__district"))
    found = DailyReport.objects.valid().filter(community__in=[row.pk for row in rows], day__in=days)
    reports = {(report.community_id, report.day): report for report in found.defer("counted", "special")}
    return [
        (
            row,
            [
                cell(row, one, reports.get((row.pk, one))) if row.active_from and row.active_from <= one else None
                for one in days
            ],
        )
        for row in rows
    ]


def days_before(day: dt.date) -> list[dt.date]:
    return [day - dt.timedelta(days=n) for n in range(DAYS)]


def on_duty(communities: "QuerySet[Community]", day: dt.date) -> "QuerySet[Community]":
    return communities.filter(active_from__lte=day).order_by("subdistrict__code", "code")


def stats(communities: "QuerySet[Community]", day: dt.date) -> list[Stat]:
    """How many communities stand where on the day; each number is a filter of the grid."""
    rows = list(on_duty(communities, day).select_related("subdistrict"))
    reports = _by_community(_of_day(communities, day).defer("counted", "special"))
    counts = Counter(cell(row, day, reports.get(row.pk)).kind for row in rows)
    return [
        Stat(label, counts[kind], tone=tone if counts[kind] and tone != "info" else "", address=f"?day={day}&state={kind}")
        for kind, (label, tone, _icon) in LOOKS.items()
    ]


def with_state(communities: "QuerySet[Community]", day: dt.date, kind: str) -> "QuerySet[Community]":
    """The communities whose cell of the day looks so."""
    rows = on_duty(communities, day).select_related("subdistrict")
    reports = _by_community(_of_day(rows, day).defer("counted", "special"))
    return communities.filter(pk__in=[row.pk for row in rows if cell(row, day, reports.get(row.pk)).kind == kind])


def consolidated(communities: "QuerySet[Community]", day: dt.date) -> list[Group]:
    """The sums by subdistrict, then by district; only what was reported counts, and how much that is stands beside it."""
    rows = list(on_duty(communities, day).select_related("subdistrict__district"))
    reports = _by_community(_of_day(communities, day).filter(state__in=REPORTED).prefetch_related("corrections"))
    groups: dict[Any, list[Community]] = {}
    for row in rows:
        groups.setdefault(row.subdistrict, []).append(row)
    for row in rows:
        groups.setdefault(row.subdistrict.district, []).append(row)
    return [_group(str(place), members, reports) for place, members in groups.items()]


def _of_day(communities: "QuerySet[Community]", day: dt.date) -> DailyReportQuerySet:
    return DailyReport.objects.valid().filter(day=day, community__in=communities.order_by().values("pk"))


def _by_community(reports: "QuerySet[DailyReport]") -> dict[int, DailyReport]:
    return {report.community_id: report for report in reports}


def _group(name: str, members: list[Community], reports: dict[int, DailyReport]) -> Group:
    theirs = [reports[member.pk] for member in members if member.pk in reports]
    return Group(name, total(theirs), len(theirs), len(members))

"""The numbers of reports as pages and sheets show them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.reports.blocks.definitions import Figure
from portal.reports.figures import BLOCKS, FIGURES, MAIN, parts_of
from portal.reports.models import DailyReport, FigureCorrection

Numbers = dict[str, int | None]
SUMMED = {figure.key for figure in FIGURES if not figure.median}
DAYS = 14
WIDTH, HEIGHT = 84, 22


@dataclass(frozen=True)
class Line:
    """One figure of one report: the number that stands, both numbers where it was corrected, and the days before."""

    figure: Figure
    value: int | None
    counted: int | None
    correction: FigureCorrection | None
    yesterday: int | None
    chart: SafeString
    missing: bool

    @property
    def change(self) -> int | None:
        return None if self.value is None or self.yesterday is None else self.value - self.yesterday

    @property
    def outdated(self) -> bool:
        """The records moved on after the correction was written."""
        return self.correction is not None and self.correction.counted != self.counted


def numbers_of(report: DailyReport | None) -> Numbers:
    """The numbers that stand: corrected before counted. Fetch with prefetch_related("corrections")."""
    if report is None:
        return {}
    return {**report.counted, **{row.figure: row.corrected for row in report.corrections.all()}}


def is_missing(figure: Figure, numbers: Numbers) -> bool:
    """Whether no number stands although one has to: a median that was counted over nothing has none."""
    return numbers.get(figure.key) is None and not (figure.median and figure.key in numbers)


def blocks(report: DailyReport) -> list[tuple[Any, list[Line]]]:
    """The report block by block, beside yesterday and the last two weeks."""
    first = report.day - dt.timedelta(days=DAYS - 1)
    past = DailyReport.objects.valid().filter(community=report.community_id, day__gte=first, day__lt=report.day)
    by_day = {one.day: numbers_of(one) for one in past.prefetch_related("corrections")}
    own = numbers_of(report)
    by_day[report.day] = own
    days = [first + dt.timedelta(days=n) for n in range(DAYS)]
    corrections = {row.figure: row for row in report.corrections.all()}
    yesterday = by_day.get(report.day - dt.timedelta(days=1), {})
    lines = [
        Line(
            figure,
            own.get(figure.key),
            report.counted.get(figure.key),
            corrections.get(figure.key),
            yesterday.get(figure.key),
            chart([by_day.get(day, {}).get(figure.key) for day in days]),
            is_missing(figure, own),
        )
        for figure in MAIN
    ]
    return [(label, [line for line in lines if line.figure.block == block]) for block, label in BLOCKS.items()]


@dataclass(frozen=True)
class Passages:
    """Who passed, by kind of person and by hour, of a report's numbers or of sums."""

    numbers: Numbers

    @property
    def kinds(self) -> list[tuple[Any, int | None, int | None]]:
        """In and out by kind of person."""
        return self._ways("passages_in")

    @property
    def hours(self) -> list[tuple[Any, int | None, int | None]]:
        """In and out of each hour in which somebody passed."""
        return [row for row in self._ways("passages_in_by_hour") if row[1] or row[2]]

    @property
    def corrected_apart(self) -> bool:
        """Whether a total was written by hand: its parts are what the records say and do not add up to it."""
        sums = {"passages_in": [row[1] for row in self.kinds], "passages_out": [row[2] for row in self.kinds]}
        return any(None not in parts and self.numbers.get(whole) != sum(parts) for whole, parts in sums.items())  # type: ignore[arg-type]

    def _ways(self, whole: str) -> list[tuple[Any, int | None, int | None]]:
        return [
            (figure.part, self.numbers.get(figure.key), self.numbers.get(figure.key.replace("_in_", "_out_")))
            for figure in parts_of(whole)
        ]


def total(reports: Iterable[DailyReport]) -> Numbers:
    """The sums over communities; a figure no community has stays empty, and so does a median, which no sum is."""
    sums: Numbers = dict.fromkeys(SUMMED | {figure.key for figure in MAIN})
    for report in reports:
        for key, value in numbers_of(report).items():
            if value is not None and key in SUMMED:
                sums[key] = (sums[key] or 0) + value
    return sums


def chart(values: Sequence[int | None]) -> SafeString:
    """A small line of the last days; days without a report leave a gap."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return SafeString("")
    top = max(known) or 1
    step = WIDTH / (len(values) - 1)
    points = [(at * step, HEIGHT - 2 - value / top * (HEIGHT - 4)) for at, value in enumerate(values) if value is not None]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    label = _("last %(days)s days: %(least)s to %(most)s") % {"days": len(values), "least": min(known), "most": max(known)}
    return format_html(
        '<svg class="p-spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        '<polyline points="{}"></polyline><circle cx="{}" cy="{}" r="2"></circle></svg>',
        WIDTH,
        HEIGHT,
        WIDTH,
        HEIGHT,
        label,
        line,
        f"{points[-1][0]:.1f}",
        f"{points[-1][1]:.1f}",
    )

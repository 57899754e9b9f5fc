"""Tables for print (xlsx, A4 landscape) and for other programs (CSV)."""

import csv
import datetime as dt
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils import timezone
from xlsxwriter.exceptions import FileCreateError

from portal.lib.sheets.heights import Heights
from portal.lib.sheets.pages import pages

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
FONT = "SimSun"
# A programme that opens the file takes a text that begins so for a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
# XML cannot carry these.
FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(55296, 57344), 65534, 65535))
MAX_CELL = 32_000
CHUNK = 500
A4 = 9
# Letters for what a sheet is, of the 255 that the line at the foot of a page may have in all.
FOOTER = 100


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its heading, its width in characters, the grey note under the heading of a template."""

    heading: str
    width: float = 12
    note: str = ""


@dataclass(frozen=True, slots=True)
class Footer:
    """The line under a printed table."""

    text: str = "填表人:                审核人:                联系电话:                填表时间:"


def write_xlsx(
    path: Path | str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    title: str = "",
    unit: str = "",
    day: dt.date | None = None,
    since: dt.date | None = None,
    name: str = "Sheet1",
    total: Sequence[Any] | None = None,
    footer: bool = True,
    notes: bool = False,
    keys: int = 2,
    above: Sequence[str] = (),
) -> int:
    """Write a table ready for print and return how many rows it has.

    With a title there are the title line, the line 单位 / 日期 and (`footer`) the line to sign; without one, the headings
    are row 1, as templates for import want it. `since` is the first of several days, of which `day` is the last.
    `notes=True` writes the columns' notes in grey as row 2; `above` are lines that stand over the headings as they are. A
    table too wide to be read on one page is printed on several side by side, each of which begins with its first `keys`
    columns: they say whose row it is.
    """
    draft = Path(path)
    with _disk_errors(), xlsxwriter.Workbook(str(draft), {"constant_memory": True, "tmpdir": str(draft.parent)}) as book:
        sheet = book.add_worksheet(name.translate({ord(c): "_" for c in "[]:*?/\\'"})[:31] or "Sheet1")
        paper = _Paper(book, sheet, columns)
        paper.lay_out(keys)
        if title:
            paper.head(title, unit, day or timezone.localdate(), since)
        for text in above:
            paper.line([text], paper.under)
        paper.headings()
        if notes:
            paper.line([column.note for column in columns], paper.grey)
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 - counted for the caller
            paper.line(row, paper.plain)
        if total is not None:
            paper.line(total, paper.bold)
        if title and footer:
            paper.sign()
    return count


@contextmanager
def _disk_errors() -> Iterator[None]:
    """A full disk or a missing folder is an OSError here as anywhere else."""
    try:
        yield
    except FileCreateError as error:
        raise error.args[0] from error


def _written(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


class _Paper:
    """One sheet while it is filled from top to bottom."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: Any, columns: Sequence[Column]) -> None:
        self.sheet, self.columns, self.at = sheet, columns, 0
        self.widths = [column.width for column in columns]
        self.heights = Heights(self.widths)
        # From which to which column the lines above and below the table reach.
        self.first, self.end = 0, len(columns)
        cell = {"font_name": FONT, "font_size": 10, "valign": "vcenter", "border": 1}
        self.title = book.add_format({"font_name": FONT, "font_size": 16, "bold": True, "align": "center", "valign": "vcenter"})
        self.under = book.add_format({"font_name": FONT, "font_size": 10, "valign": "vcenter"})
        self.header = book.add_format({**cell, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#D9D9D9"})
        self.grey = book.add_format({**cell, "font_color": "#7F7F7F", "text_wrap": True, "align": "center"})
        self.plain = book.add_format({**cell, "text_wrap": True})
        self.bold = book.add_format({**cell, "bold": True, "text_wrap": True})
        # Without room a number and the text beside it read as one.
        room = {"align": "right", "indent": 1}
        self.numbers = {
            self.plain: book.add_format({**cell, **room}),
            self.bold: book.add_format({**cell, **room, "bold": True}),
        }

    def lay_out(self, keys: int) -> None:
        self.sheet.set_landscape()
        self.sheet.set_paper(A4)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        parts = pages(self.widths, keys)
        self.sheet.fit_to_pages(len(parts), 0)
        # The title stands whole on the first of them, and no piece of it above the columns that the others repeat.
        self.end = parts[0]
        if len(parts) > 1:
            self.sheet.repeat_columns(0, keys - 1)
            self.first = keys if keys < self.end else 0
        self.sheet.set_footer("&C&P / &N")
        for at, width in enumerate(self.widths):
            self.sheet.set_column(at, at, width)

    def head(self, title: str, unit: str, day: dt.date, since: dt.date | None) -> None:
        self._across(title, self.title, height=30)
        days = _written(day) if since is None or since == day else f"{_written(since)}至{_written(day)}"
        self._across(f"单位(盖章): {unit}          日期: {days}", self.under, height=20)
        # Sheets of a stack come apart: each says of what it is, and when it was printed.
        whose = harmless(f"{title} {unit} {days}")[:FOOTER].replace("&", "&&")
        self.sheet.set_footer(f"&L&8 {whose}&C&P / &N&R&8 &D &T")

    def headings(self) -> None:
        top = self.at
        self.line([column.heading for column in self.columns], self.header)
        self.sheet.repeat_rows(top)
        self.sheet.freeze_panes(top + 1, 0)

    def sign(self) -> None:
        self._across(Footer().text, self.under, height=28)

    def line(self, values: Sequence[Any], style: Any) -> None:
        texts = [self._cell(at, value, style) for at, value in enumerate(values)]
        # Lines above the table run on over its columns.
        if style is not self.under and (high := self.heights.of(texts)):
            # All rows above are written: what is known of them would only take memory, more with each.
            self.sheet.row_info.clear()
            self.sheet.row_sizes.clear()
            self.sheet.set_row(self.at, high)
        self.at += 1

    def _across(self, value: str, style: Any, *, height: int) -> None:
        self.sheet.set_row(self.at, height)
        if self.end - self.first > 1:
            self.sheet.merge_range(self.at, self.first, self.at, self.end - 1, "", style)
        self.sheet.write_string(self.at, self.first, harmless(value), style)
        self.at += 1

    def _cell(self, at: int, value: Any, style: Any) -> str:
        """Write a value and return its text, where it is one."""
        if value is None or value == "":
            self.sheet.write_blank(self.at, at, None, style)
            return ""
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite():
            self.sheet.write_number(self.at, at, value, self.numbers.get(style, style))
            return ""
        # Always as a string: what looks like a formula or a link stays what was typed.
        text = harmless(shown(value))
        self.sheet.write_string(self.at, at, text, style)
        return text


def harmless(value: str) -> str:
    """A text an xlsx file can carry."""
    # Nearly every cell is plain.
    if value.isprintable() and len(value) <= MAX_CELL:
        return value
    return value.translate(FORBIDDEN)[:MAX_CELL]


def shown(value: Any) -> str:
    """A value as tables show it: days 2022-04-15, moments 2022-04-15 08:30 in local time, yes and no in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    return str(value)


def csv_value(value: Any) -> str:
    """A value of a CSV file; a text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    text = harmless(shown(value))
    return f"'{text}" if text.startswith(DANGEROUS) else text


def csv_chunks(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield a CSV file in pieces: UTF-8 with its mark, so that Excel shows Chinese, and CRLF."""
    lines = _Lines()
    writer = csv.writer(lines)
    lines.parts.append("\ufeff")
    writer.writerow([column.heading for column in columns])
    for count, row in enumerate(rows, 1):
        writer.writerow([csv_value(value) for value in row])
        if count % CHUNK == 0:
            yield lines.take()
    yield lines.take()


def write_csv(path: Path | str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file."""
    with Path(path).open("wb") as file:
        for chunk in csv_chunks(columns, rows):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


class _Lines:
    """What csv.writer writes to."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, line: str) -> None:
        self.parts.append(line)

    def take(self) -> bytes:
        chunk = "".join(self.parts).encode()
        self.parts.clear()
        return chunk

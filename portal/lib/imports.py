"""Imports: a sheet becomes lines, each with what will be done with it and why.

An importer names its columns, decides about lines and stores them; it is asked for a few hundred lines at a time, so that
a long file needs no more memory than a short one:

    reader = Reader(file, importer.columns)
    summary = process(reader, importer, keep=print)             # a preview
    summary = process(reader, importer, keep=print, store=True)  # the same decisions, and written
"""

import datetime as dt
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, BinaryIO, Protocol

from django.utils import timezone

from portal.lib import headings, sentences, sheets
from portal.lib.headings import Column
from portal.lib.sentences import gettext as _
from portal.lib.sheets import BadCell, Row, days
from portal.lib.sheets.cells import text

CHUNK = 500
ASK = object()
# So many cells of a column are kept in mind.
MOST_KNOWN = 200
DOES = ("create", "change", "gone", "same", "missing", "skip", "refuse")
# What is written; "missing" stands on record and not in the file, and is left alone.
WRITTEN = ("create", "change", "gone")
# Only of lists that are meant to be complete.
OF_COMPLETE_LISTS = ("gone", "missing")
TOTALS = re.compile(r"(合计|总计|小计|共计|累计|总人数)([::]?[\d\s]*.{0,6})")
SIGNATURE = re.compile(
    r"(填表人|审核人|制表人|填报人|经办人|负责人|单位负责人|联系人|联系电话|填表说明|填表时间|填报时间|填报日期|填报单位|单位\(盖章\)|说明|备注|注)[::].*"
)
NOTES = re.compile(r"YYYY|HH:MM|\d+位|男/女|是/否|全称|分隔|格式|必填|选填|示例|填写|/")


@dataclass(slots=True)
class Line:
    """A row of the file on its way in."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    does: str = ""
    title: str = ""
    says: list[str] = field(default_factory=list)
    # (heading, before, after) of what an existing record would take over.
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    # The cells of a refused row, as typed: they go back to whoever sent them.
    typed: list[str] = field(default_factory=list)
    # What the importer found while it decided, for when it stores.
    plan: Any = None

    def refuse(self, sentence: str) -> None:
        """Not this row; several reasons may be given."""
        self.does = "refuse"
        self.says.append(sentence)

    def skip(self, sentence: str) -> None:
        self.does = "skip"
        self.says.append(sentence)

    def as_json(self) -> dict[str, Any]:
        kept = {"n": self.number, "does": self.does, "title": self.title, "says": sentences.facts(self.says)}
        if self.changes:
            kept["changes"] = sentences.facts(self.changes)
        if self.does == "refuse":
            kept["typed"] = self.typed
        return kept


class Importer(Protocol):
    """One kind of import."""

    def notices(self, *, written: bool) -> list[str]:
        """What concerns the whole file: units that will be created, or have been."""

    def begin(self, reader: "Reader") -> None:
        """Look at title and sheet before the first line comes."""

    @property
    def columns(self) -> Sequence[Column]:
        """The headings of the form."""

    @property
    def ignored(self) -> Sequence[str]:
        """Headings of the form that are known and not read, such as a running number."""

    def meet(self, line: Line) -> Any:
        """Look at each line as it comes, refused ones too; neighbours with equal answers are decided together."""

    def decide(self, lines: list[Line]) -> None:
        """Set `does` of each line, and its reasons."""

    def rest(self) -> Iterable[Line]:
        """What stands on record and in none of the file's lines, decided already."""

    def store(self, lines: list[Line]) -> None:
        """Write the lines that are to be created, changed or closed; stands in one transaction."""


@dataclass(slots=True)
class Summary:
    """What came of a file."""

    counts: dict[str, int]
    notices: list[str]
    headings: list[str]
    # Equal for equal decisions: an apply must find what the preview showed.
    digest: str


# A column, its place from 0, and what its cells have said so far.
Wanted = tuple[Column, int, dict[Any, Any]]


class Reader:
    """The lines of the one sheet of a file that has the headings."""

    def __init__(self, file: BinaryIO, columns: Sequence[Column], ignored: Sequence[str] = ()) -> None:
        self.columns = columns
        found = sheets.tables(file)
        self.table, self.header = headings.choose(found, columns, ignored)
        self.notices = [*self.table.notices, *self.header.notices]
        self.headings = self.header.typed
        self.titles, self.title = self.header.titles, self.header.above
        self._year: int | None = self.header.year
        places = self.header.places
        # Most cells of a long list say what others of their column said: those that need no remark are read once.
        self._wanted: list[Wanted] = [(column, places[column.key], {}) for column in columns if column.key in places]

    def lines(self) -> Iterator[Line]:
        """Yield every row below the headings that is not blank."""
        blank: list[int] = []
        first = True
        for row in self.table.rows():
            if row.number <= self.header.number:
                continue
            if row.blank:
                blank.append(row.number)
                continue
            for number in blank[:CHUNK]:
                yield Line(number, does="skip", says=[_("The row is blank.")])
            blank.clear()
            yield self._line(row, first)
            first = False

    def _line(self, row: Row, first: bool) -> Line:
        texts = [text(cell) for cell in row.cells]
        line = Line(row.number, typed=texts)
        if reason := self._no_data(row, texts, first):
            line.skip(reason)
            return line
        if row.hidden:
            line.says.append(_("The row is hidden in the file."))
        cells, width = row.cells, len(row.cells)
        for wanted in self._wanted:
            column, at, known = wanted
            raw = cells[at] if at < width else ""
            told = raw if isinstance(raw, str) else (type(raw), raw)
            value = ASK if at in row.formulas else known.get(told, ASK)
            line.values[column.key] = self._first(line, row, wanted, told) if value is ASK else value
        line.title = str(line.values.get(self.columns[0].key) or "")
        for at, formula in row.formulas.items():
            if at < len(texts):
                texts[at] = formula
        return line

    def _first(self, line: Line, row: Row, wanted: Wanted, told: Any) -> Any:
        """Read a cell, and keep what it says for the next of its kind."""
        column, at, known = wanted
        said = len(line.says)
        value = self._cell(line, column, row, at)
        # A day may take its year from those before, and a list may be changed by whoever gets it.
        if len(line.says) == said and len(known) < MOST_KNOWN and not column.dated and not isinstance(value, list):
            known[told] = value
        return value

    def _cell(self, line: Line, column: Column, row: Row, at: int) -> Any:
        if at in row.formulas:
            line.refuse(_("%(heading)s holds a formula. Type the value itself.") % {"heading": column.heading})
            return None
        raw = row.cells[at] if at < len(row.cells) else None
        shown = line.typed[at] if at < len(line.typed) else ""
        if isinstance(raw, str):
            # What is cleaned already costs less to read.
            raw = shown
        try:
            value = self._day(line, column, raw, at) if column.dated else column.parse(raw)
        except BadCell as fault:
            said = {"heading": column.heading, "value": column.masked(shown)[:30], "fault": fault.args[0]}
            if column.soft:
                line.says.append(_("%(heading)s “%(value)s” %(fault)s: left empty.") % said)
            else:
                line.refuse(_("%(heading)s “%(value)s” %(fault)s.") % said)
            return None
        if column.required and value in (None, "", []):
            line.refuse(_("%(heading)s is empty.") % {"heading": column.heading})
        if column.told and value and value != shown:
            line.says.append(_("%(heading)s “%(value)s” is read as %(read)s.") % _said(column, shown[:30], value))
        return value

    def _day(self, line: Line, column: Column, raw: Any, at: int) -> dt.date | None:
        guessed = days.has_no_year(raw)
        value = days.day(raw, year=self._year or timezone.localdate().year)
        if value and not guessed and self.header.year is None:
            self._year = value.year
        if value and (guessed or not isinstance(raw, str | dt.date)):
            line.says.append(_("%(heading)s “%(value)s” is read as %(read)s.") % _said(column, text(raw), value))
        if value and guessed:
            # On its way back the row stands without those that told the year.
            line.typed[at] = str(value)
        return value

    def _no_data(self, row: Row, texts: list[str], first: bool) -> str:
        """Why the row is none of the table's; empty for a row of data."""
        places = self.header.places
        needed = [texts[places[c.key]] if places[c.key] < len(texts) else "" for c in self.columns if c.required]
        formulas = set(row.formulas) & set(places.values())
        if formulas or all(needed):
            key = places[self.columns[0].key]
            repeated = texts[key : key + 1] == self.headings[key : key + 1]
            repeated = repeated and [t for t in texts if t] == [t for t in self.headings if t]
            return _("The headings are repeated here.") if repeated else ""
        start = unicodedata.normalize("NFKC", next((t for t in texts if t), ""))
        start = re.sub(r"\s", "", start)
        if TOTALS.fullmatch(start):
            return _("A row of totals.")
        if SIGNATURE.fullmatch(start):
            return _("A row for signatures or remarks.")
        read = [texts[at] for at in places.values() if at < len(texts) and texts[at]]
        if not read:
            return _("Nothing but a running number stands here.")
        key = places[self.columns[0].key]
        if first and not (texts[key] if key < len(texts) else "") and any(NOTES.search(t) for t in read):
            return _("A row of notes on how to fill in the form.")
        return ""


def _said(column: Column, shown: str, value: Any) -> dict[str, Any]:
    return {"heading": column.heading, "value": shown, "read": value}


def process(
    reader: Reader,
    importer: Importer,
    *,
    keep: Callable[[Line], None],
    store: bool = False,
    tell: Callable[[int], None] = lambda done: None,
) -> Summary:
    """Decide about every line, hand each to `keep`, and with `store=True` write what was decided."""
    counts: Counter[str] = Counter()
    digest = hashlib.sha256()
    importer.begin(reader)
    for lines in chain(_together(reader.lines(), importer.meet), _together(importer.rest(), _alone)):
        importer.decide([line for line in lines if not line.does])
        if store:
            importer.store([line for line in lines if line.does in WRITTEN])
        for line in lines:
            counts[line.does] += 1
            digest.update(f"{line.number} {line.does} {line.says} {line.changes}\n".encode())
            keep(line)
        tell(max(line.number for line in lines))
    if not counts:
        raise sheets.SheetError(_("Below the headings the table is empty. Fill it in and send it once more."))
    sums = {does: counts[does] for does in DOES if counts[does] or does not in OF_COMPLETE_LISTS}
    return Summary(sums, [*reader.notices, *importer.notices(written=store)], reader.headings, digest.hexdigest())


def _alone(line: Line) -> int:
    return id(line)


def _together(lines: Iterable[Line], meet: Callable[[Line], Any]) -> Iterator[list[Line]]:
    """A few hundred lines at a time, and not between two that belong together, unless there is no end of them."""
    found: list[Line] = []
    last: Any = None
    for line in lines:
        key = meet(line)
        if len(found) >= CHUNK and (key != last or len(found) >= 2 * CHUNK):
            yield found
            found = []
        found.append(line)
        last = key
    if found:
        yield found

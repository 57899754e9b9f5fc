"""Finding the headings of a table: by name, in any order, below whatever titles stand above them."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from portal.lib.sentences import gettext as _
from portal.lib.sentences import listed
from portal.lib.sheets import Row, SheetError, Table
from portal.lib.sheets.cells import plain, text
from portal.lib.sheets.parts import letters

ANY = plain(200)
# The column that refused rows come back with.
REASONS = ("原因", "Reason")
# How far down the headings may stand.
DEPTH = 30


@dataclass(frozen=True, slots=True)
class Column:
    """A column an import reads: its heading on the form, other names it goes by, and how its cells are read."""

    key: str
    heading: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    parse: Callable[[Any], Any] = ANY
    # A bad cell is left empty, and said, instead of refusing the row.
    soft: bool = False
    # Holds days: 3月26日 takes its year from the rest of the file.
    dated: bool = False
    # Whoever reads the preview is told when the value is not what was typed.
    told: bool = False
    width: float = 12
    note: str = ""
    # How a cell looks in a sentence, where it says too much of a person.
    masked: Callable[[str], str] = str


@dataclass(slots=True)
class Header:
    """Where the headings were found."""

    number: int
    # Key of a column -> its place from 0.
    places: dict[str, int]
    typed: list[str]
    # What stands above, row by row.
    titles: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def above(self) -> str:
        """All that stands above the headings."""
        return " ".join(self.titles)

    @property
    def year(self) -> int | None:
        """The year the title rows speak of."""
        found = re.search(r"(20\d{2})\s*[年./-]", self.above)
        return int(found[1]) if found else None


def normal(heading: str) -> str:
    """A heading without what people add to it: spaces, *, colons, full-width forms."""
    return re.sub(r"[\s*:_]", "", unicodedata.normalize("NFKC", heading)).lower()


def bare(heading: str) -> str:
    """A heading without its explanation in brackets."""
    return re.sub(r"[(\[【〔].*?[)\]】〕]", "", normal(heading))


def choose(tables: Sequence[Table], columns: Sequence[Column], ignored: Sequence[str]) -> tuple[Table, Header]:
    """Return the one table that has the headings; raises SheetError when none or several have."""
    found = [(table, header) for table in tables if (header := _find(table, columns))]
    if not found:
        raise SheetError(
            _("No row with headings was found in the first %(rows)s rows. Needed are: %(headings)s.")
            % {"rows": DEPTH, "headings": listed(c.heading for c in columns if c.required)}
        )
    if len(found) > 1:
        names = listed(table.name for table, _header in found)
        raise SheetError(
            _("The file has several sheets with these headings (%(names)s). Send one sheet a file.") % {"names": names}
        )
    table, header = found[0]
    _complete(header, columns, ignored)
    if others := [other.name for other in tables if other is not table]:
        header.notices.append(
            _("Only the sheet %(name)s was read, not %(others)s.") % {"name": table.name, "others": listed(others)}
        )
    return table, header


def _find(table: Table, columns: Sequence[Column]) -> Header | None:
    known = _known(columns)
    best: tuple[int, Row] | None = None
    rows = list(islice(table.rows(), DEPTH))
    for row in rows:
        hits = len({key for cell in row.cells if isinstance(cell, str) and (key := _key(cell, known))})
        if hits >= min(3, len(columns)) and (best is None or hits > best[0]):
            best = hits, row
    if best is None:
        return None
    above = [" ".join(filter(None, map(text, row.cells))) for row in rows if row.number < best[1].number]
    return _header(best[1], known, list(filter(None, above)))


def _header(row: Row, known: dict[str, str], titles: list[str]) -> Header:
    header = Header(row.number, {}, [text(cell) for cell in row.cells], titles)
    for at, heading in enumerate(header.typed):
        key = _key(heading, known)
        if key and key in header.places:
            raise SheetError(
                _("The heading %(heading)s stands twice, in the columns %(first)s and %(second)s. Keep one of them.")
                % {"heading": heading, "first": letters(header.places[key]), "second": letters(at)}
            )
        if key:
            header.places[key] = at
    return header


def _complete(header: Header, columns: Sequence[Column], ignored: Sequence[str]) -> None:
    missing = [column.heading for column in columns if column.required and column.key not in header.places]
    if missing:
        raise SheetError(
            _("The table lacks these headings: %(headings)s. Add the columns, or correct their headings in row %(row)s.")
            % {"headings": listed(missing), "row": header.number}
        )
    passed = {bare(name) for name in (*ignored, *REASONS)}
    unknown = [
        heading
        for at, heading in enumerate(header.typed)
        if heading and at not in header.places.values() and bare(heading) not in passed
    ]
    if unknown:
        header.notices.append(_("These columns are unknown and were not read: %(headings)s.") % {"headings": listed(unknown)})


def _known(columns: Sequence[Column]) -> dict[str, str]:
    known: dict[str, str] = {}
    for column in columns:
        for name in (column.heading, *column.aliases):
            known[normal(name)] = column.key
            known.setdefault(bare(name), column.key)
    return known


def _key(heading: str, known: dict[str, str]) -> str:
    return known.get(normal(heading)) or known.get(bare(heading)) or ""

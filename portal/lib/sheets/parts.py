"""A look into the parts of an .xlsx file before it is opened: how large it is, where formulas and hidden rows are.

calamine tells neither, and holds a sheet densely: one cell in the last corner of a sheet would cost gigabytes.
"""

import html
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from portal.lib.sentences import gettext as _
from portal.lib.sheets.errors import SheetError
from portal.lib.sheets.limits import MAX_UNPACKED, too_large

BLOCK = 1 << 20
MAX_PARTS = 2000
MAX_FORMULAS = 20_000
ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
CELL = re.compile(rb"<(?:\w+:)?c(?:\s([^>]*))?/?>")
NUMBER = re.compile(rb"""\br=["'](\d+)["']""")
PLACE = re.compile(rb"""\br=["']([A-Z]{1,4})\d*["']""")
HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
FORMULA = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})(\d+)["'][^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>(.*?)</(?:\w+:)?f>)""",
    re.DOTALL,
)
SHEET = re.compile(r"<(?:\w+:)?sheet\s([^>]*)/?>")
RELATION = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)/?>")
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@dataclass(slots=True)
class Facts:
    """What a sheet holds beside values."""

    rows: int = 0
    columns: int = 0
    # Row number -> column (from 0) -> the formula as typed.
    formulas: dict[int, dict[int, str]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)


def look(archive: zipfile.ZipFile) -> dict[str, Facts]:
    """Return the facts of each sheet by its name; raises SheetError for what must not be opened."""
    names = set(archive.namelist())
    if len(names) > MAX_PARTS or sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
        raise SheetError(_("Unpacked, the file is far too large. Copy the table into a new file and save that."))
    if any(entry.flag_bits & 1 for entry in archive.infolist()):
        raise SheetError(
            _("The file is protected by a password. Open it, take the password off, save it and send it once more.")
        )
    if "xl/workbook.xml" not in names:
        raise SheetError(_("This is not an Excel workbook. Send it as .xlsx, .xls, .et or .csv."))
    sheets = _sheets(archive)
    found = {name: _facts(archive, part) for name, part in sheets.items() if part in names}
    for name in names - {*sheets.values()}:
        if name.endswith((".xml", ".rels")):
            # Read to the end: a part that is longer than it says, or holds entities, is found here and not by the reader.
            for _block in _blocks(archive, name):
                pass
    return found


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> the part that holds it."""
    relations = {
        found["Id"]: found.get("Target", "")
        for found in _tags(archive, "xl/_rels/workbook.xml.rels", RELATION)
        if "Id" in found
    }
    sheets = {}
    for found in _tags(archive, "xl/workbook.xml", SHEET):
        target = relations.get(found.get("r:id") or next((v for k, v in found.items() if k.endswith(":id")), ""), "")
        path = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        sheets[html.unescape(found.get("name", ""))] = path
    return sheets


def _tags(archive: zipfile.ZipFile, part: str, pattern: re.Pattern[str]) -> Iterator[dict[str, str]]:
    with archive.open(part) as file:
        text = file.read(BLOCK).decode("utf-8", "replace")
    for tag in pattern.finditer(text):
        yield {name: double or single for name, double, single in ATTRIBUTE.findall(tag[1])}


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    with archive.open(part) as file:
        for block in iter(lambda: file.read(BLOCK), b""):
            if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
                raise SheetError(_("The file contains entities, which no table needs. Copy the table into a new file."))
            yield block


def _facts(archive: zipfile.ZipFile, part: str) -> Facts:
    facts, at, tail = Facts(), 0, b""
    for block in _blocks(archive, part):
        # Cut before the last row, so that no tag is torn.
        text = tail + block
        cut = text.rfind(b"<row") if b"<row" in text else text.rfind(b":row")
        cut = cut if cut > 0 else len(text)
        at = _take(facts, text[:cut], at)
        tail = text[cut:]
    _take(facts, tail, at)
    return facts


def _take(facts: Facts, text: bytes, at: int) -> int:
    """Add a run of whole rows to the facts; returns the number of the last row."""
    for row in ROW.finditer(text):
        number = NUMBER.search(row[1])
        at = int(number[1]) if number and len(number[1]) < 9 else at + 1
        facts.rows = max(facts.rows, at)
        if b"hidden" in row[1] and HIDDEN.search(row[1]):
            facts.hidden.add(at)
    facts.columns = max(facts.columns, _width(text))
    too_large(facts.rows, facts.columns)
    if b"<f" in text or b":f" in text:
        _formulas(facts, text)
    return at


def _width(text: bytes) -> int:
    cells = CELL.findall(text)
    places = [place[1] for place in map(PLACE.search, set(cells)) if place]
    width = max((column(name.decode()) + 1 for name in set(places)), default=0)
    if len(places) < len(set(cells)):
        # Cells without an address stand one after the other.
        width = max(width, *(len(CELL.findall(row)) for row in ROW.split(text)))
    return width


def _formulas(facts: Facts, text: bytes) -> None:
    for place, row, formula in FORMULA.findall(text):
        if len(facts.formulas) < MAX_FORMULAS:
            typed = html.unescape(formula.decode("utf-8", "replace"))[:500]
            facts.formulas.setdefault(int(row), {})[column(place.decode())] = f"={typed}"
        else:
            raise SheetError(_("The table consists of formulas. Copy it and paste it as values, then send it once more."))


def column(letters: str) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def letters(column: int) -> str:
    """0 -> A, 26 -> AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name

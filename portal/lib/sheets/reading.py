"""Reading a table, whatever kind of file it came in."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO

from portal.lib.sentences import gettext as _
from portal.lib.sheets import delimited, workbooks
from portal.lib.sheets.errors import SheetError

MAX_BYTES = 30 * 1024 * 1024

__all__ = ["MAX_BYTES", "Row", "SheetError", "Table", "tables"]

# Files that are often sent in place of a table, by their first bytes.
STRANGERS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"SQLite": "SQLite",
    b"{\\rtf": "RTF",
}
MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta", b"<body", b"mime-version:")
# Excel 2 to 4, without the envelope of later versions.
ANCIENT = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x00\x06\x00")


@dataclass(slots=True)
class Row:
    """A row as typed; `number` is what the person sees at its left in Excel."""

    number: int
    cells: list[Any]
    formulas: dict[int, str] = field(default_factory=dict)
    hidden: bool = False

    @property
    def blank(self) -> bool:
        return not self.formulas and all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a file; `rows()` reads it from the top each time it is called."""

    name: str
    rows: Callable[[], Iterator[Row]]
    # About how many rows there are, blank ones included.
    size: int
    # What the reader should know of how it was read.
    notices: tuple[str, ...] = ()


def tables(file: BinaryIO) -> list[Table]:
    """Return the visible sheets of a file that hold anything; raises SheetError."""
    head = _head(file)
    if head.startswith(b"PK"):
        found: list[Any] = workbooks.from_zip(file)
    elif head.startswith(workbooks.OLE):
        found = workbooks.from_ole(file)
    elif head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(MARKUP):
        raise SheetError(_("This is a web page saved under the name of a table. Open it in Excel or WPS and save it as .xlsx."))
    else:
        found = [delimited.table(file, head)]
    return [Table(name, partial(_rows, read), size, notices) for name, read, size, notices in found]


def _rows(read: Callable[[], Iterator[Any]]) -> Iterator[Row]:
    return (Row(*row) for row in read())


def _head(file: BinaryIO) -> bytes:
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    if not size:
        raise SheetError(_("The file is empty (0 bytes). Save it again and send it once more."))
    if size > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise SheetError(_("The file is larger than %(limit)s MB. Split it, or take pictures out of it.") % {"limit": limit})
    head = file.read(4096)
    file.seek(0)
    for mark, kind in STRANGERS.items():
        if head.startswith(mark):
            raise SheetError(_("This is a %(kind)s file, not a table. Send it as .xlsx, .xls, .et or .csv.") % {"kind": kind})
    if head.startswith(ANCIENT):
        raise SheetError(_("This file was made by an Excel older than 1995. Open it in Excel or WPS and save it as .xlsx."))
    return head

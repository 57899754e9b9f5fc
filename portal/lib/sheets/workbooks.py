"""Workbooks: .xlsx, .xls and WPS .et, read by calamine after a look at what is inside."""

import struct
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from portal.lib.sentences import gettext as _
from portal.lib.sentences import listed
from portal.lib.sheets import parts
from portal.lib.sheets.errors import SheetError
from portal.lib.sheets.limits import too_large

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The record of an .xls sheet that gives its extent: type, length, first row, last row + 1, first column, last column + 1.
DIMENSIONS = b"\x00\x02\x0e\x00"

Reading = tuple[int, list[Any], dict[int, str], bool]
Found = tuple[str, Callable[[], Iterator[Reading]], int, tuple[str, ...]]


def from_zip(file: BinaryIO) -> list[Found]:
    """Return (name, rows, size, notices) of each visible sheet of an .xlsx file."""
    try:
        with zipfile.ZipFile(file) as archive:
            facts = parts.look(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, struct.error):
        raise damaged() from None
    return _found(_book(file), facts)


def from_ole(file: BinaryIO) -> list[Found]:
    """Return (name, rows, size, notices) of each visible sheet of an .xls or .et file, or say why not."""
    data = file.read()
    file.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise encrypted()
    if not any(stream.encode("utf-16-le") in data for stream in ("Workbook", "Book")):
        raise SheetError(_("This is not a table (a Word or PowerPoint file?). Send it as .xlsx, .xls, .et or .csv."))
    at = data.find(DIMENSIONS)
    while at >= 0:
        if len(data) >= at + 16:
            _first, rows, _left, columns = struct.unpack_from("<IIHH", data, at + 4)
            # The four bytes may stand anywhere by chance: only an extent an .xls file can have is believed.
            if rows <= 65536 and columns <= 256:
                too_large(rows, columns)
        at = data.find(DIMENSIONS, at + 1)
    return _found(_book(file), {}, (_("In an .xls file a formula is read as its last result."),))


def damaged() -> SheetError:
    return SheetError(
        _("The file is damaged or was not sent completely. Open it, save it again as .xlsx and send it once more.")
    )


def encrypted() -> SheetError:
    return SheetError(_("The file is protected by a password. Open it, take the password off, save it and send it once more."))


def _book(file: BinaryIO) -> CalamineWorkbook:
    file.seek(0)
    return _calm(lambda: CalamineWorkbook.from_filelike(file))


def _calm(read: Callable[[], Any]) -> Any:
    """Whatever calamine stumbles over, the reader hears one sentence."""
    try:
        return read()
    except PasswordError:
        raise encrypted() from None
    except SheetError:
        raise
    except Exception:
        raise damaged() from None
    except BaseException as panic:
        # A panic of the Rust side is no Exception.
        if type(panic).__name__ == "PanicException":
            raise damaged() from None
        raise


def _found(book: CalamineWorkbook, facts: dict[str, parts.Facts], notices: tuple[str, ...] = ()) -> list[Found]:
    sheets = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    visible = [meta.name for meta in sheets if meta.visible == SheetVisibleEnum.Visible]
    if hidden := [meta.name for meta in sheets if meta.visible != SheetVisibleEnum.Visible]:
        notices += (_("Hidden sheets were not read: %(names)s.") % {"names": listed(hidden)},)
    found: list[Found] = []
    for name in visible:
        fact = facts.get(name, parts.Facts())
        if facts and not fact.rows:
            continue
        sheet = _calm(partial(book.get_sheet_by_name, name))
        if sheet.height:
            merges = _merges(sheet)
            more = (_("A merged cell counts for each of its rows."),) if merges else ()
            found.append((name, _rows(sheet, fact, merges), sheet.total_height, notices + more))
    if not found:
        raise SheetError(_("The file holds no table: every sheet is empty or hidden."))
    return found


def _rows(sheet: CalamineSheet, fact: parts.Facts, merges: dict[int, list[tuple[int, int]]]) -> Callable[[], Iterator[Reading]]:
    # calamine leaves empty columns at the left out.
    pad = [""] * (sheet.start[1] if sheet.start else 0)

    def rows() -> Iterator[Reading]:
        lasting: dict[int, tuple[int, Any]] = {}
        for at, cells in enumerate(sheet.iter_rows()):
            whole = pad + list(cells)
            _fill(whole, lasting, merges.get(at, ()), at)
            yield at + 1, whole, fact.formulas.get(at + 1, {}), at + 1 in fact.hidden

    return rows


def _fill(cells: list[Any], lasting: dict[int, tuple[int, Any]], starting: Any, at: int) -> None:
    """Give a cell that is merged downwards its value in each row."""
    for column, end in starting:
        if column < len(cells):
            lasting[column] = (end, cells[column])
    for column in list(lasting):
        end, value = lasting[column]
        if at > end:
            del lasting[column]
        elif column < len(cells):
            cells[column] = value


def _merges(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """First row -> (column, last row) of the cells merged downwards in one column."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if bottom > top and left == right:
            found.setdefault(top, []).append((left, bottom))
    return found

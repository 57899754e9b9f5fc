"""Files for tests, made on the spot."""

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.lib.id_numbers import check_digit
from portal.lib.sheets import tables, text


def xlsx(*sheets: Sequence[Sequence[Any]], hidden_rows: Sequence[int] = (), hidden_sheets: Sequence[int] = ()) -> bytes:
    """A workbook with these sheets of rows; a text that begins with = is a formula."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "nan_inf_to_errors": True}) as book:
        for number, rows in enumerate(sheets):
            sheet = book.add_worksheet(f"表{number + 1}")
            if number in hidden_sheets:
                sheet.hide()
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
                if at + 1 in hidden_rows:
                    sheet.set_row(at, None, None, {"hidden": True})
    return out.getvalue()


def csv_text(rows: Sequence[Sequence[Any]]) -> str:
    return "".join(",".join(str(cell) for cell in row) + "\r\n" for row in rows)


def upload(data: bytes, name: str = "表.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def repacked(data: bytes, change: dict[str, bytes]) -> bytes:
    """The same workbook with some of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change.get(name) or old.read(name))
    return out.getvalue()


def id_number(n: int, *, male: bool = True) -> str:
    """A valid number of an invented person."""
    first = f"990101{1960 + n % 40}{n % 12 + 1:02}{n % 28 + 1:02}{(n * 2 + male) % 1000:03}"
    return first + check_digit(first)


def rows_of(answer: Any) -> list[list[str]]:
    """The rows of the first table of a file in an answer, as texts."""
    table = tables(io.BytesIO(answer.getvalue()))[0]
    return [[text(cell) for cell in row.cells] for row in table.rows()]


def printed(path: Any) -> tuple[Any, ...]:
    """Pages side by side, the repeated columns and rows, and the merged title lines of the first sheet of a file."""
    with zipfile.ZipFile(path) as archive:
        sheet, book = archive.read("xl/worksheets/sheet1.xml").decode(), archive.read("xl/workbook.xml").decode()
    fit = re.search(r"<pageSetup [^>]*>", sheet)[0]
    titles = re.search(r'"_xlnm.Print_Titles"[^>]*>([^<]*)<', book)[1]
    facts = dict(re.findall(r'(\w+)="(\w+)"', fit))
    assert (facts["paperSize"], facts["orientation"], "&amp;P / &amp;N" in sheet) == ("9", "landscape", True)
    wide = int(facts.get("fitToWidth", 1)), int(facts.get("fitToHeight", 1))
    return *wide, re.findall(r"\$[A-Z]+:\$[A-Z]+|\$\d+:\$\d+", titles), re.findall(r'mergeCell ref="(\w+:\w+)"', sheet)

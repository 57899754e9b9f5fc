"""Tables in and out: every kind of file people send gets a table or a sentence."""

import csv
import datetime as dt
import html
import io
import re
import unicodedata
import zipfile
from contextlib import suppress

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from portal.lib import sheets
from portal.lib.sheets import BadCell, Column, SheetError, cells, days, parts
from tests.sheets import csv_text, printed, repacked, xlsx

ROWS = [["姓名", "电话", "备注"], ["王建国", "19900000001", "一"], ["李秀兰", "19900000002", "二"]]


def read(data: bytes) -> list[list[str]]:
    return [[sheets.text(cell) for cell in row.cells] for row in sheets.tables(io.BytesIO(data))[0].rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_is_read_in_every_usual_encoding(encoding, separator):
    assert read(csv_text(ROWS).replace(",", separator).encode(encoding)) == ROWS


def test_line_breaks_and_separators_inside_cells_do_not_cut_rows():
    out = io.StringIO()
    csv.writer(out).writerows([["姓名", "备注"], ["王", '两行\n"引号",逗号']])
    assert read(out.getvalue().encode()) == [["姓名", "备注"], ["王", '两行 "引号",逗号']]


def test_a_workbook_is_read_by_its_content():
    assert read(xlsx(ROWS)) == ROWS


def biff(text: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + text.encode("utf-16-le") + b"\0" * 2000


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(420):
                part.write(b" " * (1 << 20))
    return out.getvalue()


def far_corner() -> bytes:
    first, last = '<row r="1"><c r="A1"><v>1</v></c></row>', '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    sheet = f"<worksheet><sheetData>{first}{last}</sheetData></worksheet>"
    return repacked(xlsx(ROWS), {"xl/worksheets/sheet1.xml": sheet.encode()})


def entities() -> bytes:
    sheet = (
        '<!DOCTYPE a [<!ENTITY b "x">]><worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
    )
    return repacked(xlsx(ROWS), {"xl/worksheets/sheet1.xml": sheet.encode()})


BAD = {
    "nothing": (b"", "The file is empty (0 bytes). Save it again and send it once more."),
    "blank text": (b"\r\n\r\n", "The file holds no table: it has no rows."),
    "a PDF": (b"%PDF-1.7 ...", "This is a PDF file, not a table. Send it as .xlsx, .xls, .et or .csv."),
    "a photo": (b"\xff\xd8\xff\xe0rest", "This is a JPEG file, not a table. Send it as .xlsx, .xls, .et or .csv."),
    "a web page": (
        b"<html><table><tr><td>1</td></tr></table></html>",
        "This is a web page saved under the name of a table. Open it in Excel or WPS and save it as .xlsx.",
    ),
    "Excel 4": (
        b"\x09\x04\x06\x00\x00\x00\x10\x00",
        "This file was made by an Excel older than 1995. Open it in Excel or WPS and save it as .xlsx.",
    ),
    "a cut workbook": (
        xlsx(ROWS)[:2000],
        "The file is damaged or was not sent completely. Open it, save it again as .xlsx and send it once more.",
    ),
    "a cut xls": (
        biff("Workbook"),
        "The file is damaged or was not sent completely. Open it, save it again as .xlsx and send it once more.",
    ),
    "a locked workbook": (
        biff("EncryptedPackage"),
        "The file is protected by a password. Open it, take the password off, save it and send it once more.",
    ),
    "a Word document": (
        biff("WordDocument"),
        "This is not a table (a Word or PowerPoint file?). Send it as .xlsx, .xls, .et or .csv.",
    ),
    "an empty workbook": (xlsx([]), "The file holds no table: every sheet is empty or hidden."),
    "a zip of something": (
        zipped({"a.txt": b"x"}),
        "This is not an Excel workbook. Send it as .xlsx, .xls, .et or .csv.",
    ),
    "a bomb": (bomb, "Unpacked, the file is far too large. Copy the table into a new file and save that."),
    "a cell in the last corner": (
        far_corner(),
        "The table has 16384 columns; at most 300 can be read. Delete the empty columns at its right.",
    ),
    "entities": (entities(), "The file contains entities, which no table needs. Copy the table into a new file."),
    "two encodings": (
        "姓名,备注\r\n".encode("gb18030") + "王建国,一\r\n".encode(),
        "The text of this file mixes two encodings. Open it in Excel or WPS and save it as .xlsx.",
    ),
    "zeros": (b"\0" * 5000, "This file is not a table, or it is damaged. Send it as .xlsx, .xls, .et or .csv."),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_answered_in_a_sentence(kind):
    data, sentence = BAD[kind]
    # What takes a second to make is made when it is asked for, not by every process that reads this file.
    data = data() if callable(data) else data
    with pytest.raises(SheetError) as refusal:
        read(data)
    assert str(refusal.value) == sentence


def test_200_000_rows_are_too_many():
    with pytest.raises(SheetError) as refusal:
        read(b"a,b\r\n" * 200_000)
    assert str(refusal.value) == "The table has more than 120000 rows. Split it into several files."


def test_16_000_columns_are_too_many():
    with pytest.raises(SheetError) as refusal:
        read(b"," * 16_000 + b"\r\n")
    assert str(refusal.value) == "The table has 16001 columns; at most 300 can be read. Delete the empty columns at its right."


@given(st.binary(max_size=300))
def test_no_file_is_answered_with_anything_else(data):
    for head in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe"):
        # Any other error fails the test.
        with suppress(SheetError):
            read(head + data)


def test_formulas_hidden_rows_and_merged_cells_are_told():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "单位"])
        sheet.merge_range(1, 1, 2, 1, "区税务局")
        sheet.write(1, 0, "甲")
        sheet.write(2, 0, '=HYPERLINK("http://example.invalid","点我")')
        sheet.set_row(2, None, None, {"hidden": True})
        book.add_worksheet("藏").hide()
    table = sheets.tables(out)[0]
    rows = list(table.rows())

    assert [row.cells[1] for row in rows] == ["单位", "区税务局", "区税务局"]
    assert rows[2].formulas == {0: '=HYPERLINK("http://example.invalid","点我")'}
    assert [row.hidden for row in rows] == [False, False, True]
    assert table.notices == ("Hidden sheets were not read: 藏.", "A merged cell counts for each of its rows.")


def test_a_sheet_whose_cells_have_a_namespace_or_no_address_is_measured():
    first = '<x:row><x:c><x:v>1</x:v></x:c><x:c t="n"><x:v>2</x:v></x:c></x:row>'
    second = '<x:row hidden="1"><x:c r="C2"><x:f>A1</x:f></x:c></x:row>'
    sheet = f'<x:worksheet xmlns:x="a"><x:sheetData>{first}{second}</x:sheetData></x:worksheet>'
    with zipfile.ZipFile(io.BytesIO(repacked(xlsx(ROWS), {"xl/worksheets/sheet1.xml": sheet.encode()}))) as archive:
        (facts,) = parts.look(archive).values()
    assert (facts.rows, facts.columns, facts.formulas, facts.hidden) == (2, 3, {2: {2: "=A1"}}, {2})


# Cells


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (dt.datetime(2022, 3, 26, 8), dt.date(2022, 3, 26)),
        (dt.date(2022, 3, 26), dt.date(2022, 3, 26)),
        ("2022-03-26", dt.date(2022, 3, 26)),
        ("2022.4.20", dt.date(2022, 4, 20)),
        ("2022/4/20", dt.date(2022, 4, 20)),
        ("2022年3月25日", dt.date(2022, 3, 25)),
        ("2022 年 3 月 25 号", dt.date(2022, 3, 25)),
        ("2022-03-26 08:30", dt.date(2022, 3, 26)),
        ("20220326", dt.date(2022, 3, 26)),
        (20220326.0, dt.date(2022, 3, 26)),
        (44646.0, dt.date(2022, 3, 26)),
        ("44646", dt.date(2022, 3, 26)),
        ("３月２６日", dt.date(2022, 3, 26)),
        ("", None),
        (None, None),
    ],
)
def test_days_are_read_in_every_style(typed, value):
    assert days.day(typed, year=2022) == value


@pytest.mark.parametrize(
    "typed", ["2022-02-30", "2022-13-01", "明天", "0000-00-00", -1.0, 1e300, float("nan"), "1022-01-01", "4月31日"]
)
def test_days_that_are_none_are_refused(typed):
    with pytest.raises(BadCell):
        days.day(typed, year=2022)


@pytest.mark.parametrize(
    "typed", ["13800138000", 13800138000.0, "１３８００１３８０００", "138 0013 8000", "+86 138-0013-8000", "8613800138000"]
)
def test_a_mobile_number_is_read_however_it_was_typed(typed):
    assert cells.mobile(typed) == "13800138000"


@pytest.mark.parametrize("typed", ["1990000", "23800138000", "1.38E+10", "abc", "138001380001"])
def test_what_is_no_mobile_number_is_refused(typed):
    with pytest.raises(BadCell):
        cells.mobile(typed)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        (3.3e17, "was typed as a number, and Excel rounds it after 15 digits; format the column as text, type it again"),
        ("3.3E+17", "was shortened by Excel; format the column as text and type it again"),
        ("990101198705246461", "has a wrong check digit: at least one digit is mistyped"),
        ("99010119870524646", "has 17 characters; an ID number has 18"),
        ("990101198713246461", "contains a birthday that does not exist"),
        ("99010119870524646!", "has other characters than 17 digits and a last digit or X"),
    ],
)
def test_a_wrong_id_number_is_told_why(typed, fault):
    with pytest.raises(BadCell) as refusal:
        cells.id_number(typed)
    assert str(refusal.value) == fault


@pytest.mark.parametrize("typed", ["-5", "3.66", "366", "97.7", "NaN", "inf", "热", 366.0])
def test_temperatures_nobody_has_are_refused(typed):
    with pytest.raises(BadCell):
        cells.temperature(typed)


@pytest.mark.parametrize("typed", ["36.5", "36,5", "３６．５℃", 36.5, "36.5度"])
def test_a_temperature_is_read_however_it_was_typed(typed):
    assert str(cells.temperature(typed)) == "36.5"


@pytest.mark.parametrize(
    ("typed", "value"),
    [(0.25, dt.time(6)), ("6:00", dt.time(6)), ("06:00:08", dt.time(6, 0, 8)), ("6时5分", dt.time(6, 5)), ("", None)],
)
def test_times_are_read_in_every_style(typed, value):
    assert days.time(typed) == value


ANYTHING = st.one_of(
    st.none(),
    st.text(max_size=200),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.integers(),
)
PARSERS = [
    cells.person_name,
    cells.mobile,
    cells.phone,
    cells.id_number,
    cells.yes_no,
    cells.temperature,
    cells.whole(0, 9),
    cells.listed(3, 5),
    cells.choice({"男": "male"}),
    cells.plain(20),
    days.day,
    days.month,
    days.time,
]


@pytest.mark.parametrize("parse", PARSERS)
@given(value=ANYTHING)
def test_a_cell_gives_a_value_or_a_sentence(parse, value):
    # Any other error fails the test.
    with suppress(BadCell):
        parse(value)


@given(ANYTHING)
def test_a_text_has_one_line_and_nothing_invisible(value):
    found = sheets.text(value)
    assert found == " ".join(found.split())
    # Characters newer than this Python, and those of private fonts, are names of people too.
    assert not {unicodedata.category(c) for c in found} & {"Cc", "Cf", "Cs"}


# Writing

COLUMNS = [Column("序号", 6), Column("姓名", 10), Column("备注", 20)]


def test_a_written_table_is_ready_for_print(tmp_path):
    path = tmp_path / "表.xlsx"
    rows = [(1, "王建国", None), (2, "李秀兰", 36.5)]
    assert (
        sheets.write_xlsx(path, COLUMNS, rows, title="花名册", unit="清荷社区", day=dt.date(2022, 4, 15), total=("合计", 2, ""))
        == 2
    )
    assert CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python() == [
        ["花名册", "", ""],
        ["单位(盖章): 清荷社区          日期: 2022年4月15日", "", ""],
        ["序号", "姓名", "备注"],
        [1.0, "王建国", ""],
        [2.0, "李秀兰", 36.5],
        ["合计", 2.0, ""],
        ["填表人:                审核人:                联系电话:                填表时间:", "", ""],
    ]
    sheets.write_xlsx(tmp_path / "周.xlsx", COLUMNS, (), title="周", since=dt.date(2022, 4, 9), day=dt.date(2022, 4, 15))
    under = CalamineWorkbook.from_path(tmp_path / "周.xlsx").get_sheet_by_index(0).to_python()[1][0]
    assert under.endswith("日期: 2022年4月9日至2022年4月15日")
    with zipfile.ZipFile(path) as archive:
        assert b'orientation="landscape"' in archive.read("xl/worksheets/sheet1.xml")
        assert b"Print_Titles" in archive.read("xl/workbook.xml")


@pytest.mark.parametrize(
    ("widths", "keys", "expected"),
    [
        # 1045 pixels between the margins, at 70 % 1492: ten columns of 149 pixels (20.6 characters) fit, the eleventh does not.
        ([20.6] * 10, 2, (1, 0, ["$3:$3"], ["A1:J1", "A2:J2", "A4:J4"])),
        ([20.6] * 11, 2, (2, 0, ["$A:$B", "$3:$3"], ["C1:G1", "C2:G2", "C4:G4"])),
        # On each further page eight new ones stand beside the two. The title lies over the first page's own columns: a piece
        # of it over those that are repeated would stand on every page.
        ([20.6] * 18, 2, (2, 0, ["$A:$B", "$3:$3"], ["C1:J1", "C2:J2", "C4:J4"])),
        ([20.6] * 19, 2, (3, 0, ["$A:$B", "$3:$3"], ["C1:H1", "C2:H2", "C4:H4"])),
        ([20.6] * 18, 3, (3, 0, ["$A:$C", "$3:$3"], ["D1:H1", "D2:H2", "D4:H4"])),
        ([250, 250], 1, (2, 0, ["$A:$A", "$3:$3"], [])),
    ],
)
def test_a_wide_table_is_printed_on_as_many_pages_as_can_be_read(tmp_path, widths, keys, expected):
    columns = [Column(f"第{n}栏", width) for n, width in enumerate(widths)]
    sheets.write_xlsx(tmp_path / "表.xlsx", columns, (), title="表", keys=keys)
    assert printed(tmp_path / "表.xlsx") == expected


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("王建国", 6, 1),
        ("单元门口", 6.4, 2),
        ("2026-11-28 23:18", 11, 2),
        ("体温枪1把电量不足,已换电池", 12, 3),
        ("一\n二", 12, 2),
        ("字" * 9000, 12, 999),
    ],
)
def test_a_row_is_as_high_as_its_longest_text(tmp_path, text, width, lines):
    path = tmp_path / "表.xlsx"
    sheets.write_xlsx(path, [Column("号", 8), Column("备注", width)], [(1, text)], title="表")
    with zipfile.ZipFile(path) as archive:
        row = re.search(r'<row r="4"[^>]*>', archive.read("xl/worksheets/sheet1.xml").decode())[0]
    # Where one line does, the programme that opens the file may choose.
    assert re.findall(r'\bht="([\d.]+)"', row) == ([] if lines == 1 else [f"{min(lines * 13.5 + 1.5, 409.5):g}"])


def test_the_foot_of_each_page_says_of_which_sheet_it_is(tmp_path):
    path = tmp_path / "表.xlsx"
    sheets.write_xlsx(path, COLUMNS, (), title="A&B" + "长" * 300, unit="清荷社区", day=dt.date(2022, 4, 15))
    with zipfile.ZipFile(path) as archive:
        foot = html.unescape(re.search(r"<oddFooter>(.*)</oddFooter>", archive.read("xl/worksheets/sheet1.xml").decode())[1])
    assert (foot[:11], len(foot) < 255, foot[-20:]) == ("&L&8 A&&B长长", True, "长&C&P / &N&R&8 &D &T")
    sheets.write_xlsx(path, COLUMNS, (), title="花名册", unit="清荷社区", day=dt.date(2022, 4, 15))
    with zipfile.ZipFile(path) as archive:
        assert "&amp;8 花名册 清荷社区 2022年4月15日&amp;C" in archive.read("xl/worksheets/sheet1.xml").decode()


DANGER = ['=HYPERLINK("http://example.invalid")', "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "http://example.invalid", "{=1}"]


def test_nothing_typed_becomes_a_formula_or_a_link(tmp_path):
    path = tmp_path / "表.xlsx"
    sheets.write_xlsx(path, [Column("备注")], ([text] for text in DANGER))
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert (b"<f>" in sheet, b"hyperlink" in sheet) == (False, False)


def test_csv_values_do_nothing_when_excel_opens_them():
    text = b"".join(sheets.csv_chunks([Column("备注")], ([text] for text in DANGER))).decode("utf-8-sig")
    found = [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:]
    assert found == ["'" + text for text in DANGER[:6]] + DANGER[6:]


def test_csv_comes_in_pieces():
    assert len(list(sheets.csv_chunks([Column("号")], ([n] for n in range(1200))))) == 3


@given(st.text(max_size=50))
def test_every_text_can_be_written(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("texts") / "表.xlsx"
    sheets.write_xlsx(path, [Column("备注")], [[text]], title=text)
    list(sheets.csv_chunks([Column("备注")], [[text]]))
    assert read(path.read_bytes())


def test_a_folder_that_is_not_there_is_an_error_of_the_disk(tmp_path):
    with pytest.raises(FileNotFoundError):
        sheets.write_xlsx(tmp_path / "nowhere" / "a.xlsx", [Column("a")], [])

"""Headings are found by name, wherever they stand; what cannot be read is said."""

import io

import pytest

from portal.lib.headings import Column
from portal.lib.imports import Reader
from portal.lib.sheets import SheetError, cells
from tests.sheets import xlsx

COLUMNS = (
    Column("name", "姓名", required=True, parse=cells.person_name),
    Column("phone", "联系电话", ("手机",), required=True, parse=cells.mobile),
    Column("started", "报到时间", dated=True),
    Column("kind", "人员类别"),
)
GOOD = ["王建国", "19900000001", "3月26日", "居民"]


def reader(*sheets, **how) -> Reader:
    return Reader(io.BytesIO(xlsx(*sheets, **how)), COLUMNS, ["序号"])


def sentence(*sheets) -> str:
    with pytest.raises(SheetError) as refusal:
        reader(*sheets)
    return str(refusal.value)


@pytest.mark.parametrize(
    "headings",
    [
        ["姓名", "联系电话", "报到时间", "人员类别"],
        ["姓 名*", " 联系电话 ", "报到\n时间:", "人员类别(居民/访客)"],
        ["＊姓名", "手机", "报到时间（年月日）", "人员类别【必填】"],
    ],
)
def test_headings_are_known_however_they_are_decorated(headings):
    (line,) = reader([["花名册 2022年"], [], headings, GOOD]).lines()
    assert {key: str(value) for key, value in line.values.items()} == {
        "name": "王建国",
        "phone": "19900000001",
        "started": "2022-03-26",
        "kind": "居民",
    }


def test_headings_that_are_not_there_are_named():
    assert sentence([["甲", "乙"], ["1", "2"]]) == (
        "No row with headings was found in the first 30 rows. Needed are: 姓名, 联系电话."
    )
    assert sentence([["姓名", "报到时间", "人员类别"], GOOD]) == (
        "The table lacks these headings: 联系电话. Add the columns, or correct their headings in row 1."
    )


def test_a_doubled_heading_is_named_with_its_columns():
    assert sentence([["姓名", "联系电话", "手机", "人员类别"], GOOD]) == (
        "The heading 手机 stands twice, in the columns B and C. Keep one of them."
    )


def test_two_sheets_with_headings_are_too_many_and_others_are_left_out_aloud():
    table = [["姓名", "联系电话", "人员类别"], GOOD[:2]]
    assert sentence(table, table) == "The file has several sheets with these headings (表1, 表2). Send one sheet a file."
    assert reader([["说明"]], table).notices == ["Only the sheet 表2 was read, not 表1."]


def test_unknown_columns_are_named():
    assert reader([["序号", "姓名", "联系电话", "人员类别", "星座"], GOOD]).notices == [
        "These columns are unknown and were not read: 星座."
    ]


def test_a_day_without_a_year_takes_it_from_the_days_before():
    rows = [["姓名", "联系电话", "报到时间"], ["甲", "19900000001", "2021-12-30"], ["乙", "19900000002", "12月31日"]]
    *_, last = reader(rows).lines()
    assert (str(last.values["started"]), last.says) == ("2021-12-31", ["报到时间 “12月31日” is read as 2021-12-31."])


def test_a_hidden_row_is_read_and_said():
    (line,) = reader([["姓名", "联系电话", "报到时间"], GOOD[:2]], hidden_rows=[2]).lines()
    assert (line.does, line.says) == ("", ["The row is hidden in the file."])


def test_refused_rows_can_come_back_with_their_reasons():
    found = reader([["原因", "姓名", "联系电话", "报到时间"], ["", *GOOD[:3]]])
    assert found.notices == []


def test_what_was_typed_is_kept_for_the_way_back():
    (line,) = reader([["姓名", "联系电话", "报到时间"], ['=1&"x"', 19900000001, 44646]]).lines()
    assert (line.does, line.typed) == ("refuse", ['=1&"x"', "19900000001", "44646"])


def test_a_day_without_a_year_goes_back_with_the_year_it_was_read_in():
    rows = [["2022年下沉干部"], ["姓名", "联系电话", "报到时间"], ["甲", "1", "3月26日"]]
    found = reader(rows)
    assert ([line.typed for line in found.lines()], found.titles) == ([["甲", "1", "2022-03-26"]], ["2022年下沉干部"])


def test_what_needs_a_remark_gets_it_in_every_row_and_what_only_looks_alike_is_read_by_itself():
    columns = (*COLUMNS[:2], Column("dose", "剂次", parse=cells.whole(0, 9), soft=True))
    rows = [["姓名", "联系电话", "剂次"], *(["甲", "19900000001", dose] for dose in ("很多", "很多", 1.0, True, "1", ""))]
    found = list(Reader(io.BytesIO(xlsx(rows)), columns).lines())
    bad = ["剂次 “很多” is not a whole number from 0 to 9: left empty."]
    yes = ["剂次 “yes” is not a whole number from 0 to 9: left empty."]
    assert [line.says for line in found] == [bad, bad, [], yes, [], []]
    assert [line.values["dose"] for line in found] == [None, None, 1, None, 1, None]

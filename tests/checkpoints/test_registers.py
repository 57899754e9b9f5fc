"""Paper registers: each line becomes a passage once."""

import datetime as dt
import io
import os
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from checkpoints.models import Passage, Post
from checkpoints.services.registers import RegisterImporter
from portal.accounts.models import Event
from portal.lib.dates import moment
from portal.lib.imports import Line, Reader, process
from tests import factories
from tests.sheets import csv_text

HEADINGS = ["序号", "日期*", "时间*", "卡口", "进/出*", "姓名*", "联系电话*", "人员类别", "居住楼号房号", "到访住址"]
HEADINGS += ["体温(℃)*", "健康码", "是否佩戴口罩", "车牌号", "事由*", "查验结果", "备注"]
SHARED = os.environ.get("SHARED_DATA", "")
DAY = dt.date(2022, 4, 10)


def row(n: int = 1, **values) -> list:
    """A good row; keyword arguments replace cells by heading."""
    cells = [n, "2022-04-10", f"06:{n:02}:08", "东门", "出", "王婷婷", "19900006027", "居民", "14-1-201", "", "36.1"]
    cells += ["绿码", "是", "", "取快递", "放行", ""]
    for heading, value in values.items():
        cells[[h.rstrip("*").replace("/", "").split("(")[0] for h in HEADINGS].index(heading)] = value
    return cells


def register(cast, *rows: list, store: bool = False, file_name: str = "", compound=None) -> tuple[list[Line], list[str]]:
    importer = RegisterImporter(cast.qinghe, compound=compound, file_name=file_name, by=cast.worker)
    lines: list[Line] = []
    reader = Reader(io.BytesIO(csv_text([HEADINGS, *rows]).encode()), importer.columns, importer.ignored)
    summary = process(reader, importer, keep=lines.append, store=store)
    return lines, summary.notices


def said(cast, *rows: list) -> tuple[str, list[str]]:
    line = register(cast, *rows)[0][-1]
    return line.does, line.says


def test_a_line_becomes_a_passage_at_a_gate_that_is_set_up_if_need_be(cast):
    lines, notices = register(cast, row(1), row(2, 卡口="西门", 人员类别="快递", 查验结果="劝返"), store=True)

    assert [line.does for line in lines] == ["create", "create"]
    assert notices == ["荷风苑 had no post 东门; it was set up.", "荷风苑 had no post 西门; it was set up."]
    passage, turned_back = Passage.objects.order_by("happened_at")
    assert (passage.post.name, passage.post.compound, passage.happened_at) == (
        "东门",
        cast.hefengyuan,
        moment(DAY, dt.time(6, 1, 8)),
    )
    assert (passage.day, passage.hour, passage.direction, passage.temperature) == (DAY, 6, "out", Decimal("36.1"))
    assert (passage.written_home, passage.health_code, passage.mask, passage.source) == ("14-1-201", "green", True, "paper")
    assert (turned_back.person, turned_back.result, turned_back.result_note) == (
        "courier",
        "turned_back",
        "No reason on the paper register",
    )
    assert list(Event.objects.values_list("kind", flat=True).order_by("id")) == [
        "post.added",
        "post.added",
        "register.imported",
    ]


def test_the_same_file_again_adds_nothing(cast):
    rows = [row(1), row(2, 备注="=1+1")]
    register(cast, *rows, store=True)
    lines, notices = register(cast, *rows, row(3), store=True)
    assert ([line.does for line in lines], notices) == (["same", "same", "create"], [])
    assert (Passage.objects.count(), Post.objects.count()) == (3, 1)


def test_a_line_copied_twice_counts_once(cast):
    assert said(cast, row(1), [9, *row(1)[1:]]) == ("skip", ["The same as row 2: counted once."])


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"姓名": ""}, "姓名 is empty."),
        ({"日期": "2099-01-01"}, "2099-01-01 06:01 has not come yet."),
        ({"时间": "26:00"}, "时间 “26:00” is not a time; write it as 08:30."),
        ({"体温": "366"}, "体温(℃) “366” is not a temperature between 34.0 and 43.0."),
        ({"进出": "飞"}, "进/出 “飞” is none of 进, 入, 进入, 出, 外出."),
        ({"查验结果": "逮捕"}, "查验结果 “逮捕” is none of 放行, 劝返, 留置."),
        ({"卡口": ""}, "卡口 is empty, and 荷风苑 has several gates or none."),
    ],
)
def test_a_bad_line_is_refused_with_the_reason(cast, cells, sentence):
    assert said(cast, row(1, **cells)) == ("refuse", [sentence])


@pytest.mark.parametrize(
    ("cells", "stored", "sentences"),
    [
        (
            {"人员类别": "访客", "居住楼号房号": "金色家园9-1-701", "到访住址": "14-1-201"},
            ("14-1-201", "Lives at 金色家园9-1-701", "passed", ""),
            ["Two homes are written: logged for 14-1-201, the note says “Lives at 金色家园9-1-701”."],
        ),
        (
            {"人员类别": "访客", "居住楼号房号": "9-1-701", "到访住址": "14-1-201", "备注": "长" * 110},
            ("14-1-201", "长" * 110, "passed", ""),
            ["“Lives at 9-1-701” finds no room in the note: not stored."],
        ),
        (
            {"居住楼号房号": "17号楼3单元702", "到访住址": "超市", "备注": "买菜"},
            ("17-3-702", "买菜; Goes to 超市", "passed", ""),
            ["Two homes are written: logged for 17号楼3单元702, the note says “Goes to 超市”."],
        ),
        (
            {"体温": "38.2", "健康码": "红码", "查验结果": ""},
            ("14-1-201", "", "held", ""),
            ["查验结果 is empty and 38.2 ℃ is a fever: taken as held (留置)."],
        ),
        (
            {"体温": "38.2"},
            ("14-1-201", "", "passed", ""),
            ["Let through (放行) with 38.2 ℃, a fever: stored as written, please check."],
        ),
        (
            {"健康码": "红码", "查验结果": ""},
            ("14-1-201", "", "passed", ""),
            ["Let through with a red code: please check 查验结果."],
        ),
        ({"车牌号": "鄂a·12345"}, ("14-1-201", "", "passed", "鄂A12345"), []),
        ({"车牌号": "三轮"}, ("14-1-201", "", "passed", "三轮"), ["车牌号 “三轮” is no plate: kept as written."]),
    ],
)
def test_a_line_is_read_as_the_gate_reads_it_and_what_is_read_otherwise_is_said(cast, cells, stored, sentences):
    assert said(cast, row(1, **cells)) == ("create", sentences)
    register(cast, row(1, **cells), store=True)

    passage = Passage.objects.get()
    assert (passage.written_home, passage.result_note, passage.result, passage.plate_no) == stored


def test_with_one_gate_an_empty_cell_means_that_gate(cast):
    post = factories.PostFactory(compound=cast.hefengyuan)
    register(cast, row(1, 卡口=""), store=True)
    assert Passage.objects.get().post == post


def test_of_several_compounds_the_file_or_the_reader_says_which(cast):
    other = factories.CompoundFactory(community=cast.qinghe, name="春分里")
    unclear = ["It is not clear to which compound this register belongs. Choose the compound and send it once more."]
    assert said(cast, row(1)) == ("refuse", unclear)

    register(cast, row(1), file_name="passages_hefengyuan_2022-04-10.xlsx", store=True)
    register(cast, row(2), compound=other, store=True)
    assert list(Passage.objects.order_by("happened_at").values_list("post__compound__name", flat=True)) == ["荷风苑", "春分里"]


def test_a_gate_of_another_community_is_not_taken(cast):
    factories.PostFactory(compound=cast.yushu_rental, name="东门")
    register(cast, row(1), store=True)
    assert Passage.objects.get().post.compound == cast.hefengyuan


def test_the_command_needs_a_community(cast, tmp_path):
    with pytest.raises(CommandError):
        call_command("import_passages", str(tmp_path / "x.csv"))
    with pytest.raises(CommandError):
        call_command("import_passages", str(tmp_path / "x.csv"), community="清荷社区")


def test_the_command_writes_in_the_name_of_the_secretary(cast, tmp_path):
    path = tmp_path / "register.csv"
    path.write_text(csv_text([HEADINGS, row(1)]))
    call_command("import_passages", str(path), community="清荷社区", apply=True)
    assert Passage.objects.get().logged_by == cast.secretary


@pytest.mark.skipif(not SHARED, reason="SHARED_DATA names no folder with the registers of the field")
def test_the_register_of_the_field_is_stored_whole(cast):
    path = Path(SHARED) / "passages_hefengyuan_2022-04-10.xlsx"
    for counts in ((1840, 0), (0, 1840)):
        importer = RegisterImporter(cast.qinghe, file_name=path.name, by=cast.worker)
        with path.open("rb") as file:
            summary = process(Reader(file, importer.columns, importer.ignored), importer, keep=lambda line: None, store=True)
        assert (summary.counts["create"], summary.counts["same"]) == counts
    assert Passage.objects.filter(post__name="东门").count() == 1252
    assert Passage.objects.filter(result="turned_back").count() == 77


def home_in(cast, room: str, *names: str):
    house, _ = cast.hefengyuan.buildings.get_or_create(number="14", defaults={"floors": 7})
    door, _ = house.entrances.get_or_create(number="1")
    home = factories.DwellingFactory(entrance=door, floor=2, room_no=room)
    for name in names:
        factories.ResidentFactory(dwelling=home, name=name)
    return home


def test_paper_is_linked_to_homes_and_people_as_the_gate_is(cast):
    home = home_in(cast, "201", "王婷婷", "李强")
    twins = home_in(cast, "202", "张伟", "张伟")
    rows = [
        row(1), row(2, 姓名="赵六"), row(3, 居住楼号房号="14号楼1单元202", 姓名="张伟"), row(4, 居住楼号房号="99-1-201"),
        row(5, 人员类别="快递", 姓名="王婷婷"), row(6, 居住楼号房号="大门口"),
    ]  # fmt: skip
    register(cast, *rows, store=True)

    assert [(p.dwelling, p.resident and p.resident.name) for p in Passage.objects.order_by("happened_at")] == [
        (home, "王婷婷"), (home, None), (twins, None), (None, None), (home, None), (None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "linked"),
    [
        ("荷风苑", True),
        ("荷风苑小区", True),
        (" 荷 风 苑 ", True),
        ("小区", True),
        ("金色家园", False),
        ("春分里", False),
        ("荷风", False),
    ],
)
def test_a_home_with_the_name_of_another_place_is_not_meant(cast, words, linked):
    home = home_in(cast, "201", "王婷婷")
    register(cast, row(1, 居住楼号房号=f"{words}14-1-201"), store=True, compound=cast.hefengyuan)

    passage = Passage.objects.get()
    assert passage.written_home == f"{words}14-1-201".strip()
    assert (passage.dwelling, passage.resident is not None) == (home if linked else None, linked)


def test_homes_of_another_compound_of_the_same_number_are_not_meant(cast):
    other = factories.CompoundFactory(community=cast.qinghe)
    house = factories.BuildingFactory(compound=other, number="14")
    factories.DwellingFactory(entrance=factories.EntranceFactory(building=house, number="1"), room_no="201")
    register(cast, row(1), store=True, compound=cast.hefengyuan)

    assert Passage.objects.get().dwelling is None

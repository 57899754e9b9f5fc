"""Base lists: every row is explained, all is written or nothing, the same file twice changes nothing."""

import datetime as dt
import io
import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from portal.accounts.models import Event
from portal.jobs import services
from portal.jobs.models import Job
from portal.lib import imports
from portal.lib.id_numbers import check_digit
from portal.lib.imports import Line, Reader, process
from portal.lib.sheets import write_xlsx
from portal.lib.sheets.writing import shown
from residents.models import Building, Compound, Dwelling, Grid, Resident, ResidentChange
from residents.services import household_export, household_list, moves
from residents.services.household_import import HouseholdImporter
from residents.services.household_sheet import SHEET
from tests import factories
from tests.sheets import upload, xlsx

SHARED = os.environ.get("SHARED_DATA", "")


def number(born: str, serial: int) -> str:
    first = f"990101{born}{serial:03}"
    return first + check_digit(first)


def row(name: str = "王建国", **values) -> list:
    """A man of 1970, head of 1-1-702; keyword arguments replace cells by heading."""
    cells = dict.fromkeys(SHEET, "") | {
        "小区": "荷风苑",
        "楼栋": 1,
        "单元": 1,
        "楼层": 7,
        "房号": "702",
        "户主姓名": "王建国",
        "与户主关系": "本人",
        "姓名": name,
        "性别": "男",
        "证件类型": "居民身份证",
        "证件号码": number("19700203", 11),
        "出生日期": "1970-02-03",
        "联系电话": "19900000001",
        "人员类别": "常住",
        "是否在住": "是",
        "是否使用智能手机": "是",
    }
    return list((cells | values).values())


WIFE = {"与户主关系": "配偶", "性别": "女", "证件号码": number("19720203", 22), "出生日期": "1972-02-03"}


def sheet(*rows: list) -> bytes:
    return xlsx([SHEET, *rows])


def imported(cast, *rows: list, store: bool = True, gone: bool = False) -> list[Line]:
    importer = HouseholdImporter(cast.qinghe, gone=gone, by=cast.secretary)
    lines: list[Line] = []
    reader = Reader(io.BytesIO(sheet(*rows)), importer.columns, importer.ignored)
    process(reader, importer, keep=lines.append, store=store)
    return lines


def does(lines: list[Line]) -> list[str]:
    return [line.does for line in lines]


def said(cast, *rows: list) -> tuple[str, list[str]]:
    """What becomes of the last row of the file, and why."""
    line = [line for line in imported(cast, *rows) if line.number][-1]
    return line.does, line.says


def test_a_list_creates_the_places_and_people_it_names(cast):
    importer = HouseholdImporter(cast.qinghe, by=cast.secretary)
    rows = sheet(
        row(网格="第1网格", 特殊群体类别="透析;独居老人"),
        row("李梅", **WIFE),
        row("陈一", 小区="春分里", 楼层=11, 房号="1101", 证件号码=""),
    )
    process(Reader(io.BytesIO(rows), importer.columns, importer.ignored), importer, keep=print, store=True)

    assert importer.notices(written=True) == [
        "The compound 春分里 is new: created.",
        "Created: homes 2, entrances 2, buildings 2.",
        "1 of them is high and taken to have a lift, which no list says: put it right at the building.",
    ]
    person = Resident.objects.get(name="王建国")
    assert (str(person.dwelling), person.dwelling.floor, person.relation) == ("1-1-702", 7, "head")
    assert (person.sex, person.born_on, person.initials) == ("male", dt.date(1970, 2, 3), " wjg yjg")
    assert {profile.category.code for profile in person.care.all()} == {"dialysis", "living_alone"}
    assert person.dwelling.entrance.building.grid == Grid.objects.get(name="第1网格")
    built = Building.objects.order_by("id").values_list("compound__name", "floors", "has_lift")
    assert list(built) == [("荷风苑", 7, False), ("春分里", 11, True)]
    assert Event.objects.get(kind="resident.imported").after == {"rows": 3}


def test_a_preview_writes_nothing(cast):
    assert does(imported(cast, row(), store=False)) == ["create"]
    assert (Resident.objects.count(), Dwelling.objects.count(), Compound.objects.count()) == (0, 0, 2)


def test_the_same_file_again_changes_nothing(cast):
    rows = (
        row(特殊群体类别="透析", 网格="第1网格"),
        row("李梅", **WIFE),
        row("王小宝", 与户主关系="子女", 证件号码="", 联系电话=""),
    )
    imported(cast, *rows)
    events = Event.objects.count()

    assert does(imported(cast, *rows)) == ["same"] * 3
    assert Event.objects.count() == events


def test_a_changed_file_shows_exactly_the_difference(cast):
    imported(cast, row(), row("李梅", **WIFE))

    lines = imported(cast, row(联系电话="19900000009", 是否在住="否"), row("李梅", **WIFE, 特殊群体类别="孕产妇"))

    assert [line.changes for line in lines] == [
        [("phone", "199****0001", "199****0009"), ("lives here now", "yes", "no")],
        [("special care", "—", "孕产妇")],
    ]
    assert Event.objects.get(kind="resident.changed").after == {"phone": "199****0009", "lives_in": False}


def test_an_empty_cell_forgets_nothing(cast):
    imported(cast, row(备注="腿脚不便", 疫苗接种剂次=3))

    assert does(imported(cast, row(联系电话="", 出生日期="", 证件号码="", 楼层=""))) == ["same"]


def test_who_has_no_number_is_known_by_home_and_name(cast):
    imported(cast, row(证件号码=""))

    (line,) = imported(cast, row())

    assert [change[0] for change in line.changes] == ["ID number"]
    assert Resident.objects.get().id_number == number("19700203", 11)


def test_two_of_one_name_in_a_home_are_two_by_their_numbers(cast):
    rows = row(), row(**WIFE | {"性别": "女"})

    assert does(imported(cast, *rows)) == ["create", "create"]
    assert does(imported(cast, *rows)) == ["same", "same"]


@pytest.fixture
def small_bites(monkeypatch):
    """Rows are decided about a home at a time, as those of a long list are a few hundred at a time."""
    monkeypatch.setattr(imports, "CHUNK", 1)


@pytest.mark.usefixtures("small_bites")
def test_a_head_who_moved_to_a_new_home_makes_room_for_the_one_a_later_row_names(cast):
    imported(cast, row())
    other = row("陈一", 房号="101", 证件号码="")
    head = row("李梅", **WIFE | {"房号": "801", "与户主关系": "本人"})

    lines = imported(cast, row(房号="801", 与户主关系=""), other, head)

    assert does(lines)[:3] == ["change", "create", "create"]
    assert dict(Resident.objects.values_list("name", "relation")) == {"王建国": "other", "陈一": "head", "李梅": "head"}


def test_many_people_known_by_number_elsewhere_cost_what_one_costs(cast, queries):
    ids = [number("19700203", n) for n in (11, 33, 55)]
    imported(cast, row("李梅", **WIFE), *(row(f"陈{n}", 房号=f"{n}01", 证件号码=ids[n]) for n in range(3)))
    rows = [row(f"陈{n}", 房号="901", 证件号码=ids[n], 与户主关系="其他") for n in range(3)]
    with queries() as one:
        imported(cast, rows[0], store=False)
    with queries() as three:
        assert does(imported(cast, *rows, store=False)) == [*["change"] * 3, "missing"]

    assert len(three) == len(one)


def test_a_person_in_another_home_has_moved(cast):
    imported(cast, row())

    (line,) = imported(cast, row(房号="301", 楼层=3))

    assert ("home", "1-1-702", "1-1-301") in line.changes
    assert str(Resident.objects.get().dwelling) == "1-1-301"
    change = ResidentChange.objects.get()
    assert (change.kind, change.from_area, change.on) == ("moved_within", "1-1-702", timezone.localdate())


def test_heads_who_change_places(cast):
    imported(cast, row(), row("李梅", **WIFE))

    imported(cast, row(与户主关系="配偶"), row("李梅", **WIFE | {"与户主关系": "本人"}))

    assert dict(Resident.objects.values_list("name", "relation")) == {"王建国": "spouse", "李梅": "head"}


def test_who_is_missing_is_told_and_leaves_only_when_asked(cast):
    imported(cast, row(), row("李梅", **WIFE))

    lines = imported(cast, row())
    assert [(line.does, line.title) for line in lines] == [("same", "1-1-702 · 王建国"), ("missing", "1-1-702 · 李梅")]
    assert Resident.objects.registered().count() == 2

    assert does(imported(cast, row(), gone=True)) == ["same", "gone"]
    gone = Resident.objects.get(name="李梅")
    assert (gone.left_on, gone.changes.get().kind) == (timezone.localdate(), "moved_out")
    assert does(imported(cast, row(), gone=True)) == ["same"]


def test_nobody_in_quarantine_leaves_with_a_list(cast):
    imported(cast, row(), row("李梅", **WIFE))
    factories.QuarantineCaseFactory(resident=Resident.objects.get(name="李梅"))

    assert does(imported(cast, row(), gone=True)) == ["same", "missing"]
    assert Resident.objects.get(name="李梅").left_on is None


def test_nobody_leaves_whose_row_was_refused(cast):
    imported(cast, row(), row("李梅", **WIFE), row("陈一", 房号="101", 证件号码=""))

    bad = row(证件号码="99010119700203011"), row("陈一", 房号="", 证件号码="")
    lines = imported(cast, *bad, row("张三", 房号="102", 证件号码=""), gone=True)

    assert does(lines) == ["refuse", "refuse", "create", "missing", "missing", "missing"]


def test_people_of_other_compounds_are_not_missing(cast):
    imported(cast, row(小区="春分里"))

    assert does(imported(cast, row("李梅", **WIFE), gone=True)) == ["create"]


def test_who_left_is_taken_up_again(cast):
    imported(cast, row())
    moves.leave(resident_id=Resident.objects.get().pk, kind=ResidentChange.Kind.MOVED_OUT, by=cast.secretary)

    does_, says = said(cast, row())

    assert (does_, says) == ("change", [f"Had left on {timezone.localdate()}; is taken up again."])
    assert Resident.objects.registered().count() == 1


def test_the_dead_are_not_taken_up(cast):
    imported(cast, row())
    moves.leave(resident_id=Resident.objects.get().pk, kind=ResidentChange.Kind.DIED, by=cast.secretary)

    assert said(cast, row())[0] == "refuse"


@pytest.mark.parametrize(
    ("values", "answer", "reason"),
    [
        ({"证件号码": "990101197002030111"}, "refuse", "wrong check digit"),
        ({"证件号码": 990101197002030000.0}, "refuse", "Excel rounds it"),
        ({"证件号码": number("20350203", 11)}, "refuse", "The birthday in the ID number lies in the future."),
        ({"出生日期": "1970-03-03"}, "create", "disagree: 1970-02-03 is taken from the number"),
        ({"性别": "女"}, "create", "disagree: male is taken from the number"),
        ({"证件号码": "", "出生日期": "2999-01-01"}, "create", "lies in the future: left empty"),
        ({"证件号码": "", "出生日期": "2001-02-29"}, "create", "is a day that does not exist: left empty"),
        ({"证件号码": "", "出生日期": "1700-01-01"}, "create", "lies more than 130 years back"),
        ({"楼层": 0}, "create", "There is no floor 0: 7 is taken from the room."),
        ({"楼层": "七"}, "create", "is not a floor: left empty"),
        ({"单元": ""}, "create", "No entrance is given: the home stands under entrance 0."),
        ({"联系电话": "电话"}, "create", "is not a phone number: left empty"),
        ({"特殊群体类别": "透析;外星人"}, "create", "“外星人” is unknown: left out"),
        ({"与户主关系": "邻居"}, "create", "is none of"),
        ({"姓名": "王" * 41}, "refuse", "longer than 40 characters"),
        ({"姓名": ""}, "refuse", "姓名 is empty"),
        ({"姓名": "阿卜杜拉•买买提"}, "create", "is read as 阿卜杜拉·买买提"),
        ({"房号": "七" * 13}, "refuse", "longer than 12 characters"),
        ({"房号": ""}, "refuse", "房号 is empty"),
        ({"证件类型": "无"}, "create", "the number is kept"),
        ({"证件类型": "居民身份证", "证件号码": "E12345678"}, "refuse", "is no ID number"),
    ],
)
def test_a_bad_cell_is_explained_and_stops_no_other_row(cast, values, answer, reason):
    lines = imported(cast, row("陈一", 房号="101", 证件号码=""), row(**values))

    assert does(lines) == ["create", answer]
    assert reason in " ".join(lines[1].says)


@pytest.mark.parametrize(
    ("values", "home", "floor"),
    [
        ({"房号": "702甲", "楼层": ""}, "1-1-702甲", 7),
        ({"房号": "地下室", "楼层": ""}, "1-1-地下室", -1),
        ({"楼栋": "17号楼", "单元": "3单元", "房号": "702室", "楼层": "7楼"}, "17-3-702", 7),
        ({"楼栋": "A座", "单元": "", "房号": 1203.0, "楼层": ""}, "A-0-1203", 12),
        ({"楼栋": "１７栋", "房号": "B101", "楼层": "B1"}, "17-1-B101", -1),
        ({"楼层": 0, "房号": "门面"}, "1-1-门面", 0),
    ],
)
def test_homes_of_every_kind(cast, values, home, floor):
    imported(cast, row(**values))

    dwelling = Dwelling.objects.select_related("entrance__building").get()
    assert (str(dwelling), dwelling.floor) == (home, floor)


def test_29_february_and_40_characters_are_fine(cast):
    long = "古丽" * 20

    assert said(cast, row(long, 户主姓名=long, 证件号码=number("20000229", 11), 出生日期="2000-02-29")) == ("create", [])
    assert Resident.objects.get().born_on == dt.date(2000, 2, 29)


def test_of_two_heads_the_second_is_one_of_the_others(cast):
    rows = row(), row("李梅", **WIFE | {"与户主关系": "本人"})

    does_, says = said(cast, *rows)

    assert (does_, says[0]) == ("create", "The home has its head in row 2 already: kept as one of the others.")
    assert does(imported(cast, *rows)) == ["same", "same"]


def test_one_number_in_two_homes_is_refused_the_second_time(cast):
    assert said(cast, row(), row(房号="101", 楼层=1)) == (
        "refuse",
        ["This ID number stands already in row 2, in the home 1-1-702. Keep the right one."],
    )


def test_the_same_row_twice_counts_once(cast):
    assert does(imported(cast, row(), row(), row(备注="另一行"))) == ["create", "skip", "refuse"]


def test_a_child_is_younger_than_the_parent(cast):
    child = row("王小宝", 与户主关系="子女", 证件号码="", 出生日期="1960-01-01")

    assert said(cast, row(), child)[1] == ["Older than the parent in this home. Please check relation and birthday."]


YOUNGER = "Not at least 10 years younger than the mother in this home. Please check relation and birthday."
NEAR = "A child in this home is not at least 10 years younger than its mother. Please check relation and birthday."


def kin(name: str, relation: str, born: str, sex: str = "男") -> list:
    return row(name, 与户主关系=relation, 性别=sex, 证件号码="", 出生日期=born)


MOTHER = kin("李梅", "配偶", "1972-02-29", "女")


@pytest.mark.parametrize("relation", ["子女", "儿子", "女"])
@pytest.mark.parametrize(("born", "says"), [("1971-01-01", True), ("1982-02-28", True), ("1982-03-01", False)])
def test_a_child_is_ten_years_younger_than_the_wife_of_the_head(cast, relation, born, says):
    child = kin("王小宝", relation, born)

    assert said(cast, row(), MOTHER, child) == ("create", [YOUNGER] if says else [])
    assert said(cast, row(), child, MOTHER)[1] == ([NEAR] if says else [])


def test_a_woman_at_the_head_is_the_mother_and_is_told_once(cast):
    head = kin("李梅", "本人", "1972-02-03", "女")
    head[SHEET.index("户主姓名")] = "李梅"

    assert said(cast, head, kin("王小宝", "子女", "1980-01-01"))[1] == [YOUNGER]
    assert said(cast, kin("王小宝", "子女", "1980-01-01"), head)[1] == [NEAR]
    assert said(cast, head, kin("王小宝", "子女", "1960-01-01"))[1] == [
        "Older than the parent in this home. Please check relation and birthday."
    ]


def test_the_head_is_ten_years_younger_than_the_own_mother(cast):
    mother = kin("赵秀兰", "母亲", "1965-01-01", "女")

    assert said(cast, mother, row())[1] == [YOUNGER]
    assert said(cast, row(), mother)[1] == [NEAR]


@pytest.mark.parametrize(
    "other",
    [
        kin("李刚", "配偶", "1979-02-03"),
        kin("赵大山", "父亲", "1965-01-01"),
        kin("李梅", "其他", "1979-02-03", "女"),
        kin("李梅", "配偶", "", "女"),
    ],
)
def test_only_a_mother_with_a_birthday_is_measured(cast, other):
    child = kin("王小宝", "子女", "1985-01-01")

    assert said(cast, row(), other, child)[1] == said(cast, row(), child, other)[1] == []


def test_a_mother_of_another_home_is_nobodys_mother_here(cast):
    child = kin("王小宝", "子女", "1980-01-01")
    child[SHEET.index("房号")] = "701"

    assert said(cast, row(), MOTHER, child)[1] == []


def test_a_list_of_many_costs_as_many_statements_as_one_of_few(cast, queries):
    def homes(count: int, building: int) -> list[list]:
        return [row(f"居民{n}", 楼栋=building, 房号=str(n), 证件号码="", 特殊群体类别="透析") for n in range(101, 101 + count)]

    imported(cast, row(特殊群体类别="透析"))
    with queries() as few:
        imported(cast, *homes(3, 2))
    with queries() as many:
        imported(cast, *homes(30, 3))

    assert len(many) == len(few)


def test_what_was_exported_is_read_as_no_change(cast, tmp_path):
    rows = [
        row(网格="第1网格", 特殊群体类别="独居老人;透析", 疫苗接种剂次=3, 备注="+1 <b>"),
        row("李梅", **WIFE, 是否在住="否"),
        row("阿卜杜拉·买买提", 楼栋="A座", 单元="", 房号="地下室", 证件类型="护照", 证件号码="E12345678", 出生日期=""),
    ]
    imported(cast, *rows)
    dwellings = household_list.chosen(cast.qinghe, {})
    write_xlsx(tmp_path / "out.xlsx", household_export.COLUMNS, household_export.rows(dwellings), notes=True)

    importer = HouseholdImporter(cast.qinghe, gone=True, by=cast.secretary)
    lines: list[Line] = []
    with (tmp_path / "out.xlsx").open("rb") as file:
        process(Reader(file, importer.columns, importer.ignored), importer, keep=lines.append)

    assert does(lines) == ["skip", "same", "same", "same"]


def test_the_job_previews_without_writing_and_applies_what_it_showed(cast):
    job = services.ask(kind="import_residents", community=cast.qinghe, upload=upload(sheet(row())), by=cast.secretary)
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.outcome["counts"]["create"], Resident.objects.count()) == (Job.State.PREVIEWED, 1, 0)

    services.apply(job_id=job.pk, by=cast.secretary)
    services.run(job.pk)

    job.refresh_from_db()
    assert (job.state, Resident.objects.count()) == (Job.State.DONE, 1)


def test_the_command_needs_a_community_and_writes_only_when_told(cast, tmp_path, capsys):
    path = tmp_path / "list.xlsx"
    path.write_bytes(sheet(row()))

    with pytest.raises(CommandError):
        call_command("import_residents", path)
    call_command("import_residents", path, "--community", "清荷社区")
    assert Resident.objects.count() == 0
    call_command("import_residents", path, "--community", "清荷社区", "--apply")
    assert Resident.objects.count() == 1
    assert "1 to create" in capsys.readouterr().out


@pytest.mark.skipif(not SHARED, reason="SHARED_DATA names no folder with the lists of the field")
def test_a_list_of_the_field_comes_back_row_by_row(cast):
    file = Path(SHARED) / "residents_shiqiaoli.xlsx"
    importer = HouseholdImporter(cast.qinghe, by=cast.secretary)
    typed: list[list[str]] = []
    with file.open("rb") as opened:
        reader = Reader(opened, importer.columns, importer.ignored)
        process(reader, importer, keep=lambda line: typed.append(line.typed), store=True)

    dwellings = household_list.chosen(cast.qinghe, {})
    rows = [[shown(cell) for cell in found] for found in household_export.rows(dwellings)]
    age = SHEET.index("年龄")

    assert [r[:age] + r[age + 1 :] for r in rows] == [r[:age] + r[age + 1 :] for r in typed[1:]]

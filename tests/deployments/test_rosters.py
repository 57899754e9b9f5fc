"""Rosters: every row is explained, all is written or nothing, the same file twice changes nothing."""

import datetime as dt
import io
import os
from pathlib import Path

import pytest
from django.core.management import call_command

from deployments.models import Cadre, Secondment, SendingUnit
from deployments.services.rosters import RosterImporter
from portal.accounts.models import Event
from portal.jobs import services
from portal.jobs.models import Job
from portal.lib import imports
from portal.lib.imports import Line, Reader, process
from residents.models import Community
from tests import factories
from tests.sheets import csv_text, id_number, upload, xlsx

HEADINGS = [
    "序号",
    "姓 名",
    "性别",
    "联系电话",
    "派出单位",
    "职务",
    "下沉社区",
    "下沉小区",
    "报到时间",
    "计划结束时间",
    "身份证号",
    "备注",
]
TITLES = [["XX区下沉干部花名册(第二批)"], ["填报单位:区税务局", "", "", "", "填报日期:2022年3月25日"]]
SHARED = os.environ.get("SHARED_DATA", "")


def row(n: int = 1, **values) -> list:
    """A good row; keyword arguments replace cells by heading."""
    cells = [
        n,
        f"干部{chr(0x4E00 + n)}",
        "男",
        f"1990001{n:04}",
        "区税务局",
        "科员",
        "清荷社区",
        "荷风苑",
        "2022-03-26",
        "2022.4.20",
        id_number(n),
        "",
    ]
    for heading, value in values.items():
        cells[[h.replace(" ", "") for h in HEADINGS].index(heading)] = value
    return cells


def sheet(*rows: list) -> bytes:
    return xlsx([*TITLES, HEADINGS, *rows])


def roster(cast, data: bytes, *, store: bool = False, by=None) -> tuple[list[Line], RosterImporter]:
    importer = RosterImporter(Community.objects.filter(pk=cast.qinghe.pk), by=by or cast.secretary)
    lines: list[Line] = []
    process(Reader(io.BytesIO(data), importer.columns, importer.ignored), importer, keep=lines.append, store=store)
    return lines, importer


def said(cast, *rows: list) -> tuple[str, list[str]]:
    """What becomes of the last row, and why."""
    line = roster(cast, sheet(*rows))[0][-1]
    return line.does, line.says


def test_a_good_roster_creates_people_units_and_secondments(cast):
    lines, importer = roster(cast, sheet(row(1), row(2, 派出单位="新单位")), store=True)

    assert [line.does for line in lines] == ["create", "create"]
    # Said once, whatever the number of rows.
    assert importer.notices(written=True) == [
        "The sending unit 新单位 is new: created.",
        "Last days are over already (row 4: 2022-04-20): no shift can be given to these people. Check the year.",
    ]
    cadre = Cadre.objects.get(phone="19900010001")
    assert (cadre.id_number, cadre.unit, cadre.position) == (id_number(1), cast.unit, "科员")
    secondment = cadre.secondments.get()
    assert (secondment.community, secondment.compound, secondment.state) == (cast.qinghe, cast.hefengyuan, "approved")
    assert (secondment.starts_on, secondment.ends_on) == (dt.date(2022, 3, 26), dt.date(2022, 4, 20))
    kinds = Event.objects.filter(by=cast.secretary).values_list("kind", "community").order_by("id")
    assert list(kinds) == [
        ("unit.created", None),
        *[("cadre.created", cast.qinghe.pk)] * 2,
        *[("secondment.approved", cast.qinghe.pk)] * 2,
    ]


def test_the_trail_masks_what_is_personal(cast):
    roster(cast, sheet(row(1)), store=True)
    after = Event.objects.get(kind="cadre.created").after
    assert (after["phone"], after["id_number"][2:-3]) == ("199****0001", "*" * 13)


def test_the_same_file_again_changes_nothing(cast):
    rows = [row(1), row(2, 派出单位="新单位", 备注="=1+1 <script>"), row(3, 身份证号="")]
    data = csv_text([HEADINGS, *rows]).encode()
    roster(cast, data, store=True)
    counts = [model.objects.count() for model in (Cadre, Secondment, SendingUnit, Event)]

    lines, _importer = roster(cast, data, store=True)
    assert [(line.does, line.changes) for line in lines] == [("same", [])] * 3
    assert [model.objects.count() for model in (Cadre, Secondment, SendingUnit, Event)] == counts


def test_a_changed_row_shows_before_and_after_and_is_written(cast):
    roster(cast, sheet(row(1)), store=True)
    lines, _importer = roster(cast, sheet(row(1, 职务="科长", 计划结束时间="2022-05-01", 联系电话="19900019999")), store=True)

    assert (lines[0].does, lines[0].changes) == (
        "change",
        [
            ("ends on", "2022-04-20", "2022-05-01"),
            ("position", "科员", "科长"),
            ("mobile number", "199****0001", "199****9999"),
        ],
    )
    cadre = Cadre.objects.get(phone="19900019999")
    assert (cadre.position, cadre.secondments.get().ends_on) == ("科长", dt.date(2022, 5, 1))


def test_an_empty_cell_forgets_nothing(cast):
    roster(cast, sheet(row(1)), store=True)
    lines, _importer = roster(cast, sheet(row(1, 职务="", 身份证号="", 计划结束时间="")), store=True)
    assert lines[0].does == "same"


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"姓名": ""}, "姓名 is empty."),
        ({"姓名": '=HYPERLINK("http://example.invalid","点我")'}, "姓名 holds a formula. Type the value itself."),
        ({"派出单位": ""}, "派出单位 is empty."),
        ({"联系电话": "1990000"}, "联系电话 “1990000” has 7 digits; a mobile number has 11."),
        (
            {"身份证号": "990101198705246461"},
            "身份证号 “99*************461” has a wrong check digit: at least one digit is mistyped.",
        ),
        (
            {"身份证号": 3.3e17},
            "身份证号 “3.**+17” was typed as a number, and Excel rounds it after 15 digits; "
            "format the column as text, type it again.",
        ),
        ({"下沉小区": "荷风宛"}, "清荷社区 has no compound 荷风宛. Is 荷风苑 meant?"),
        ({"计划结束时间": "2022-03-01"}, "The end (2022-03-01) lies before the start (2022-03-26)."),
        ({"报到时间": "2022-02-30"}, "报到时间 “2022-02-30” is a day that does not exist."),
        ({"下沉社区": "榆树社区"}, "You cannot take people up for 榆树社区 here."),
        ({"下沉社区": "没有的地方"}, "You cannot take people up for 没有的地方 here."),
        ({"职务": "长" * 61}, f"职务/职级 “{'长' * 30}” is longer than 60 characters."),
    ],
)
def test_a_bad_row_is_refused_with_the_reason(cast, cells, sentence):
    assert said(cast, row(1, **cells)) == ("refuse", [sentence])


def test_all_that_is_wrong_with_a_row_is_said_at_once(cast):
    does, reasons = said(cast, row(1, 姓名="", 联系电话="12", 报到时间=""))
    assert (does, reasons) == (
        "refuse",
        ["姓名 is empty.", "联系电话 “12” has 2 digits; a mobile number has 11.", "报到时间 is empty."],
    )


@pytest.mark.parametrize(
    ("cells", "sentences"),
    [
        ({"姓名": "邓 桂英"}, ["姓名 “邓 桂英” is read as 邓桂英."]),
        ({"报到时间": "3月26日"}, ["报到时间 “3月26日” is read as 2022-03-26."]),
        ({"报到时间": 44646}, ["报到时间 “44646” is read as 2022-03-26."]),
        ({"联系电话": 19900010001}, []),
        ({"联系电话": "１９９０００１０００１"}, []),
        ({"下沉小区": "夜间巡逻"}, ["“夜间巡逻” is no compound of the community: kept as the duty."]),
        ({"下沉小区": "荷风苑 东门"}, []),
        ({"性别": "雌"}, ["性别 “雌” is none of 男, 女: left empty."]),
        ({"备注": "<script>alert(1)</script>"}, []),
        ({"下沉社区": "清荷"}, []),
    ],
)
def test_what_can_be_understood_is_taken_and_said(cast, cells, sentences):
    assert said(cast, row(1, **cells)) == ("create", sentences)


def said_of(cast, *rows: dict) -> list[list[str]]:
    """What is said of rows that have other columns as well."""
    more = list(dict.fromkeys(name for cells in rows for name in cells if name not in HEADINGS))
    lines = [[*row(n), *(cells.get(name, "") for name in more)] for n, cells in enumerate(rows, 1)]
    return [line.says for line in roster(cast, xlsx([*TITLES, [*HEADINGS, *more], *lines]), store=True)[0]]


def test_a_home_community_that_is_not_found_is_said(cast):
    name = "居住社区 “%s”: the district has no community of this name: left empty."
    assert said_of(cast, {"居住社区": "清荷社区"}, {"居住社区": "清河社区"}) == [[], [name % "清河社区"]]
    assert Cadre.objects.get(phone="19900010001").home_community == cast.qinghe


def test_an_age_without_a_birthday_is_said(cast):
    lines = [[*HEADINGS, "年龄"], [*row(1), 45], [*row(2, 身份证号=""), 45]]
    assert [line.says for line in roster(cast, xlsx(lines))[0]] == [
        [],
        ["年龄 45 is not stored: write 出生年月 or the ID number."],
    ]


def test_another_liaison_than_on_record_is_said_once_and_not_taken_over(cast):
    SendingUnit.objects.filter(pk=cast.unit.pk).update(liaison="周洁", liaison_phone="19900000001")
    other = {"单位联系人": "何敏", "单位联系人电话": "19900000002"}
    same = {"单位联系人": "周洁", "单位联系人电话": "19900000001"}

    assert said_of(cast, same, other, other, {"单位联系人": ""}) == [
        [],
        ["单位联系人 何敏 199****0002: not as on record for 区税务局, and not taken over. If it is right, change the unit."],
        [],
        [],
    ]
    cast.unit.refresh_from_db()
    assert (cast.unit.liaison, cast.unit.liaison_phone) == ("周洁", "19900000001")


def test_of_two_liaisons_of_a_new_unit_the_first_is_kept_and_the_second_said(cast):
    SendingUnit.objects.filter(pk=cast.unit.pk).update(name="别的单位")
    first = {"单位联系人": "周洁", "单位联系人电话": ""}
    whole = {"单位联系人": "周洁", "单位联系人电话": "19900000001"}
    other = {"单位联系人": "何敏", "单位联系人电话": "19900000002"}

    assert said_of(cast, first, whole, other) == [
        [],
        [],
        ["单位联系人 何敏 199****0002: an earlier row names somebody else for 区税务局, who is kept. Keep the right one."],
    ]
    unit = SendingUnit.objects.get(name="区税务局")
    assert (unit.liaison, unit.liaison_phone) == ("周洁", "19900000001")


def test_a_liaison_who_is_named_after_the_unit_was_made_is_kept_too(cast, monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", 1)
    SendingUnit.objects.filter(pk=cast.unit.pk).update(name="别的单位")

    assert said_of(cast, {"单位联系人": ""}, {"单位联系人": "周洁"}, {"单位联系人": "何敏"})[:2] == [[], []]
    assert SendingUnit.objects.get(name="区税务局").liaison == "周洁"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([], "The row is blank."),
        (["合计", "40人"], "A row of totals."),
        (["填表人:", "", "", "审核人:"], "A row for signatures or remarks."),
        ([7], "Nothing but a running number stands here."),
        (HEADINGS, "The headings are repeated here."),
    ],
)
def test_rows_without_a_person_are_skipped_and_said(cast, cells, reason):
    lines, _importer = roster(cast, sheet(row(1), cells, row(2)))
    assert [(line.does, line.says) for line in lines] == [("create", []), ("skip", [reason]), ("create", [])]


def test_a_row_of_notes_below_the_headings_is_skipped(cast):
    notes = ["", "", "男/女", "11位", "全称", "", "", "", "YYYY-MM-DD", "", "18位", ""]
    lines, _importer = roster(cast, sheet(notes, row(1)))
    assert [line.does for line in lines] == ["skip", "create"]


def test_a_person_twice_in_a_file_counts_once(cast):
    assert said(cast, row(1), row(1)) == ("skip", ["The same as row 4: counted once."])
    assert said(cast, row(1), row(1, 职务="科长")) == (
        "refuse",
        ["This person already stands in row 4, with other values. Keep the right one."],
    )


def test_days_given_to_another_community_are_refused_without_telling_where(cast):
    other = factories.CadreFactory(name="张三", phone="19900010001", unit=cast.unit)
    factories.SecondmentFactory(cadre=other, community=cast.yushu, starts_on=dt.date(2022, 4, 1), ends_on=dt.date(2022, 4, 30))
    does, reasons = said(cast, row(1, 姓名="张三"))
    assert (does, reasons) == ("refuse", ["Already seconded on some of these days. Agree on the days with the sending unit."])
    assert said(cast, row(1, 姓名="张三", 报到时间="2022-05-01", 计划结束时间="")) == (
        "create",
        ["Already on the roster: a new secondment is added."],
    )


def test_what_others_know_of_a_person_is_not_shown(cast):
    other = factories.CadreFactory(name="张三", phone="19900010001", unit=cast.unit, position="局长")
    factories.SecondmentFactory(cadre=other, community=cast.yushu, starts_on=dt.date(2021, 4, 1), ends_on=dt.date(2021, 4, 30))
    line = roster(cast, sheet(row(1, 姓名="张三", 身份证号="")))[0][0]
    assert line.changes == [("sex", "…", "male"), ("position", "…", "科员")]


def test_an_id_number_known_under_another_name_is_questioned(cast):
    roster(cast, sheet(row(1)), store=True)
    assert said(cast, row(2, 身份证号=id_number(1))) == (
        "refuse",
        ["This ID number is known with another name and another phone. Check it against the document."],
    )


def test_an_unknown_heading_and_another_order_do_not_matter(cast):
    rows = [list(reversed([*cells, "x"])) for cells in ([*HEADINGS, "幸运数字"][:-1], row(1))]
    rows[0][0] = "幸运数字"
    lines, _importer = roster(cast, xlsx(rows))
    assert [line.does for line in lines] == ["create"]


def test_gbk_is_read_as_well(cast):
    lines, _importer = roster(cast, csv_text([HEADINGS, row(1), row(2, 报到时间="3月26日")]).encode("gb18030"))
    assert [(line.does, line.says) for line in lines] == [
        ("create", []),
        ("create", ["报到时间 “3月26日” is read as 2022-03-26."]),
    ]


def test_memberships_follow_for_those_who_sign_in(cast):
    cadre = factories.CadreFactory(name="张三", phone="19900010001", unit=cast.unit, user=factories.UserFactory())
    roster(cast, sheet(row(1, 姓名="张三")), store=True)
    assert list(cadre.user.memberships.values_list("community", "starts_on")) == [(cast.qinghe.pk, dt.date(2022, 3, 26))]


def ask(cast, data: bytes) -> Job:
    job = services.ask(kind="import_cadres", community=cast.qinghe, upload=upload(data), by=cast.secretary)
    services.run(job.pk)
    job.refresh_from_db()
    return job


def test_the_job_previews_without_writing_and_applies_what_it_showed(cast):
    job = ask(cast, sheet(row(1), row(2, 姓名="")))
    assert (job.state, job.outcome["counts"], Cadre.objects.filter(phone="19900010001").count()) == (
        "previewed",
        {"create": 1, "change": 0, "same": 0, "skip": 0, "refuse": 1},
        0,
    )
    services.apply(job_id=job.pk, by=cast.secretary)
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, Cadre.objects.filter(phone="19900010001").count()) == ("done", 1)


def test_what_changed_since_the_preview_leads_to_a_new_preview(cast):
    job = ask(cast, sheet(row(1), row(2)))
    roster(cast, sheet(row(1)), store=True)

    services.apply(job_id=job.pk, by=cast.secretary)
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.outcome["moved"], job.outcome["counts"]["same"]) == ("previewed", True, 1)
    assert not Cadre.objects.filter(phone="19900010002").exists()


def test_a_failure_in_the_middle_writes_nothing(cast, monkeypatch):
    job = ask(cast, sheet(*(row(n) for n in range(1, 700))))
    stored = RosterImporter.store
    calls = []

    def store(self, lines):
        stored(self, lines)
        calls.append(lines)
        if len(calls) == 2:
            raise ValueError

    monkeypatch.setattr(RosterImporter, "store", store)
    before = Cadre.objects.count()
    services.apply(job_id=job.pk, by=cast.secretary)
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, len(calls), Cadre.objects.count()) == ("failed", 2, before)


def test_a_chunk_of_rows_takes_a_fixed_number_of_statements(cast, queries):
    def count(rows: int) -> int:
        with queries() as seen:
            roster(cast, sheet(*(row(n, 派出单位="区税务局") for n in range(1, rows + 1))))
        return len(seen)

    assert count(1) == count(300)


def test_the_command_shows_and_with_apply_writes(cast, tmp_path, capsys):
    path, refused = tmp_path / "名册.xlsx", tmp_path / "refused.xlsx"
    path.write_bytes(sheet(row(1), row(2, 姓名="")))
    call_command("import_cadres", str(path), community="清荷社区", refused=refused)
    assert capsys.readouterr().out.endswith(
        "1 to create, 0 to change, 0 unchanged, 0 skipped, 1 refused.\nNothing was changed; add --apply to write it.\n"
    )
    assert refused.exists()

    call_command("import_cadres", str(path), community=cast.qinghe.code, apply=True)
    assert Cadre.objects.filter(phone="19900010001").count() == 1
    assert capsys.readouterr().out.endswith("\nWritten.\n")
    call_command("import_cadres", str(path), community=cast.qinghe.code, apply=True)
    assert capsys.readouterr().out.endswith("\nNothing in this file is new: there is nothing to write.\n")


@pytest.mark.skipif(not SHARED, reason="SHARED_DATA names no folder with the rosters of the field")
@pytest.mark.parametrize(
    ("name", "first", "counts"),
    [
        ("cadres_as_received.xlsx", 4, {"create": 33, "change": 0, "same": 0, "skip": 5, "refuse": 6}),
        ("cadres_as_received_gbk.csv", 2, {"create": 12, "change": 0, "same": 0, "skip": 1, "refuse": 4}),
    ],
)
def test_the_rosters_of_the_field_are_explained_row_by_row(cast, name, first, counts):
    factories.CompoundFactory(community=cast.qinghe, name="春分里")
    importer = RosterImporter(Community.objects.filter(pk=cast.qinghe.pk), by=cast.secretary)
    lines: list[Line] = []
    with (Path(SHARED) / name).open("rb") as file:
        summary = process(Reader(file, importer.columns, importer.ignored), importer, keep=lines.append)

    assert summary.counts == counts
    last = first + len(lines) - 1
    expected = {at + first - 4: value for at, value in AS_RECEIVED.items() if at + first - 4 <= last}
    assert {line.number: (line.does, line.says) for line in lines if line.says} == expected


# Row of cadres_as_received.xlsx -> what becomes of it; all other rows are new and need no word.
AS_RECEIVED = {
    6: ("create", ["姓名 “邓 桂英” is read as 邓桂英."]),
    10: ("refuse", ["联系电话 “1990000” has 7 digits; a mobile number has 11."]),
    12: ("refuse", ["身份证号 “99*************461” has a wrong check digit: at least one digit is mistyped."]),
    14: ("refuse", ["清荷社区 has no compound 荷风宛. Is 荷风苑 meant?"]),
    16: ("skip", ["The row is blank."]),
    17: ("create", ["报到时间 “3月26日” is read as 2022-03-26."]),
    19: ("refuse", ["The end (2022-03-01) lies before the start (2022-03-26)."]),
    21: ("refuse", ["姓名 holds a formula. Type the value itself."]),
    23: ("refuse", ["派出单位 is empty."]),
    25: ("skip", ["The same as row 24: counted once."]),
    31: ("create", ["报到时间 “44646” is read as 2022-03-26."]),
    35: ("skip", ["The row is blank."]),
    46: ("skip", ["A row of totals."]),
    47: ("skip", ["A row for signatures or remarks."]),
}

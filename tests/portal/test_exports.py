"""Sheets that leave the portal, opened again and counted by hand."""

import csv
import datetime as dt
from collections import Counter
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from python_calamine import CalamineWorkbook

from checkpoints.models import Handover, Passage, Post
from deployments.models import Secondment
from portal.accounts.models import Event
from portal.jobs import services as jobs
from portal.jobs import work
from portal.lib import masks, sheets
from portal.lib.dates import moment
from portal.lib.errors import Refused
from portal.reports import overview
from portal.reports.exports import jobs as jobs_of_exports
from portal.reports.exports import register
from portal.reports.exports.headings import DAILY as HEADINGS
from portal.reports.exports.jobs import ask
from portal.reports.exports.places import unit_of
from portal.reports.exports.tables import TABLES, Asked
from portal.reports.models import DailyReport
from portal.reports.services import reports, rollups
from residents.models import Community, Compound, District, Membership, Role, Subdistrict
from tests import factories
from tests.sheets import printed

DAY = dt.date(2022, 4, 10)


@pytest.fixture
def day(cast, time_machine):
    """A day with people on duty and passages, a few of them voided."""
    time_machine.move_to(moment(DAY, dt.time(18)), tick=False)
    Community.objects.update(active_from=DAY)
    Secondment.objects.update(starts_on=DAY)
    gate = factories.PostFactory(compound=cast.hefengyuan, name="东门")
    shift = factories.ShiftFactory(post=gate, day=DAY)
    factories.AttendanceFactory(assignment=factories.AssignmentFactory(shift=shift, cadre=cast.cadre, is_lead=True))
    kinds = ["resident", "resident", "visitor", "courier"]
    for n in range(40):
        row = factories.PassageFactory(
            post=gate,
            happened_at=moment(DAY, dt.time(6 + n % 11, n)),
            direction="in" if n % 3 else "out",
            person=kinds[n % 4],
            result="turned_back" if n % 10 == 0 else "passed",
            result_note="无证" if n % 10 == 0 else "",
            temperature="37.5" if n % 13 == 0 else "36.5",
            plate_no="鄂A00001" if n % 5 == 0 else "",
            written_phone="19900000001",
            logged_by=cast.cadre_user,
        )
        if n % 17 == 0:
            factories.PassageFactory(post=gate, happened_at=row.happened_at, direction=row.direction, voids=row, is_void=True)
    rollups.roll_up(day=DAY, communities=Community.objects.all(), by=None)
    return cast


def made(table="daily", by=None, community=None, form="xlsx", **facts):
    facts = {"first": DAY, "last": DAY, **facts}
    job = ask(table=table, community=community, form=form, by=by, **facts)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.outcome
    return job


def opened(path):
    """Title, headings, rows as the printed sheet has them."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return rows[0][0], rows[1][0], rows[2], rows[3:]


def by_hand(community):
    """The same figures by plain Python, row after row."""
    voided = set(Passage.objects.exclude(voids=None).values_list("voids", flat=True))
    rows = [p for p in Passage.objects.filter(community=community) if not p.is_void and p.pk not in voided]
    passed = Counter(p.direction for p in rows if p.result == "passed")
    return {
        "卡口数": 1,
        "值守人数": 1,
        "下沉干部在岗": 1,
        "志愿者在岗": 0,
        "卡口进人次": passed["in"],
        "卡口出人次": passed["out"],
        "劝返人次": sum(p.result == "turned_back" for p in rows),
        "进出车辆": sum(p.result == "passed" and p.plate_no != "" for p in rows),
        "体温异常": sum(p.temperature >= 37.3 for p in rows),
    }


def test_every_number_of_the_sheet_equals_a_count_by_hand(day):
    title, under, headings, rows = opened(made(by=day.secretary, community=day.qinghe).result.path)

    expected = by_hand(day.qinghe)
    assert expected["卡口进人次"] > expected["卡口出人次"] > 0
    assert title == "社区疫情防控日报表"
    assert under == "单位(盖章): 清荷社区          日期: 2022年4月10日"
    assert tuple(headings) == HEADINGS
    row = dict(zip(headings, rows[0], strict=True))
    assert {heading: row[heading] for heading in expected} == expected
    # What the portal does not count is empty, never zero.
    assert [row[heading] for heading in ("核酸应检", "核酸已检", "物资发放")] == ["", "", ""]
    assert (row["备注"], rows[1][1]) == ("草稿(迟报)", "合计")


def test_a_corrected_number_is_the_one_that_is_sent(day):
    report = DailyReport.objects.get(community=day.qinghe)
    seen = report.counted["fever"]
    reports.correct(report_id=report.pk, figure="fever", value=9, reason="漏登", seen=seen, by=day.secretary)
    _title, _under, headings, rows = opened(made(by=day.officer).result.path)
    assert [row[headings.index("体温异常")] for row in rows[:3]] == [9, 0, ""]


def test_the_week_has_a_row_for_every_community_and_day_on_duty_reported_or_not(day):
    Community.objects.filter(pk=day.qinghe.pk).update(active_from=DAY - dt.timedelta(days=9))
    Community.objects.filter(pk=day.yushu.pk).update(active_from=DAY - dt.timedelta(days=1))
    job = made(by=day.officer, first=DAY - dt.timedelta(days=6))
    _title, _under, headings, rows = opened(job.result.path)
    said = [headings.index("备注"), 1, 2]
    days = [str(DAY - dt.timedelta(days=n)) for n in range(7)]
    assert Counter(tuple(row[at] for at in said) for row in rows[:-1]) == Counter(
        [
            *(("未上报", "清荷社区", day) for day in days[1:]),
            ("未上报", "榆树社区", days[1]),
            ("草稿(迟报)", "清荷社区", days[0]),
            ("草稿(迟报)", "榆树社区", days[0]),
            ("已报0/9份日报", "合计", ""),
        ]
    )
    assert [row[0] for row in rows[:-2]] == list(range(1, 10))
    assert job.total == 9


def test_the_sum_of_days_counts_what_happened_each_day_and_what_is_there_once(day, time_machine):
    time_machine.move_to(moment(DAY, dt.time(18)) + dt.timedelta(days=1), tick=False)
    expected = by_hand(day.qinghe)["卡口进人次"] + 1
    factories.PassageFactory(post=Post.objects.get(), direction="in", logged_by=day.cadre_user)
    rollups.roll_up(day=DAY + dt.timedelta(days=1), communities=Community.objects.filter(pk=day.qinghe.pk), by=None)
    DailyReport.objects.filter(community=day.qinghe).update(state="accepted")
    job = made(by=day.officer, last=DAY + dt.timedelta(days=1))
    _title, _under, headings, rows = opened(job.result.path)
    (total,) = [row for row in rows if row[1] == "合计"]

    assert [total[headings.index(name)] for name in ("卡口数", "卡口进人次", "备注")] == [1, expected, "已报2/4份日报"]


@pytest.mark.parametrize(
    ("state", "counts"),
    [("draft", False), ("submitted", True), ("returned", False), ("accepted", True), ("locked", True)],
)
def test_the_sum_holds_what_was_reported_and_nothing_else_as_the_page_of_the_officer(day, state, counts):
    DailyReport.objects.filter(community=day.yushu).update(state="accepted", counted={"passages_in": 5, "kits": 3})
    DailyReport.objects.filter(community=day.qinghe).update(state=state)
    _title, _under, headings, rows = opened(made(by=day.officer).result.path)
    total = dict(zip(headings, rows[2], strict=True))

    added = by_hand(day.qinghe)["卡口进人次"] if counts else 0
    assert (total["卡口进人次"], total["发放抗原"]) == (5 + added, 3)
    assert total["备注"] == f"已报{1 + counts}/2个社区"
    group = overview.consolidated(Community.objects.filter(pk__in=[day.qinghe.pk, day.yushu.pk]), DAY)[0]
    assert (group.numbers["passages_in"], group.reported, group.expected) == (5 + added, 1 + counts, 2)


def test_the_command_writes_the_same_sheet(day, tmp_path):
    out = tmp_path / "day.xlsx"
    call_command("export_daily", "--date", "2022-04-10", "--out", str(out), "--community", day.qinghe.code)
    assert opened(out)[3][:1] == opened(made(by=day.secretary, community=day.qinghe).result.path)[3][:1]
    assert [path.name for path in tmp_path.iterdir()] == ["day.xlsx"]


@pytest.mark.parametrize(
    ("place", "unit"),
    [
        ([], "东区、西区"),
        (["--community", "990101001001"], "清荷社区"),
        (["--community", "榆树社区"], "榆树社区"),
        (["--subdistrict", "990101001"], "万松街道"),
    ],
)
def test_the_command_prints_the_name_of_the_place(day, tmp_path, place, unit):
    Community.objects.filter(pk=day.qinghe.pk).update(code="990101001001")
    Subdistrict.objects.filter(pk=day.qinghe.subdistrict_id).update(code="990101001")
    District.objects.filter(pk=day.qinghe.subdistrict.district_id).update(code="990102", name="西区")
    far = factories.SubdistrictFactory(district=District.objects.create(code="990101", name="东区"))
    factories.CommunityFactory(subdistrict=far, active_from=DAY)
    # Not on duty yet: nobody misses it.
    factories.CommunityFactory(subdistrict=day.qinghe.subdistrict, active_from=None)
    out = tmp_path / "day.xlsx"
    call_command("export_daily", "--date", "2022-04-10", "--out", str(out), *place)
    assert opened(out)[1] == f"单位(盖章): {unit}          日期: 2022年4月10日"


def test_the_sheet_names_the_place_it_is_about(day):
    """An officer's subdistrict; the subdistricts that are whole; else the communities."""
    near = factories.SubdistrictFactory(name="水塔街道", district=day.qinghe.subdistrict.district)
    lotus, reed = (factories.CommunityFactory(name=name, subdistrict=near, active_from=DAY) for name in ("莲塘", "芦苇"))
    factories.CommunityFactory(subdistrict__district=near.district, active_from=DAY)
    assert opened(made(by=day.officer).result.path)[1].startswith("单位(盖章): 万松街道  ")
    both = [day.qinghe.pk, day.yushu.pk]
    for communities, unit in (
        ([*both, lotus.pk, reed.pk], "万松街道、水塔街道"),
        ([*both, lotus.pk], "清荷社区、榆树社区、莲塘"),
        (Community.objects.filter(pk__in=[]), ""),
        (Community.objects.exclude(pk=lotus.pk), "清荷社区、榆树社区、芦苇等4个社区"),
        (Community.objects.all(), near.district.name),
    ):
        chosen = Community.objects.filter(pk__in=communities) if isinstance(communities, list) else communities
        assert unit_of(chosen) == unit


@pytest.mark.parametrize(
    "bad",
    [
        ["--out", "x.pdf"],
        ["--out", "x.csv", "--community", "清荷社区", "--subdistrict", "万松街道"],
        ["--out", "x.csv", "--community", "没有"],
        ["--out", "/nowhere/x.csv"],
    ],
)
def test_the_command_says_what_is_wrong(day, bad):
    with pytest.raises(CommandError):
        call_command("export_daily", "--date", "2022-04-10", *bad)


@pytest.mark.parametrize(("table", "width"), [("daily", 53), ("roster", 25), ("shifts", 19), ("passages", 23)])
def test_each_sheet_has_the_headings_of_its_form(day, table, width):
    _title, _under, headings, rows = opened(made(table, by=day.secretary, community=day.qinghe).result.path)
    assert (len(headings), len(set(headings))) == (width, width)
    assert tuple(headings) == TABLES[table].headings
    assert rows[0][0] == 1


@pytest.mark.parametrize(
    ("table", "wide"), [("daily", (3, 0, "$A:$C")), ("roster", (2, 0, "$A:$B")), ("shifts", (1, 0)), ("passages", (1, 0))]
)
def test_each_sheet_can_be_read_on_paper(day, table, wide):
    """In letters of at least 7 points: 序号, 社区 and 日期 stand on each of the three pages of the daily form."""
    across, down, repeated, merged = printed(made(table, by=day.secretary, community=day.qinghe).result.path)
    assert (across, down, *repeated[:-1], repeated[-1]) == (*wide, "$3:$3")
    assert len(merged) == 3


def duties(by, **facts):
    """What the sheet of shifts says of each person: how they came, what was handed over, the note."""
    _title, _under, headings, rows = opened(made("shifts", by=by, **facts).result.path)
    wanted = [headings.index(name) for name in ("值守人员", "出勤情况", "顶岗人", "交接事项", "备注")]
    return [tuple(row[at] for at in wanted) for row in rows[:-1]]


def test_who_misses_a_shift_with_leave_is_absent_neither_on_the_sheet_nor_in_the_report(day):
    night = factories.ShiftFactory(post=Post.objects.get(), day=DAY, starts=dt.time(9), ends=dt.time(12), state="draft")
    shift = factories.ShiftFactory(post=Post.objects.get(), day=DAY, starts=dt.time(9, 30), ends=dt.time(12))
    people = [factories.CadreFactory(name=name) for name in ("王建国", "李秀英", "张伟", "赵敏")]
    for cadre, on in zip(people, [shift, shift, night, shift], strict=True):
        factories.AssignmentFactory(shift=on, cadre=cadre)
    waiting = factories.SecondmentFactory(cadre=people[1], community=day.qinghe, starts_on=DAY)
    gone = factories.SecondmentFactory(cadre=people[3], community=day.qinghe, starts_on=DAY)
    hours = {"starts_at": moment(DAY, dt.time(11)), "ends_at": moment(DAY, dt.time(20))}
    factories.LeaveFactory(secondment=waiting, state="submitted", **hours)
    factories.LeaveFactory(secondment=gone, state="approved", **hours)
    rollups.roll_up(day=DAY, communities=Community.objects.filter(pk=day.qinghe.pk), by=None)

    assert duties(day.secretary, community=day.qinghe) == [
        ("马骏", "正常", "", "", ""),
        ("张伟", "", "", "", "未发布"),
        ("王建国", "缺勤", "", "", ""),
        ("李秀英", "缺勤", "", "", ""),
        ("赵敏", "请假", "", "", ""),
    ]
    assert DailyReport.objects.get(community=day.qinghe).counted["cadres_absent"] == 2


def test_the_sheet_of_shifts_says_what_was_handed_over_to_those_who_may_read_it(day, queries):
    first, second = (factories.AttendanceFactory(assignment__shift__day=DAY).assignment for _ in range(2))
    for stand in (first, second):
        Compound.objects.filter(posts__shifts=stand.shift).update(community=day.qinghe)
    hand_over = {"handed_over_at": moment(DAY, dt.time(17)), "handed_over_by": day.cadre_user}
    Handover.objects.create(shift=first.shift, open_items="北门锁坏", note="已报修", **hand_over)
    names = {"马骏": "", first.cadre.name: "北门锁坏\n已报修", second.cadre.name: ""}

    def left(by):
        return {row[0]: row[3] for row in duties(by)}

    assert left(day.secretary) == names
    assert left(day.officer) == dict.fromkeys(names, "")


def test_the_sheet_of_shifts_asks_as_much_for_three_as_for_one(day, queries):
    asked = Asked(DAY, DAY, Community.objects.filter(pk=day.qinghe.pk), handovers=Community.objects.all())
    counts = []
    for more in (0, 2):
        for _ in range(more):
            shift = factories.ShiftFactory(post=factories.PostFactory(compound=day.hefengyuan), day=DAY)
            factories.AssignmentFactory(shift=shift)
            Handover.objects.create(shift=shift, handed_over_at=moment(DAY, dt.time(17)), handed_over_by=day.cadre_user)
        with queries() as seen:
            rows = list(TABLES["shifts"].rows(asked))
        counts.append((len(rows), len(seen)))
    assert counts == [(1, counts[0][1]), (3, counts[0][1])]


def test_the_gate_register_holds_each_passage_that_stands_once(day):
    _title, _under, _headings, rows = opened(made("passages", by=day.secretary, community=day.qinghe).result.path)
    assert [row[0] for row in rows[:-1]] == list(range(1, Passage.objects.standing().count() + 1))


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_gate_register_says_by_which_pass_somebody_went_out(day, form):
    home = factories.DwellingFactory(entrance__building__compound=day.hefengyuan)
    card = factories.EntryPassFactory(dwelling=home, number=42)
    passage = Passage.objects.standing().filter(direction="out").earliest("happened_at")
    factories.PassUseFactory(entry_pass=card, passage=passage, post=passage.post)
    path = made("passages", by=day.secretary, community=day.qinghe, form=form).result.path
    if form == "csv":
        with open(path, encoding="utf-8-sig", newline="") as file:
            headings, *rows = csv.reader(file)
    else:
        _title, _under, headings, rows = opened(path)

    numbers = [row[headings.index("出入证编号")] for row in rows if row[headings.index("进/出")]]
    assert sorted(numbers) == [""] * (Passage.objects.standing().count() - 1) + ["000042"]


def test_numbers_of_people_are_masked_unless_asked_for_with_a_reason(day):
    day.cadre.id_number = "990101199001010019"
    day.cadre.save(update_fields=["id_number"])

    def person(**facts):
        _title, _under, headings, rows = opened(made("roster", by=day.secretary, community=day.qinghe, **facts).result.path)
        return [rows[0][headings.index(name)] for name in ("身份证号", "联系电话")]

    assert person() == ["99*************019", f"{day.cadre.phone[:3]}****{day.cadre.phone[-4:]}"]
    assert person(full=True, reason="核酸登记") == ["990101199001010019", day.cadre.phone]
    lines = Event.objects.filter(kind="job.exported", community=day.qinghe).order_by("id")
    assert [(line.after["full"], line.after["reason"]) for line in lines] == [(False, ""), (True, "核酸登记")]


def test_full_numbers_are_refused_without_reason_and_to_roles_that_never_see_them(day):
    with pytest.raises(Refused):
        made("roster", by=day.secretary, full=True)
    with pytest.raises(Refused):
        made("roster", by=day.officer, full=True, reason="要用")


def test_an_officer_gets_no_gate_register(day):
    with pytest.raises(Refused):
        made("passages", by=day.officer)


def test_only_own_communities_are_in_the_sheet(day):
    _title, _under, _headings, rows = opened(made(by=day.other_secretary).result.path)
    assert [row[1] for row in rows[:2]] == ["榆树社区", "合计"]


def test_formulas_in_names_stay_text(day):
    day.cadre.name = "=HYPERLINK(1)"
    day.cadre.save(update_fields=["name"])
    job = made("roster", by=day.secretary, form="csv")
    with open(job.result.path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1][1] == "'=HYPERLINK(1)"


ODD = ["", "1", "12", "1234", "鄂A0", "19900000001", "027-88888888", "=1+1", "+86", "-1", "@a", '王,"建"国', "王*"]


@pytest.mark.parametrize("slice_of", [7, 50_000])
@pytest.mark.parametrize("full", [False, True])
def test_the_register_has_one_content_however_it_is_written(day, tmp_path, monkeypatch, full, slice_of):
    """What the database fills in equals what the masks of the portal say, and a CSV it writes by itself is the same file."""
    monkeypatch.setattr(register, "SLICE", slice_of)
    gate = Passage.objects.first().post
    for n, odd in enumerate(ODD):
        at = moment(DAY, dt.time(17, n))
        factories.PassageFactory(
            post=gate,
            happened_at=at,
            written_name=odd,
            written_phone=odd,
            plate_no=odd[:12],
            reason=odd,
            mask=[True, False, None][n % 3],
        )
    asked = Asked(DAY, DAY, Community.objects.filter(pk=day.qinghe.pk), full)
    table = TABLES["passages"]
    rows = [dict(zip(table.headings, row, strict=True)) for row in table.rows(asked)]
    shown = [(row["时间"], row["姓名"], row["联系电话"], row["车牌号"]) for row in rows[-len(ODD) :]]

    assert shown == [
        (f"17:{n:02}", odd, odd if full else masks.phone(odd), odd[:12] if full else masks.plate(odd[:12]))
        for n, odd in enumerate(ODD)
    ]
    sheets.write_csv(tmp_path / "rows.csv", table.columns, table.rows(asked))
    if sheets.can_copy():
        sheets.copy_csv(tmp_path / "sent.csv", table.columns, table.copy(asked))
    else:
        jobs_of_exports.write(tmp_path / "sent.csv", table, asked, table.rows(asked), form="csv")
    read = [list(csv.reader((tmp_path / name).open(encoding="utf-8-sig", newline=""))) for name in ("rows.csv", "sent.csv")]
    assert read[0] == read[1]
    assert "'=1+1" in read[0][-6]


def test_a_long_register_says_how_far_it_is_after_each_slice(day, tmp_path, monkeypatch):
    """40 passages, three of them voided, on eleven hours: however long the days are, no slice is longer than it may be."""
    monkeypatch.setattr(register, "SLICE", 7)
    asked = Asked(DAY - dt.timedelta(days=3), DAY + dt.timedelta(days=3), Community.objects.filter(pk=day.qinghe.pk))
    table, said = TABLES["passages"], []
    # 3 or 4 passages an hour: two hours a slice, or one where two are eight passages.
    slices = list(table.copy(asked))
    assert len(slices) > 37 // 7
    if sheets.can_copy():
        sheets.copy_csv(tmp_path / "sent.csv", table.columns, slices, said.append)
        assert (len(said), said[-1], max(b - a for a, b in pairwise([0, *said])) <= 7) == (len(slices), 37, True)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_job_of_a_register_knows_how_far_it_is(day, monkeypatch, form):
    monkeypatch.setattr(work, "PULSE", 0)
    job = made("passages", by=day.secretary, community=day.qinghe, form=form)
    assert (job.done, job.total) == (37, 37)


# Pages.


def test_an_export_is_asked_for_on_its_page(day, sign_in, django_capture_on_commit_callbacks):
    client = sign_in(day.secretary)
    assert client.get(reverse("reports:export_list")).status_code == 200
    values = {"table": "daily", "first": "2022-04-10", "last": "2022-04-10", "form": "xlsx", "community": day.qinghe.pk}

    answer = client.post(reverse("reports:export_new"), values)

    job = day.secretary.jobs.get()
    assert answer.url == reverse("jobs:job_detail", args=[job.pk])
    jobs.run(job.pk)
    assert client.get(reverse("jobs:job_result", args=[job.pk])).status_code == 200
    assert sign_in(day.other_secretary).get(reverse("jobs:job_result", args=[job.pk])).status_code == 404


@pytest.mark.parametrize(
    "bad",
    [
        {"table": "secrets"},
        {"first": "x"},
        {"last": "2022-04-01"},
        {"last": "9999-12-31"},
        {"community": "\x00"},
        {"community": "999999"},
        {"form": "exe"},
        {"full": "on"},
    ],
)
def test_a_wrong_wish_is_answered_kindly(day, sign_in, bad):
    values = {"table": "daily", "first": "2022-04-10", "last": "2022-04-10", "form": "xlsx", **bad}
    answer = sign_in(day.secretary).post(reverse("reports:export_new"), values)
    assert answer.status_code == 422
    assert day.secretary.jobs.count() == 0


def test_the_page_asks_as_much_for_three_exports_as_for_one(day, sign_in, queries):
    client = sign_in(day.secretary)
    counts = []
    for more in (1, 2):
        for table in ["daily", "roster"][:more]:
            ask(table=table, first=DAY, last=DAY, community=day.qinghe if more == 1 else None, by=day.secretary)
        with queries() as seen:
            answer = client.get(reverse("reports:export_list"))
        counts.append((len(answer.context["jobs"]), len(seen)))
    assert counts == [(1, counts[0][1]), (3, counts[0][1])]


def test_the_page_shows_no_export_whose_rows_the_role_no_longer_allows(day, sign_in):
    full = {"full": True, "reason": "核酸登记"}
    jobs = [
        ask(table="roster", first=DAY, last=DAY, community=place, by=day.secretary, **facts).pk
        for facts in ({}, full)
        for place in (None, day.qinghe)
    ]
    Membership.objects.filter(user=day.secretary).delete()
    for subdistrict, place in ((day.qinghe.subdistrict, None), (None, day.yushu)):
        Membership.objects.create(user=day.secretary, role=Role.SECRETARY if place else Role.SUBDISTRICT_OFFICER,
                                  subdistrict=subdistrict, community=place, starts_on=DAY)  # fmt: skip
    answer = sign_in(day.secretary).get(reverse("reports:export_list"))
    # Masked numbers of both; in full only those of the one where she is secretary now.
    assert [job.pk for job in answer.context["jobs"]] == [jobs[2], jobs[1], jobs[0]]

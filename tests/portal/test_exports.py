"""Sheets that leave the portal, opened again and counted by hand."""

import csv
import datetime as dt
from itertools import pairwise

import pytest
from django.urls import reverse

from checkpoints.models import Handover, Passage, Post
from portal.accounts.models import Event
from portal.jobs import services as jobs
from portal.jobs import work
from portal.lib import masks, sheets
from portal.lib.dates import moment
from portal.lib.errors import Refused
from portal.reports.exports import jobs as jobs_of_exports
from portal.reports.exports import register
from portal.reports.exports.jobs import ask
from portal.reports.exports.tables import TABLES, Asked
from portal.reports.models import DailyReport
from portal.reports.services import rollups
from residents.models import Community, Compound, Membership, Role
from tests import factories
from tests.portal.exported import DAY, made, opened, written
from tests.sheets import printed


@pytest.mark.parametrize(("table", "width"), [("daily", 53), ("roster", 25), ("shifts", 19), ("passages", 23)])
def test_each_sheet_has_the_headings_of_its_form(day, table, width):
    _title, _under, headings, rows = opened(made(table, by=day.secretary, community=day.qinghe).result)
    assert (len(headings), len(set(headings))) == (width, width)
    assert tuple(headings) == TABLES[table].headings
    assert rows[0][0] == 1


@pytest.mark.parametrize(
    ("table", "wide"), [("daily", (3, 0, "$A:$C")), ("roster", (2, 0, "$A:$B")), ("shifts", (1, 0)), ("passages", (1, 0))]
)
def test_each_sheet_can_be_read_on_paper(day, table, wide):
    """In letters of at least 7 points: 序号, 社区 and 日期 stand on each of the three pages of the daily form."""
    across, down, repeated, merged = printed(made(table, by=day.secretary, community=day.qinghe).result)
    assert (across, down, *repeated[:-1], repeated[-1]) == (*wide, "$3:$3")
    assert len(merged) == 3


def duties(by, **facts):
    """What the sheet of shifts says of each person: how they came, what was handed over, the note."""
    _title, _under, headings, rows = opened(made("shifts", by=by, **facts).result)
    wanted = [headings.index(name) for name in ("值守人员", "出勤情况", "顶岗人", "交接事项", "备注")]
    return [tuple(row[at] for at in wanted) for row in rows[:-1]]


def test_who_misses_a_shift_with_leave_is_absent_neither_on_the_sheet_nor_in_the_report(day):
    planned = factories.ShiftFactory(post=Post.objects.get(), day=DAY, starts=dt.time(9), ends=dt.time(12), state="draft")
    shift = factories.ShiftFactory(post=Post.objects.get(), day=DAY, starts=dt.time(9, 30), ends=dt.time(12))
    people = [factories.CadreFactory(name=name) for name in ("王建国", "李秀英", "张伟", "赵敏")]
    for cadre, on in zip(people, [shift, shift, planned, shift], strict=True):
        factories.AssignmentFactory(shift=on, cadre=cadre)
    asking = factories.SecondmentFactory(cadre=people[1], community=day.qinghe, starts_on=DAY)
    gone = factories.SecondmentFactory(cadre=people[3], community=day.qinghe, starts_on=DAY)
    hours = {"starts_at": moment(DAY, dt.time(11)), "ends_at": moment(DAY, dt.time(20))}
    factories.LeaveFactory(secondment=asking, state="submitted", **hours)
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


def test_the_sheet_of_shifts_says_whose_place_somebody_took(day):
    """王建国 is taken off at five past six of the day before, 李秀英 within the shift; 赵敏 stands there at last."""
    shift = factories.ShiftFactory(post=Post.objects.get(), day=DAY, starts=dt.time(9), ends=dt.time(19))
    people = [factories.CadreFactory(name=name) for name in ("王建国", "李秀英", "赵敏", "张伟")]
    early = moment(DAY - dt.timedelta(days=1), dt.time(18, 5))
    gone = [early, moment(DAY, dt.time(9, 40)), None, None]
    for cadre, seat, at in zip(people, (1, 1, 1, 2), gone, strict=True):
        stand = factories.AssignmentFactory(
            shift=shift, cadre=cadre, seat=seat, is_lead=seat == 1, told_at=early, released_at=at
        )
    factories.AttendanceFactory(assignment=stand)
    asking = factories.SecondmentFactory(cadre=people[1], community=day.qinghe, starts_on=DAY)
    factories.LeaveFactory(secondment=asking, starts_at=moment(DAY, dt.time(9, 30)), ends_at=moment(DAY, dt.time(20)))

    assert duties(day.secretary, community=day.qinghe) == [
        ("马骏", "正常", "", "", ""),
        ("赵敏", "缺勤", "", "", "顶王建国、李秀英"),
        ("张伟", "正常", "", "", ""),
        ("王建国", "", "赵敏", "", "04-09 18:05换下"),
        ("李秀英", "请假", "赵敏", "", "09:40换下"),
    ]
    job = made("shifts", by=day.secretary, community=day.qinghe, form="csv")
    with written(job) as file:
        lines = list(csv.DictReader(file))
    assert [line["序号"] for line in lines] == ["1", "2", "3", "4", "5"]
    assert lines[3]["联系电话"] == masks.phone(people[0].phone) != people[0].phone
    assert (lines[3]["带班人"], lines[3]["顶岗人"], job.total) == ("赵敏", "赵敏", 5)


def test_the_sheet_of_shifts_says_what_was_handed_over_to_those_who_may_read_it(day):
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
            factories.AssignmentFactory(shift=shift, seat=1, told_at=shift.starts_at, released_at=shift.starts_at)
            factories.AssignmentFactory(shift=shift, seat=1)
            Handover.objects.create(shift=shift, handed_over_at=moment(DAY, dt.time(17)), handed_over_by=day.cadre_user)
        with queries() as seen:
            rows = list(TABLES["shifts"].rows(asked))
        counts.append((len(rows), len(seen)))
    assert counts == [(1, counts[0][1]), (5, counts[0][1])]


def test_the_gate_register_holds_each_passage_that_stands_once(day):
    _title, _under, _headings, rows = opened(made("passages", by=day.secretary, community=day.qinghe).result)
    assert [row[0] for row in rows[:-1]] == list(range(1, Passage.objects.standing().count() + 1))


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_gate_register_says_by_which_pass_somebody_went_out(day, form):
    home = factories.DwellingFactory(entrance__building__compound=day.hefengyuan)
    card = factories.EntryPassFactory(dwelling=home, number=42)
    passage = Passage.objects.standing().filter(direction="out").earliest("happened_at")
    factories.PassUseFactory(entry_pass=card, passage=passage, post=passage.post)
    job = made("passages", by=day.secretary, community=day.qinghe, form=form)
    if form == "csv":
        headings, *rows = csv.reader(written(job))
    else:
        _title, _under, headings, rows = opened(job.result)

    numbers = [row[headings.index("出入证编号")] for row in rows if row[headings.index("进/出")]]
    assert sorted(numbers) == [""] * (Passage.objects.standing().count() - 1) + ["000042"]


def test_numbers_of_people_are_masked_unless_asked_for_with_a_reason(day):
    day.cadre.id_number = "990101199001010019"
    day.cadre.save(update_fields=["id_number"])

    def person(**facts):
        _title, _under, headings, rows = opened(made("roster", by=day.secretary, community=day.qinghe, **facts).result)
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
    _title, _under, _headings, rows = opened(made(by=day.other_secretary).result)
    assert [row[1] for row in rows[:2]] == ["榆树社区", "合计"]


def test_formulas_in_names_stay_text(day):
    day.cadre.name = "=HYPERLINK(1)"
    day.cadre.save(update_fields=["name"])
    job = made("roster", by=day.secretary, form="csv")
    with written(job) as file:
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
        sheets.copy_csv(tmp_path / "sent.csv", table.columns, table.copy(asked, table.count(asked)))
    else:
        jobs_of_exports.write(tmp_path / "sent.csv", table, asked, table.rows(asked), form="csv")
    read = [list(csv.reader((tmp_path / name).open(encoding="utf-8-sig", newline=""))) for name in ("rows.csv", "sent.csv")]
    assert read[0] == read[1]
    assert "'=1+1" in read[0][-6]


def test_a_long_register_says_how_far_it_is_after_each_slice(day, tmp_path, monkeypatch):
    """40 passages, three of them voided, in eleven hours: no slice is longer than it may be, and together they are all."""
    monkeypatch.setattr(register, "SLICE", 7)
    asked = Asked(DAY - dt.timedelta(days=3), DAY + dt.timedelta(days=3), Community.objects.filter(pk=day.qinghe.pk))
    table, said = TABLES["passages"], []
    slices = list(table.copy(asked, table.count(asked)))
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

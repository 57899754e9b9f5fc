"""Sheets that leave the portal, opened again and counted by hand."""

import csv
import datetime as dt
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from python_calamine import CalamineWorkbook

from checkpoints.models import Passage, Post
from deployments.models import Secondment
from portal.accounts.models import Event
from portal.jobs import services as jobs
from portal.lib import masks, sheets
from portal.lib.dates import moment
from portal.lib.errors import Refused
from portal.reports.exports import jobs as jobs_of_exports
from portal.reports.exports.headings import DAILY as HEADINGS
from portal.reports.exports.jobs import ask
from portal.reports.exports.tables import TABLES, Asked
from portal.reports.models import DailyReport
from portal.reports.services import reports, rollups
from residents.models import Community
from tests import factories

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
    assert (row["备注"], rows[1][1]) == ("草稿(迟报) 截至18:00", "合计")


def test_a_corrected_number_is_the_one_that_is_sent(day):
    report = DailyReport.objects.get(community=day.qinghe)
    seen = report.counted["fever"]
    reports.correct(report_id=report.pk, figure="fever", value=9, reason="漏登", seen=seen, by=day.secretary)
    _title, _under, headings, rows = opened(made(by=day.officer).result.path)
    assert [row[headings.index("体温异常")] for row in rows[:3]] == [9, 0, 9]


def test_a_locked_report_is_on_the_sheet_while_its_next_version_is_written(day):
    report = DailyReport.objects.get(community=day.qinghe)
    reports.submit(report_id=report.pk, by=day.secretary)
    reports.accept(report_ids=[report.pk], by=day.officer)
    reports.lock(report_id=report.pk, by=day.officer)
    fresh = reports.new_version(report_id=report.pk, by=day.secretary)
    reports.correct(report_id=fresh.pk, figure="fever", value=9, reason="漏登", seen=report.counted["fever"], by=day.secretary)
    _title, _under, headings, rows = opened(made(by=day.officer, community=day.qinghe).result.path)
    row = dict(zip(headings, rows[0], strict=True))
    assert (row["体温异常"], row["填表人"], row["备注"]) == (
        report.counted["fever"],
        day.secretary.name,
        "已锁定(迟报) 截至18:00",
    )


def test_the_week_has_a_row_for_every_community_and_day_reported_or_not(day):
    job = made(by=day.officer, first=DAY - dt.timedelta(days=6))
    _title, _under, headings, rows = opened(job.result.path)
    days = [row[2] for row in rows[:14]]
    assert Counter(days) == {str(DAY - dt.timedelta(days=n)): 2 for n in range(7)}
    assert Counter(row[headings.index("备注")] for row in rows[:14]) == {"未上报": 12, "草稿(迟报) 截至18:00": 2}


def test_the_sum_of_days_counts_what_happened_each_day_and_what_is_there_once(day, time_machine):
    time_machine.move_to(moment(DAY, dt.time(18)) + dt.timedelta(days=1), tick=False)
    expected = by_hand(day.qinghe)["卡口进人次"] + 1
    factories.PassageFactory(post=Post.objects.get(), direction="in", logged_by=day.cadre_user)
    rollups.roll_up(day=DAY + dt.timedelta(days=1), communities=Community.objects.filter(pk=day.qinghe.pk), by=None)
    job = made(by=day.officer, last=DAY + dt.timedelta(days=1))
    _title, _under, headings, rows = opened(job.result.path)
    (total,) = [row for row in rows if row[1] == "合计"]

    assert [total[headings.index(name)] for name in ("卡口数", "卡口进人次")] == [1, expected]


def test_the_command_writes_the_same_sheet(day, tmp_path):
    out = tmp_path / "day.xlsx"
    call_command("export_daily", "--date", "2022-04-10", "--out", str(out), "--community", day.qinghe.code)
    assert opened(out)[3][:1] == opened(made(by=day.secretary, community=day.qinghe).result.path)[3][:1]
    assert [path.name for path in tmp_path.iterdir()] == ["day.xlsx"]


@pytest.mark.parametrize("bad", [["--out", "x.pdf"], ["--out", "x.csv", "--community", "没有"], ["--out", "/nowhere/x.csv"]])
def test_the_command_says_what_is_wrong(day, bad):
    with pytest.raises(CommandError):
        call_command("export_daily", "--date", "2022-04-10", *bad)


@pytest.mark.parametrize(("table", "width"), [("daily", 53), ("roster", 25), ("shifts", 19), ("passages", 23)])
def test_each_sheet_has_the_headings_of_its_form(day, table, width):
    _title, _under, headings, rows = opened(made(table, by=day.secretary, community=day.qinghe).result.path)
    assert (len(headings), len(set(headings))) == (width, width)
    assert tuple(headings) == TABLES[table].headings
    assert rows[0][0] == 1


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


@pytest.mark.parametrize("full", [False, True])
def test_the_register_has_one_content_however_it_is_written(day, tmp_path, full):
    """What the database fills in equals what the masks of the portal say, and a CSV it writes by itself is the same file."""
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
    jobs_of_exports.write(tmp_path / "sent.csv", table, asked, table.rows(asked), form="csv", unit="")
    read = [list(csv.reader((tmp_path / name).open(encoding="utf-8-sig", newline=""))) for name in ("rows.csv", "sent.csv")]
    assert read[0] == read[1]
    assert "'=1+1" in read[0][-6]


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

"""The city's daily form: what stands in each column, who is in it and in its sum, and the command that writes it."""

import csv
import datetime as dt
import io
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from checkpoints.models import Passage, Post
from portal.lib.dates import moment
from portal.reports import overview
from portal.reports.exports.headings import DAILY as HEADINGS
from portal.reports.exports.places import unit_of
from portal.reports.figures import FIGURES
from portal.reports.models import DailyReport
from portal.reports.services import reports, rollups
from residents.models import Community, District, Subdistrict
from tests import factories
from tests.portal.exported import DAY, made, opened


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


# Every column of the form that the portal fills, and the figure that stands there, as one reads the form.
FILLED = {
    "住户总数": "homes",
    "在住人数": "living_in",
    "今日摸排户数": "swept_today",
    "累计摸排户数": "swept_so_far",
    "今日返(来)人员": "returnees",
    "居家隔离现有": "quarantined",
    "今日新增": "quarantined_new",
    "今日解除": "released",
    "累计解除": "released_so_far",
    "居家健康监测现有": "monitored",
    "集中隔离现有": "at_sites",
    "今日转运": "transferred",
    "密接": "class_close",
    "次密接": "class_secondary",
    "阳性": "class_positive",
    "卡口数": "checkpoints",
    "值守人数": "people_on_duty",
    "卡口进人次": "passages_in",
    "卡口出人次": "passages_out",
    "劝返人次": "turned_back",
    "进出车辆": "vehicles",
    "体温异常": "fever",
    "发放抗原": "kits",
    "消杀次数": "disinfections",
    "消杀面积(㎡)": "disinfected_m2",
    "消杀人数": "disinfecting",
    "巡逻次数": "patrols",
    "聚集劝离人次": "persuaded",
    "代办服务次数": "errands_done",
    "购药次数": "errands_medicine",
    "配送份数": "packages_handed_out",
    "上门服务户次": "door_services",
    "关爱电话": "care_calls",
    "心理疏导": "hotline_calls",
    "宣传品份数": "letters",
    "通知条数": "notices",
    "调解件数": "mediations",
    "困难诉求新增": "problems_new",
    "困难诉求解决": "problems_solved",
    "下沉干部在岗": "cadres_on_duty",
    "志愿者在岗": "volunteers_on_duty",
}
WRITTEN = {
    "序号": 1, "社区/小区": "清荷社区", "日期": "2022-04-10", "特殊情况": "东门停电", "填表人": "李秀兰", "审核人": "郑洁",
    "备注": "已审核 截至18:00",
}  # fmt: skip
NOT_COUNTED = dict.fromkeys(("核酸应检", "核酸已检", "未检", "物资接收", "物资发放"), "")


def test_every_column_shows_its_own_figure(day):
    """Every figure is a number that no other has: none can stand in the place of another."""
    numbers = {figure.key: 101 + n for n, figure in enumerate(FIGURES)}
    at = moment(DAY, dt.time(16))
    DailyReport.objects.filter(community=day.qinghe).update(
        counted=numbers, special="东门停电", state="accepted", due_at=at,
        submitted_at=at, submitted_by=day.secretary, reviewed_at=at, reviewed_by=day.officer,
    )  # fmt: skip
    _title, _under, headings, rows = opened(made(by=day.secretary, community=day.qinghe).result)
    figures = {heading: numbers[key] for heading, key in FILLED.items()}

    assert dict(zip(headings, rows[0], strict=True)) == WRITTEN | NOT_COUNTED | figures
    # The sum of one community is the community.
    total = {"序号": "", "社区/小区": "合计", "日期": "", "特殊情况": "", "填表人": "", "审核人": "", "备注": "已报1/1个社区"}
    assert dict(zip(headings, rows[1], strict=True)) == total | NOT_COUNTED | figures


def test_every_number_of_the_sheet_equals_a_count_by_hand(day):
    title, under, headings, rows = opened(made(by=day.secretary, community=day.qinghe).result)

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
    _title, _under, headings, rows = opened(made(by=day.officer).result)
    assert [row[headings.index("体温异常")] for row in rows[:3]] == [9, 0, ""]


def test_a_locked_report_is_on_the_sheet_while_its_next_version_is_written(day):
    report = DailyReport.objects.get(community=day.qinghe)
    reports.submit(report_id=report.pk, by=day.secretary)
    reports.accept(report_ids=[report.pk], by=day.officer)
    reports.lock(report_id=report.pk, by=day.officer)
    fresh = reports.new_version(report_id=report.pk, by=day.secretary)
    reports.correct(report_id=fresh.pk, figure="fever", value=9, reason="漏登", seen=report.counted["fever"], by=day.secretary)
    _title, _under, headings, rows = opened(made(by=day.officer, community=day.qinghe).result)
    row = dict(zip(headings, rows[0], strict=True))
    assert (row["体温异常"], row["填表人"], row["备注"]) == (
        report.counted["fever"],
        day.secretary.name,
        "已锁定(迟报) 截至18:00",
    )


def test_the_week_has_a_row_for_every_community_and_day_on_duty_reported_or_not(day):
    Community.objects.filter(pk=day.qinghe.pk).update(active_from=DAY - dt.timedelta(days=9))
    Community.objects.filter(pk=day.yushu.pk).update(active_from=DAY - dt.timedelta(days=1))
    job = made(by=day.officer, first=DAY - dt.timedelta(days=6))
    _title, _under, headings, rows = opened(job.result)
    said = [headings.index("备注"), 1, 2]
    days = [str(DAY - dt.timedelta(days=n)) for n in range(7)]
    assert Counter(tuple(row[at] for at in said) for row in rows[:-1]) == Counter(
        [
            *(("未上报", "清荷社区", day) for day in days[1:]),
            ("未上报", "榆树社区", days[1]),
            ("草稿(迟报) 截至18:00", "清荷社区", days[0]),
            ("草稿(迟报) 截至18:00", "榆树社区", days[0]),
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
    _title, _under, headings, rows = opened(job.result)
    (total,) = [row for row in rows if row[1] == "合计"]

    assert [total[headings.index(name)] for name in ("卡口数", "卡口进人次", "备注")] == [1, expected, "已报2/4份日报"]


@pytest.mark.parametrize(
    ("state", "counts"),
    [("draft", False), ("submitted", True), ("returned", False), ("accepted", True), ("locked", True)],
)
def test_the_sum_holds_what_was_reported_and_nothing_else_as_the_page_of_the_officer(day, state, counts):
    DailyReport.objects.filter(community=day.yushu).update(state="accepted", counted={"passages_in": 5, "kits": 3})
    DailyReport.objects.filter(community=day.qinghe).update(state=state)
    _title, _under, headings, rows = opened(made(by=day.officer).result)
    total = dict(zip(headings, rows[2], strict=True))

    added = by_hand(day.qinghe)["卡口进人次"] if counts else 0
    assert (total["卡口进人次"], total["发放抗原"]) == (5 + added, 3)
    assert total["备注"] == f"已报{1 + counts}/2个社区"
    group = overview.consolidated(Community.objects.filter(pk__in=[day.qinghe.pk, day.yushu.pk]), DAY)[0]
    assert (group.numbers["passages_in"], group.reported, group.expected) == (5 + added, 1 + counts, 2)


def test_the_command_writes_the_same_sheet(day, tmp_path):
    out = tmp_path / "day.xlsx"
    call_command("export_daily", "--date", "2022-04-10", "--out", str(out), "--community", day.qinghe.code)
    assert opened(out)[3][:1] == opened(made(by=day.secretary, community=day.qinghe).result)[3][:1]
    assert [path.name for path in tmp_path.iterdir()] == ["day.xlsx"]


def test_the_command_says_how_many_rows_it_wrote_and_its_csv_holds_them(day, tmp_path):
    """UTF-8 with its mark and CRLF, headings and rows without title and sum; who is not on duty yet has none."""
    Community.objects.filter(pk=day.yushu.pk).update(active_from=DAY + dt.timedelta(days=1))
    out, said = tmp_path / "day.csv", io.StringIO()
    with override("en"):
        call_command("export_daily", "--date", "2022-04-10", "--out", str(out), stdout=said)
    text = out.read_bytes().decode()
    headings, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))

    assert said.getvalue() == f"1 row in {out}\n"
    assert (text[0], text.count("\r\n"), text.count("\n")) == ("\ufeff", 2, 2)
    assert (tuple(headings), [row[:3] for row in rows]) == (HEADINGS, [["1", "清荷社区", "2022-04-10"]])
    assert rows[0][headings.index("卡口进人次")] == str(by_hand(day.qinghe)["卡口进人次"])


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
    assert opened(made(by=day.officer).result)[1].startswith("单位(盖章): 万松街道  ")
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

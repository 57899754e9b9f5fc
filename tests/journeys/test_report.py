"""The day's report: counted, put right, submitted, accepted, exported, and opened again."""

import datetime as dt
from decimal import Decimal
from random import Random

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from checkpoints.models import Passage
from portal.jobs import services as jobs
from portal.jobs.models import Job
from portal.reports.exports.headings import DAILY as HEADINGS
from portal.reports.models import DailyReport
from residents.models import Subdistrict
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

# What the community puts right: the gate's list was left in the rain for an hour.
CORRECTED = 321


@pytest.fixture
def rows(cast):
    """A day at two gates, kept in a plain list as well, so that it can be counted without the portal."""
    chance, now = Random("report"), timezone.now()
    cast.qinghe.active_from = timezone.localdate() - dt.timedelta(days=3)
    cast.qinghe.save(update_fields=["active_from"])
    # Whatever the hour at which this runs, the day may be submitted.
    Subdistrict.objects.update(report_due_at=dt.time(0))
    gates = [factories.PostFactory(compound=cast.hefengyuan, name=name) for name in ("东门", "西门")]
    shift = factories.ShiftFactory(post=gates[0], starts_at=now - dt.timedelta(hours=1), ends_at=now + dt.timedelta(hours=7))
    for cadre in (cast.cadre, factories.SecondmentFactory(community=cast.qinghe).cadre):
        factories.AttendanceFactory(assignment=factories.AssignmentFactory(shift=shift, cadre=cadre))
    rows = []
    for n in range(120):
        row = {
            "gate": n % 2,
            "direction": chance.choice(("in", "out")),
            "person": chance.choice(("resident", "resident", "visitor", "courier")),
            "result": chance.choices(("passed", "turned_back"), (9, 1))[0],
            "temperature": chance.choice((None, Decimal("36.4"), Decimal("36.8"), Decimal("37.3"), Decimal("38.1"))),
            "plate_no": chance.choice(("", "", "", "鄂A00001")),
            "voided": n % 15 == 0,
        }
        store(row, gates, cast)
        rows.append(row)
    return rows


def store(row: dict, gates: list, cast) -> None:
    facts = {name: row[name] for name in ("direction", "person", "result", "temperature", "plate_no")}
    facts |= {
        "post": gates[row["gate"]],
        "logged_by": cast.cadre_user,
        "result_note": "无证" if row["result"] != "passed" else "",
    }
    stored = factories.PassageFactory(**facts)
    if row["voided"]:
        factories.PassageFactory(**facts, happened_at=stored.happened_at, voids=stored, is_void=True)


def by_hand(rows: list[dict]) -> dict[str, int]:
    """The figures of the form by plain Python over the plain list."""
    stood = [row for row in rows if not row["voided"]]
    passed = [row for row in stood if row["result"] == "passed"]
    return {
        "卡口数": len({row["gate"] for row in rows}),
        "值守人数": 2,
        "下沉干部在岗": 2,
        "志愿者在岗": 0,
        "卡口进人次": sum(row["direction"] == "in" for row in passed),
        "卡口出人次": sum(row["direction"] == "out" for row in passed),
        "劝返人次": sum(row["result"] == "turned_back" for row in stood),
        "进出车辆": sum(bool(row["plate_no"]) for row in passed),
        "体温异常": sum(row["temperature"] is not None and row["temperature"] >= Decimal("37.3") for row in stood),
    }


def export(page: Page, tmp_path) -> dict[str, object]:
    """Ask for today's form, let a worker make it, download it, read its first row."""
    page.goto("/exports/")
    page.get_by_role("button", name="Export").click()
    expect(page.locator("#job-progress")).to_be_visible()
    jobs.run(Job.objects.latest("pk").pk)
    link = page.get_by_role("link", name="Download")
    with page.expect_download() as waiting:
        link.click()
    file = tmp_path / "report.xlsx"
    waiting.value.save_as(file)
    sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    assert tuple(sheet[2]) == HEADINGS
    return dict(zip(sheet[2], sheet[3], strict=True))


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_day_is_counted_put_right_accepted_and_equals_a_count_by_hand(open_as, cast, rows, tmp_path, size):
    page = open_as("secretary", size=size, language="en")
    page.goto("/reports/daily/")
    page.get_by_role("button", name="Count now").click()
    expected = by_hand(rows)
    expect(page.locator("main")).to_contain_text(f"{expected['卡口进人次']}")

    page.get_by_role("link", name="Correct passages in").click()
    page.fill("[name=value]", str(CORRECTED))
    page.fill("[name=reason]", "an hour on paper")
    page.get_by_role("button", name="Save the number").click()
    expect(page.locator("main")).to_contain_text("an hour on paper")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Submitted to the subdistrict.")).to_be_visible()

    officer = open_as("officer", size=size, language="en")
    officer.goto("/reports/overview/")
    officer.locator("tr", has_text="清荷社区").locator("td a").first.click()
    officer.get_by_role("button", name="Accept").click()
    expect(officer.get_by_role("button", name="Lock")).to_be_visible()
    assert DailyReport.objects.get(community=cast.qinghe).state == DailyReport.State.ACCEPTED

    sent = export(officer, tmp_path)
    assert {heading: sent[heading] for heading in expected} == expected | {"卡口进人次": CORRECTED}
    assert (sent["社区/小区"], sent["日期"], sent["填表人"], sent["审核人"]) == (
        "清荷社区",
        str(timezone.localdate()),
        cast.secretary.name,
        cast.officer.name,
    )
    assert Passage.objects.filter(is_void=True).count() == 8

"""The secretary's morning: the roster comes in, tomorrow's shifts are filled, the crews are told."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from checkpoints.models import Assignment, Shift
from deployments.models import Secondment
from tests import factories
from tests.sheets import id_number, xlsx

pytestmark = pytest.mark.django_db(transaction=True)

BANDS = {"early": (dt.time(6), dt.time(14), 2), "late": (dt.time(14), dt.time(22), 1), "night": (dt.time(22), dt.time(6), 1)}


@pytest.fixture
def tomorrow():
    return timezone.localdate() + dt.timedelta(days=1)


@pytest.fixture
def shifts(cast, tomorrow) -> dict[str, Shift]:
    """Three planned shifts at the east gate; nobody stands them yet."""
    gate = factories.PostFactory(compound=cast.hefengyuan, name="东门", crew_required=2)
    return {
        band: factories.ShiftFactory(
            post=gate, day=tomorrow, starts=starts, ends=ends, required=required, state=Shift.State.DRAFT
        )
        for band, (starts, ends, required) in BANDS.items()
    }


@pytest.fixture
def roster(tmp_path, tomorrow):
    """A roster as a unit mails it: titles, odd headings, three ways to write a day, rows that cannot be, totals, signatures."""
    before = tomorrow - dt.timedelta(days=9)
    first, last = str(before), f"{tomorrow + dt.timedelta(days=20):%Y.%m.%d}"
    serial = (before - dt.date(1899, 12, 30)).days
    rows = [
        [1, "徐丹丹", "女", "19900045570", "市信访局", "科员", "清荷社区", "荷风苑", first, last, id_number(1, male=False), ""],
        [2, "孙 峰", "男", "1990004557７", "市信访局", "科员", "清荷社区", "荷风苑", serial, last, id_number(2), ""],
        [3, "邓桂英", "女", 19900045584, "市委编办", "科员", "清荷社区", "荷风宛", first, last, id_number(3, male=False), ""],
        [4, "何利", "男", "19900045591", "区税务局", "科员", "清荷社区", "荷风苑", first, last, "990101198601246550", ""],
        [5, "陆英", "女", "1990000", "区税务局", "科员", "清荷社区", "荷风苑", first, last, id_number(5, male=False), ""],
        [6, "段涛", "男", "19900045605", "区税务局", "科员", "清荷社区", "荷风苑", first, last, id_number(6), "<b>"],
        [6, "段涛", "男", "19900045605", "区税务局", "科员", "清荷社区", "荷风苑", first, last, id_number(6), "<b>"],
    ]
    headings = ["序号", "姓 名", "性别", "联系电话", "派出单位", "职务"]
    headings += ["下沉社区", "下沉小区", "报到时间", "计划结束时间", "身份证号", "备注"]
    sheet = [["XX区下沉干部花名册(第二批)"], ["填报单位:区税务局", "", "", "", "填报日期:2022年3月25日"], headings]
    file = tmp_path / "花名册.xlsx"
    file.write_bytes(xlsx([*sheet, *rows[:3], [""] * 12, *rows[3:], ["合计", "7人"], ["填表人:", "", "", "审核人:"]]))
    return file


def import_roster(page: Page, roster) -> None:
    page.goto("/deployments/rosters/import/")
    page.set_input_files("[name=file]", roster)
    page.get_by_role("button", name="Preview").click()
    # Nothing is written yet; every row says what becomes of it.
    expect(page.get_by_role("button", name="Write 3 rows")).to_be_visible()
    expect(page.get_by_role("link", name="Refused rows as a sheet")).to_be_visible()
    assert Secondment.objects.filter(cadre__name="徐丹丹").count() == 0
    page.get_by_role("button", name="Write 3 rows").click()
    expect(page.get_by_text("Written. The rows below show what was done.")).to_be_visible()


def open_board(page: Page, day: dt.date) -> None:
    page.goto(f"/deployments/board/?day={day}")
    expect(page.locator("#board-pool")).to_contain_text("徐丹丹")


def on(shift: Shift) -> list[str]:
    crew = Assignment.objects.standing().filter(shift=shift)
    return sorted(crew.values_list("cadre__name", flat=True))


def cell(page: Page, shift: Shift):
    return page.locator(f"#board-cell-{shift.pk}")


def pick(page: Page, shift: Shift, name: str) -> None:
    """Open the gap and take somebody from the suggestions."""
    page.locator(f"#gap-{shift.pk}").click()
    # Htmx has taken hold of what it brought once the focus is inside.
    expect(page.locator("#board-inspector :focus")).to_have_count(1)
    page.get_by_role("button", name=f"Assign {name}").click()
    expect(cell(page, shift)).to_contain_text(name)


def pick_by_keyboard(page: Page, shift: Shift, name: str) -> None:
    """The same without a mouse: Enter on the gap, Tab to the button, Enter."""
    page.locator(f"#gap-{shift.pk}").focus()
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name=f"Assign {name}")
    expect(button).to_be_visible()
    expect(page.locator("#board-inspector :focus")).to_have_count(1)
    for _ in range(20):
        if button.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(cell(page, shift)).to_contain_text(name)
    # The gap is gone and its button with it: the keyboard stays in the panel, and Esc leads to whoever fills the gap now.
    expect(page.locator("#board-inspector :focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(cell(page, shift).locator(":focus")).to_contain_text(name)


def test_the_keyboard_takes_the_last_step_back_from_wherever_it_is(open_as, cast, shifts, tomorrow):
    page = open_as("secretary", language="en")
    page.goto(f"/deployments/board/?day={tomorrow}")
    pick_by_keyboard(page, shifts["late"], "马骏")
    page.keyboard.press("Control+z")
    expect(cell(page, shifts["late"])).not_to_contain_text("马骏")
    assert on(shifts["late"]) == []


def test_the_roster_comes_in_the_board_is_filled_and_the_crews_are_told(open_as, cast, shifts, roster, tomorrow):
    page = open_as("secretary", language="en")
    import_roster(page, roster)
    open_board(page, tomorrow)

    pick(page, shifts["early"], "徐丹丹")
    pick_by_keyboard(page, shifts["late"], "孙峰")
    page.locator("#board-pool li", has_text="马骏").drag_to(cell(page, shifts["early"]))
    expect(cell(page, shifts["early"])).to_contain_text("马骏")
    page.locator("#board-pool li", has_text="段涛").drag_to(cell(page, shifts["night"]))
    expect(cell(page, shifts["night"])).to_contain_text("段涛")

    assert {band: on(shift) for band, shift in shifts.items()} == {
        "early": sorted(["徐丹丹", "马骏"]),
        "late": ["孙峰"],
        "night": ["段涛"],
    }
    page.locator("#board-publish").click()
    expect(page.get_by_text("Published. 1 person has been told.")).to_be_visible()
    assert set(Shift.objects.values_list("state", flat=True)) == {Shift.State.PUBLISHED}

    # 马骏 finds it on the phone.
    phone = open_as("cadre", size="phone", language="en")
    phone.goto("/my/")
    expect(phone.get_by_role("heading", name="荷风苑 · 东门")).to_be_visible()
    phone.goto("/messages/")
    expect(phone.locator("main")).to_contain_text("荷风苑 东门")


def test_the_arrows_lead_from_shift_to_shift_and_escape_closes_the_panel(open_as, cast, shifts, tomorrow):
    page = open_as("secretary", language="en")
    page.goto(f"/deployments/board/?day={tomorrow}")
    gap = page.locator(f"#gap-{shifts['early'].pk}")

    gap.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"#gap-{shifts['late'].pk}")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"#gap-{shifts['night'].pk}")).to_be_focused()
    page.keyboard.press("Enter")
    # Htmx has taken hold of what it brought once the focus is inside.
    expect(page.locator("#board-inspector :focus")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#inspector-close")).to_have_count(0)
    expect(page.locator(f"#gap-{shifts['night'].pk}")).to_be_focused()


def test_what_another_board_did_meanwhile_is_refused_in_words(open_as, cast, shifts, tomorrow):
    page = open_as("secretary", language="en")
    page.goto(f"/deployments/board/?day={tomorrow}")
    person = page.locator("#board-pool li", has_text="马骏")
    expect(person).to_be_visible()
    # On a second board the worker puts him on the early shift; this one still shows him as free.
    factories.AssignmentFactory(shift=shifts["early"], cadre=cast.cadre, is_lead=True)

    person.drag_to(cell(page, shifts["late"]))

    expect(page.locator("#board-flash")).to_contain_text("马骏")
    expect(page.locator("#board-flash .p-warn")).to_contain_text("rest")
    expect(person).to_have_count(0)
    assert (on(shifts["early"]), on(shifts["late"])) == (["马骏"], [])


def test_by_tap_on_a_phone(open_as, cast, shifts, tomorrow):
    page = open_as("secretary", size="phone", language="en")
    page.goto(f"/deployments/board/?day={tomorrow}")

    pick(page, shifts["late"], "马骏")

    assert on(shifts["late"]) == ["马骏"]
    # The panel lies over the whole phone, and what was done lies over the panel.
    page.get_by_role("button", name="Undo").tap()
    expect(cell(page, shifts["late"])).not_to_contain_text("马骏")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_without_script_the_same_is_done_by_forms(open_as, cast, shifts, tomorrow, size):
    page = open_as("secretary", size=size, language="en", script=False)
    page.goto(f"/deployments/board/?day={tomorrow}")

    page.locator(f"#gap-{shifts['night'].pk}").click()
    page.get_by_role("button", name="Assign 马骏").click()
    expect(cell(page, shifts["night"])).to_contain_text("马骏")
    assert on(shifts["night"]) == ["马骏"]
    # On a phone the panel lies over the shifts.
    page.locator("#inspector-close").click()
    page.get_by_role("link", name="马骏").click()
    page.get_by_role("button", name="Take off").click()

    expect(cell(page, shifts["night"])).not_to_contain_text("马骏")
    assert on(shifts["night"]) == []

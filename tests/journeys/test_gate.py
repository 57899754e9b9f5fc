"""The cadre's shift on the phone: sign in, log who passes, hand over; the next lead confirms."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from checkpoints.models import Attendance, Handover, Passage, Shift
from checkpoints.services import totals
from residents.models import DutyPolicy
from tests import factories
from tests.journeys.phones import gate_listens
from tests.processes import until

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def shift(cast) -> Shift:
    """A shift of this hour at the east gate that 马骏 leads; 冯超 leads the next. Couriers may come in here."""
    now = timezone.now().replace(second=0, microsecond=0)
    day = timezone.localtime(now).date()
    DutyPolicy.objects.create(community=cast.qinghe, starts_on=day, couriers_enter=True)
    gate = factories.PostFactory(compound=cast.hefengyuan, name="东门")
    running = factories.ShiftFactory(post=gate, day=day, starts_at=now, ends_at=now + 4 * HOUR, required=1)
    later = factories.ShiftFactory(post=gate, day=day, starts_at=now + 4 * HOUR, ends_at=now + 8 * HOUR, required=1)
    factories.AssignmentFactory(shift=running, cadre=cast.cadre, is_lead=True)
    account = factories.UserFactory(username="fengchao", name="冯超")
    factories.MembershipFactory(user=account, community=cast.qinghe, role="cadre", starts_on=day)
    relief = factories.CadreFactory(name="冯超", user=account)
    factories.SecondmentFactory(cadre=relief, community=cast.qinghe)
    factories.AssignmentFactory(shift=later, cadre=relief, is_lead=True)
    return running


def write(page: Page, *, person: str = "resident", **fields: str) -> None:
    """Choose who passes and fill the fields."""
    page.locator(f"label:has([name=person][value={person}])").click()
    for name, value in fields.items():
        page.locator(f"#gate-form [name={name}]").fill(value)


def log(page: Page, way: str, **facts: str) -> Locator:
    """Log one passage as the thumb does, and wait until the portal has it."""
    write(page, **facts)
    page.locator(f".p-bar button[value={way}]").click()
    return newest(page)


def newest(page: Page) -> Locator:
    """The uppermost line under "Just now", stored."""
    line = page.locator("#gate-rows > li").first
    expect(line.locator("[data-state=stored]")).to_be_visible()
    return line


def counted(shift: Shift) -> dict[str, int]:
    sums = totals.of_shift(shift, fever_limit=37.3)
    return {key: sums[key] for key in ("in", "out", "turned_back", "held", "fever", "vehicles")}


def arrive(page: Page) -> None:
    """Sign in to the shift and open its gate."""
    page.goto("/my/")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("You are signed in.")).to_be_visible()
    page.get_by_role("link", name="Open the gate page").click()
    gate_listens(page)


def let_pass(page: Page) -> None:
    """Five go in, three go out."""
    log(page, "out", home="3-1-1202", name="王建国", reason="shopping")
    log(page, "out", home="17-3-702", temperature="36.4")
    log(page, "in", home="3-1-1202", name="王建国", temperature="36.6")
    log(page, "in", home="5-2-601", name="刘桂芳")
    log(
        page, "in", person="visitor", home="17-3-702", name="赵敏", phone="19900000001", host="刘桂芳", reason="visiting family"
    )
    log(page, "in", person="courier", home="5-2-601", reason="delivery")
    log(page, "out", person="courier", home="5-2-601")
    log(page, "in", person="driver", home="2-1-301", plate_no="鄂A12345")


def hold_a_fever(page: Page) -> None:
    """The phone says what to do."""
    log(page, "in", home="9-1-101", temperature="38.2")
    expect(page.locator("#gate-fever")).to_contain_text("9-1-101 38.2 ℃")
    page.get_by_role("button", name="Understood").click()


def turn_back(page: Page) -> None:
    write(page, person="visitor", name="钱进")
    page.get_by_text("Turn back").click()
    page.locator("#gate-form [name=result_note]").fill("no permission of the home visited")
    page.get_by_role("button", name="Wanted in").click()
    expect(newest(page)).to_contain_text("turned back")


def slip(page: Page) -> None:
    """Log one too many and take it back."""
    line = log(page, "out", home="1-1-101")
    expect(line).to_contain_text("1-1-101")
    line.get_by_role("button", name="Take back").click()
    expect(page.locator("#gate-rows")).not_to_contain_text("1-1-101")
    # The line goes at once; the portal hears of it a moment later, after all that was logged before.
    until(lambda: Passage.objects.filter(is_void=True).exists())


def hand_over(page: Page) -> None:
    page.goto("/my/")
    page.get_by_role("link", name="Hand over").click()
    page.fill("[name=open_items]", "9-1-101: 120 is on the way")
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator("main")).to_contain_text("Prepared. It can be taken over from")
    expect(page.get_by_role("button", name="I take over")).to_have_count(0)


def take_over(page: Page) -> None:
    page.goto("/checkpoints/handovers/")
    page.locator("#handover-rows a", has_text="东门").click()
    expect(page.locator("main")).to_contain_text("9-1-101: 120 is on the way")
    page.get_by_role("button", name="I take over").click()
    expect(page.get_by_text("Confirmed. It is your gate now.")).to_be_visible()


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_ten_passages_are_logged_and_the_next_lead_takes_over(open_as, cast, shift, size):
    page = open_as("cadre", size=size, language="en")
    arrive(page)
    let_pass(page)
    hold_a_fever(page)
    turn_back(page)
    slip(page)

    for total, number in {"in": "5", "out": "3", "visitors_inside": "1"}.items():
        expect(page.locator(f"[data-total={total}]")).to_have_text(number)
    assert counted(shift) == {"in": 5, "out": 3, "turned_back": 1, "held": 1, "fever": 1, "vehicles": 1}
    assert Passage.objects.filter(shift=shift).standing().count() == 10

    hand_over(page)
    # It is taken over where the shift ends, not four hours before.
    Shift.objects.filter(pk=shift.pk).update(ends_at=timezone.now() + HOUR / 4)
    take_over(open_as("fengchao", size=size, language="en"))
    sheet = Handover.objects.get(shift=shift)
    assert (sheet.confirmed_by.name, sheet.totals["in"], sheet.totals["out"]) == ("冯超", 5, 3)
    assert Attendance.objects.get().assignment.cadre == cast.cadre


def test_what_cannot_be_is_asked_before_the_person_has_walked_on(open_as, cast, shift):
    page = open_as("cadre", size="phone", language="en")
    page.goto(f"/checkpoints/gate/{shift.pk}/")
    gate_listens(page)

    page.locator(".p-bar button[value=in]").click()
    expect(page.locator("#home-why")).to_have_text("Write the home, such as 17-3-702, or the name.")
    write(page, home="17-3-702", temperature="366")
    page.locator(".p-bar button[value=in]").click()
    expect(page.locator("#temperature-why")).to_have_text("366 is no temperature. Did you mean 36.6?")

    assert Passage.objects.count() == 0

    # The narrowest phone, with the longest words: nothing pushes the page wider.
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    # And what is wrong is not said under the bar that was tapped.
    write(page, person="visitor", home="17-3-702", name="赵敏", phone="19900000001", temperature="")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.locator(".p-bar button[value=in]").click()
    page.wait_for_function("""() => {
      const { left, top, height } = document.getElementById("reason-why").getBoundingClientRect();
      return height && document.elementFromPoint(left + 4, top + 4)?.id === "reason-why";
    }""")


def test_without_network_the_gate_stays_open_whatever_of_its_head_is_pressed(open_as, cast, shift):
    page = open_as("cadre", size="phone", language="zh-CN")
    page.goto(f"/checkpoints/gate/{shift.pk}/")
    gate_listens(page)
    write(page, home="17-3-702")
    # A worker that is cut off while it is fetched complains.
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.locator(".p-me > summary").click()
    page.locator(".p-me").get_by_role("button", name="English").click()
    expect(page.locator("#gate-away")).to_be_visible()
    page.locator(".p-me").get_by_role("button", name="退出").click()
    expect(page.locator("#gate-away")).to_be_visible()
    expect(page.locator("#gate-form [name=home]")).to_have_value("17-3-702")


def test_what_is_logged_without_network_is_stored_once_when_it_is_back(open_as, cast, shift):
    page = open_as("cadre", size="phone", language="en")
    page.goto(f"/checkpoints/gate/{shift.pk}/")
    gate_listens(page)
    stop = lambda route: route.abort()  # noqa: E731 - the same object takes it away again
    page.route("**/passages/", stop)
    for home in ("1-1-101", "2-1-201", "3-1-301"):
        write(page, home=home)
        page.locator(".p-bar button[value=out]").click()
    expect(page.locator("#gate-net")).to_contain_text("3 waiting")
    expect(page.locator("#gate-rows [data-state=waiting]:visible")).to_have_count(3)
    assert Passage.objects.count() == 0

    page.unroute("**/passages/", stop)
    page.reload()

    expect(page.locator("#gate-net")).to_be_hidden()
    expect(page.locator("[data-total=out]")).to_have_text("3")
    assert sorted(Passage.objects.values_list("written_home", flat=True)) == ["1-1-101", "2-1-201", "3-1-301"]


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_without_script_a_passage_is_one_form(open_as, cast, shift, size):
    page = open_as("cadre", size=size, language="en", script=False)
    page.goto(f"/checkpoints/gate/{shift.pk}/")

    write(page, home="17-3-702", name="王建国", temperature="36.5", reason="work")
    page.locator(".p-bar button[value=out]").click()

    expect(page.get_by_text("Logged.")).to_be_visible()
    expect(page.locator("#gate-rows")).to_contain_text("17-3-702")
    row = Passage.objects.get()
    assert (row.direction, row.written_home, row.written_name, str(row.temperature)) == ("out", "17-3-702", "王建国", "36.5")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert Passage.objects.standing().count() == 0


def test_without_script_a_home_goes_on_its_pass_once_and_is_asked_the_next_time(open_as, cast, shift):
    factories.PassPolicyFactory(community=cast.qinghe)
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    card = factories.EntryPassFactory(dwelling=factories.DwellingFactory(entrance=entrance, room_no="702"))
    page = open_as("cadre", size="phone", language="en", script=False)
    page.goto(f"/checkpoints/gate/{shift.pk}/")

    write(page, home="17-3-702")
    page.locator(".p-bar button[value=out]").click()
    expect(page.get_by_text("Logged.")).to_be_visible()
    write(page, home="17-3-702")
    page.locator(".p-bar button[value=out]").click()

    expect(page.locator("#gate-asked")).to_contain_text("Trips are used up: 1 in 1 day(s).")
    page.locator("#gate-asked [name=override]").fill("to the hospital")
    page.locator(".p-bar button[value=out]").click()
    expect(page.get_by_text("Logged.")).to_be_visible()
    found = card.uses.order_by("pk").values_list("found", "override_reason")
    assert list(found) == [("", ""), ("out", "to the hospital")]


def test_a_fever_is_held_and_logged_whatever_the_pass_says(open_as, cast, shift):
    factories.PassPolicyFactory(community=cast.qinghe)
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    factories.DwellingFactory(entrance=entrance, room_no="702")
    page = open_as("cadre", size="phone", language="en")
    page.goto(f"/checkpoints/gate/{shift.pk}/")
    gate_listens(page)

    write(page, home="17-3-702", temperature="38.4")
    expect(page.locator("#gate-pass")).to_contain_text("There is no pass.")
    page.locator(".p-bar button[value=out]").click()

    expect(page.locator("#gate-fever")).to_contain_text("17-3-702 38.4 ℃")
    newest(page)
    assert Passage.objects.get().result == "held"

"""Counting lights without network: the buildings open, windows are tapped, taken back and all others dark; nothing is lost."""

import pytest
from playwright.sync_api import Page, expect

from residents.models import Dwelling, Finding, Round
from tests import factories
from tests.journeys.phones import ONLINE, READY, SOON

pytestmark = pytest.mark.django_db(transaction=True)

FLOORS = 3


@pytest.fixture
def found(cast) -> Round:
    """The lights of two buildings of six windows, to be counted by 马骏; one home is watched, one stands empty."""
    found = factories.RoundFactory(community=cast.qinghe, plan__kind="light_count", walkers=[cast.cadre_user])
    for number in ("3", "10"):
        building = factories.BuildingFactory(compound=cast.hefengyuan, number=number)
        entrance = factories.EntranceFactory(building=building, number="1")
        for floor in range(FLOORS, 0, -1):
            for room in (1, 2):
                home = factories.DwellingFactory(entrance=entrance, floor=floor, room_no=f"{floor}0{room}")
                factories.StopFactory(round=found, dwelling=home)
    first = Dwelling.objects.filter(entrance__building__number="3")
    first.filter(room_no="101").update(light_watch=True)
    first.filter(room_no="102").update(state=Dwelling.State.VACANT)
    return found


def open_round(page: Page, found: Round, building: str = "") -> None:
    key = found.stops.filter(dwelling__entrance__building__number=building).values_list(
        "dwelling__entrance__building", flat=True
    )
    page.goto(f"/residents/rounds/{found.pk}/" + (f"?building={key[0]}" if building else ""))
    expect(page.locator("html[data-ready=yes]")).to_be_attached(timeout=SOON)


def window(page: Page, room: str):
    return page.locator(".p-windows button", has_text=room)


def shows(page: Page, room: str, outcome: str) -> None:
    expect(window(page, room)).to_have_class(f"p-window p-window-{outcome}", timeout=SOON)


def progress(page: Page, done: int) -> None:
    expect(page.locator(".p-walk-progress strong")).to_have_text(f"{done} / {FLOORS * 4}", timeout=SOON)


def outcomes(found: Round, building: str) -> dict[str, str]:
    rows = found.stops.filter(dwelling__entrance__building__number=building)
    return dict(rows.values_list("dwelling__room_no", "outcome"))


@pytest.fixture
def counting(cast, found, phone, settings) -> Page:
    """马骏 has the first building before them, and everything lies on the phone."""
    # Each tap of a batch is a transaction of its own, and locks its round: that is no list read row by row.
    settings.ZEAL_ALLOWLIST = [{"model": "residents.*", "field": "get*"}]
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    with page.expect_response(lambda answer: answer.url.endswith("/kit/")):
        open_round(page, found)
    page.evaluate(READY)
    return page


def send(page: Page, wire) -> None:
    wire.cut = False
    page.evaluate(ONLINE)
    expect(page.locator("#round-net")).to_be_hidden(timeout=SOON)


def test_the_windows_of_a_building_are_counted_without_network(found, counting, wire):
    page = counting
    window(page, "301").click()
    progress(page, 1)
    wire.cut = True
    for room in ("302", "201"):
        window(page, room).click()
        shows(page, room, "lit")
    # The second tap takes back what lies on this phone.
    window(page, "201").click()
    shows(page, "201", "open")
    progress(page, 2)
    page.get_by_role("button", name="All others here are dark").click()
    shows(page, "101", "dark")
    shows(page, "102", "away")
    progress(page, 6)

    send(page, wire)
    dark = dict.fromkeys(("201", "202", "101"), "dark")
    assert outcomes(found, "3") == {"301": "lit", "302": "lit", **dark, "102": "away"}
    # The dark window of the watched home is called this evening.
    assert [finding.kind for finding in Finding.objects.all()] == ["dark"]
    assert Round.objects.get(kind="wellbeing_call").stops.count() == 1


def test_another_building_opens_without_network_after_a_kill(found, phone, counting, wire):
    window(counting, "301").click()
    progress(counting, 1)
    wire.cut = True
    window(counting, "302").click()
    progress(counting, 2)
    counting.close()
    page = phone.context.new_page()
    open_round(page, found, "10")
    progress(page, 2)
    window(page, "101").click()
    shows(page, "101", "lit")
    expect(window(page, "101").locator(".p-icon")).to_have_count(1)
    # Back in the first one, with what the portal has heard and what it has not.
    page.locator("#round-walk nav a").first.click()
    for room in ("301", "302"):
        shows(page, room, "lit")
    expect(page.locator("#round-net")).to_contain_text("2 waiting")

    send(page, wire)
    progress(page, 3)
    assert {room for room, outcome in outcomes(found, "3").items() if outcome} == {"301", "302"}
    assert {room for room, outcome in outcomes(found, "10").items() if outcome} == {"101"}


def test_what_the_portal_holds_is_not_taken_back_without_network(found, counting, wire):
    window(counting, "301").click()
    progress(counting, 1)
    wire.cut = True
    window(counting, "301").click()

    expect(counting.locator(".p-note")).to_contain_text("Without network only taps that lie on this phone")
    assert outcomes(found, "3")["301"] == "lit"

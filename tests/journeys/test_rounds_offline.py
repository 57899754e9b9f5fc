"""A walker without network: no stop is lost, none is done twice, and what the portal does not take is said."""

import pytest
from playwright.sync_api import Page, expect

from residents.models import Round, Stop
from residents.services import stops
from tests import factories
from tests.journeys.phones import ONLINE, READY, SOON

pytestmark = pytest.mark.django_db(transaction=True)

HOMES = 6


@pytest.fixture
def found(cast) -> Round:
    """The temperatures of six homes, to be taken by 马骏."""
    found = factories.RoundFactory(community=cast.qinghe, plan__kind="temperature", walkers=[cast.cadre_user])
    entrance = factories.EntranceFactory(building=factories.BuildingFactory(compound=cast.hefengyuan))
    for number in range(HOMES):
        home = factories.DwellingFactory(entrance=entrance, floor=HOMES - number, room_no=f"{HOMES - number}01")
        factories.StopFactory(round=found, dwelling=home, resident=factories.ResidentFactory(dwelling=home))
    return found


def open_round(page: Page, found: Round) -> None:
    page.goto(f"/residents/rounds/{found.pk}/")
    expect(page.locator("html[data-ready=yes]")).to_be_attached(timeout=SOON)


def measure(page: Page, degrees: str) -> None:
    page.locator(".p-stop [name=temperature]").fill(degrees)
    page.locator(".p-stop .p-bar button").click()


def back_online(page: Page) -> None:
    page.evaluate(ONLINE)
    expect(page.locator("#round-net")).to_be_hidden(timeout=SOON)


def progress(page: Page, done: int) -> None:
    expect(page.locator(".p-walk-progress strong")).to_have_text(f"{done} / {HOMES}", timeout=SOON)


def test_a_walk_without_network_over_a_kill_loses_no_stop(cast, found, phone, wire):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_round(page, found)
    page.evaluate(READY)
    measure(page, "36.1")
    progress(page, 1)

    wire.cut = True
    for number in (2, 3):
        measure(page, f"36.{number}")
        progress(page, number)
    page.close()
    page = phone.context.new_page()
    open_round(page, found)
    progress(page, 3)
    measure(page, "366")
    expect(page.locator(".p-question-error")).to_contain_text("34.0")
    for number in (4, 5):
        measure(page, f"36.{number}")
        progress(page, number)
    expect(page.locator("#round-net")).to_contain_text("4 waiting")
    assert Stop.objects.open().count() == HOMES - 1

    wire.cut = False
    back_online(page)
    progress(page, 5)
    taken = found.stops.filter(state="done").in_order()
    assert [stop.answers["temperature"] for stop in taken] == ["36.1", "36.2", "36.3", "36.4", "36.5"]
    assert len(set(taken.values_list("tap", flat=True))) == 5


def test_a_stop_somebody_else_did_meanwhile_is_said(cast, found, phone, wire):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_round(page, found)
    page.evaluate(READY)

    wire.cut = True
    measure(page, "36.1")
    progress(page, 1)
    first = found.stops.in_order().first()
    stops.do(stop_id=first.pk, outcome="no_answer", by=cast.worker)
    wire.cut = False
    page.evaluate(ONLINE)

    expect(page.locator("#round-refused")).to_contain_text(f"{first} 周敏 has already done this stop")
    first.refresh_from_db()
    assert (first.outcome, first.done_by) == ("no_answer", cast.worker)


def test_what_needs_the_network_is_said_and_the_walk_stays_open(cast, found, phone):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_round(page, found)
    page.evaluate(READY)
    page.context.set_offline(True)

    for press in ("All stops", "Back"):
        page.get_by_role("link", name=press).click()
        expect(page.locator("#round-remark")).to_contain_text("needs the network")
    page.locator(".p-me > summary").click()
    page.locator(".p-me").get_by_role("button", name="Sign out").click()
    measure(page, "36.1")
    progress(page, 1)
    expect(page.locator("#round-remark")).to_have_count(1)

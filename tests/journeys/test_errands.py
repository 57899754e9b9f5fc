"""Errands from the door to the thanks: an old phone without script, a cadre's thumb, the desk; and a message of the group."""

import time

import pytest
from playwright.sync_api import Page, expect

from residents.models import Errand
from residents.services import asks, errand_kinds
from residents.services.ask_sheets import Sheet
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

# Of use: what a person does, without what the machine needs to draw.
SECONDS = 20


@pytest.fixture
def home(cast):
    errand_kinds.ensure()
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    return factories.DwellingFactory(entrance=entrance, floor=7, room_no="702")


def ask(page: Page, token: str) -> None:
    """A resident scans the sheet at the door."""
    page.goto(f"/ask/{token}/")
    page.get_by_role("link", name="代购").click()
    page.locator("[name=what]").fill("大米 10 斤\n鸡蛋 30 个")
    page.locator("[name=home]").fill("702")
    page.locator("[name=name]").fill("王建国")
    page.locator("[name=phone]").fill("19900021234")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text("已收到您的求助")).to_be_visible()


def bring(page: Page) -> None:
    """A cadre takes it, buys, and hands it over."""
    page.goto("/residents/errands/")
    page.get_by_role("button", name="我来").first.click()
    # There is one: to go on before the portal has answered would take the press back.
    expect(page.get_by_role("button", name="我来")).to_have_count(0)
    page.goto("/residents/errands/mine/")
    page.get_by_role("button", name="出发").click()
    for left in (1, 0):
        page.locator(".p-shop button[name=lines]").first.click()
        expect(page.locator(".p-shop button[name=lines]")).to_have_count(left)
    expect(page.locator(".p-shop")).to_have_count(0)
    page.get_by_role("link", name="送到了").click()
    page.get_by_role("button", name="送到了").click()
    expect(page.locator(".p-messages .p-note")).to_be_visible()


def test_a_resident_asks_a_cadre_brings_it_and_the_desk_sees_the_time(cast, home, open_as):
    resident = open_as(size="phone", script=False)
    ask(resident, asks.sheet_link(Sheet(cast.hefengyuan, home.entrance)))
    bring(open_as("cadre", size="phone"))
    resident.reload()
    resident.get_by_role("button", name="收到了").click()
    expect(resident.get_by_text("您已确认收到")).to_be_visible()

    desk = open_as("secretary")
    desk.goto("/residents/helpers/")
    row = desk.locator("tr", has_text="马骏")
    expect(row.locator("td").nth(1)).to_have_text("1")
    errand = Errand.objects.get()
    assert (errand.state, errand.delivered_by, bool(errand.confirmed_at)) == ("delivered", cast.cadre_user, True)
    expect(row.locator("td").nth(8)).to_have_text("0")


def test_a_message_of_the_group_becomes_an_errand_in_twenty_seconds(cast, home, open_as):
    page = open_as("worker")
    page.goto("/residents/errands/")
    begun = time.perf_counter()
    page.get_by_role("link", name="粘贴群消息").click()
    page.locator("[name=text]").fill("王大妈:17号楼3单元702,家里没菜了,买点青菜 3 斤,电话 19900021234")
    page.get_by_role("button", name="识别").click()
    expect(page.locator("[name=home]")).to_have_value("17-3-702")
    page.get_by_role("button", name="登记").click()
    expect(page.locator(".p-messages .p-note")).to_be_visible()
    took = time.perf_counter() - begun
    errand = Errand.objects.get()
    assert (errand.dwelling, errand.written_phone, errand.channel) == (home, "19900021234", "chat")
    assert took < SECONDS


def test_what_is_ticked_survives_the_refresh_of_the_queue(cast, home, open_as):
    factories.ErrandFactory(dwelling=home)
    page = open_as("worker")
    page.goto("/residents/errands/")
    page.locator("[name=errand]").check()
    with page.expect_response(lambda answer: "errands/" in answer.url):
        page.evaluate("htmx.ajax('GET', location.href, {target: '#errand-rows', swap: 'outerHTML', source: '#errand-rows'})")
    expect(page.locator("[name=errand]")).to_be_checked()

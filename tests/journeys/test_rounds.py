"""The rubbish of 36 homes: planned at the desk in one form, walked twice on the phone."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.lib.dates import moment
from residents.models import CareProfile, Round, Stop
from residents.services import care, rounds
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

HOMES = 36
REFUSED = 422


@pytest.fixture
def homes(cast) -> None:
    """36 homes over three entrances with somebody who cannot walk stairs, and as many without."""
    cannot_walk = care.categories()["行动不便"]
    building = factories.BuildingFactory(compound=cast.hefengyuan, number="17")
    for number in range(3):
        entrance = factories.EntranceFactory(building=building, number=str(number + 1))
        for room in range(HOMES // 3 * 2):
            dwelling = factories.DwellingFactory(
                entrance=entrance, floor=room // 4 + 1, room_no=f"{room // 4 + 1}0{room % 4 + 1}"
            )
            resident = factories.ResidentFactory(dwelling=dwelling)
            if room % 2:
                CareProfile.objects.create(resident=resident, category=cannot_walk)


def plan(page: Page, compound: str) -> None:
    """The secretary: kind, compound, who walks; the rest is filled in already."""
    page.goto("/residents/rounds/")
    page.get_by_role("link", name="新建巡访").click()
    page.get_by_role("link", name="上门收垃圾").click()
    page.locator("[name=compound]").select_option(label=compound)
    page.get_by_label("马骏").check()
    page.get_by_role("button", name="开始巡访").click()
    expect(page.locator(".p-messages .p-note")).to_be_visible()


def walk(page: Page, found: Round) -> None:
    """The cadre: from the own page to the round, one tap a door, then close it."""
    page.goto("/my/")
    page.locator(f"a[href='/residents/rounds/{found.pk}/']").click()
    for done in range(HOMES):
        # Looked at with each picture of the screen; `expect` asks ten times a second, which is longer than a tap takes.
        page.locator(f".p-walk-progress strong:text-is('{done} / {HOMES}')").wait_for()
        page.locator(".p-bar button").click()
    expect(page.locator(".p-walk-progress strong")).to_have_text(f"{HOMES} / {HOMES}")
    page.locator("#round-walk").get_by_role("button", name="结束本轮").click()
    expect(page.get_by_text("已结束").first).to_be_visible()


def test_36_homes_are_planned_in_a_minute_and_walked_twice(cast, homes, open_as):
    plan(open_as("secretary"), "荷风苑")
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    for hour in (8, 13):
        rounds.open_due(moment(tomorrow, dt.time(hour)))
    both = list(Round.objects.filter(day=tomorrow).order_by("starts_at"))
    phone = open_as("cadre", size="phone")

    for found in both:
        walk(phone, found)

    assert [found.stops.filter(done_by=cast.cadre_user, state="done").count() for found in both] == [HOMES, HOMES]
    assert Round.objects.open().filter(day=tomorrow).count() == 0


def test_without_script_a_door_is_one_form_and_undo_another(cast, homes, open_as):
    found = factories.RoundFactory(community=cast.qinghe, walkers=[cast.cadre_user])
    home = CareProfile.objects.first().resident.dwelling
    factories.StopFactory(round=found, dwelling=home)
    page = open_as("cadre", size="phone", script=False)
    page.goto(f"/residents/rounds/{found.pk}/")

    page.locator(".p-reasons button[value=no_answer]").click()
    expect(page.locator(".p-list .p-badge")).to_contain_text("无人应答")
    page.get_by_role("button", name="撤回").click()

    expect(page.locator(".p-stop-address")).to_have_text(str(home))
    assert Stop.objects.get().is_open


def test_a_temperature_that_cannot_be_is_said_at_the_field(cast, open_as):
    found = factories.RoundFactory(community=cast.qinghe, plan__kind="temperature", walkers=[cast.cadre_user])
    resident = factories.ResidentFactory(dwelling__entrance__building__compound=cast.hefengyuan)
    factories.StopFactory(round=found, dwelling=resident.dwelling, resident=resident)
    factories.StopFactory(round=found, dwelling__entrance=resident.dwelling.entrance)
    page = open_as("cadre", size="phone")
    page.goto(f"/residents/rounds/{found.pk}/")

    with page.expect_response(lambda answer: answer.status == REFUSED):
        page.locator("[name=temperature]").fill("366")
        page.locator("[name=temperature]").press("Enter")
    expect(page.locator(".p-question-error")).to_contain_text("34.0")
    page.locator("[name=temperature]").fill("36,6")
    page.locator(".p-bar button").click()

    expect(page.locator(".p-walk-progress strong")).to_have_text("1 / 2")
    assert Stop.objects.get(state="done").answers == {"temperature": "36.6"}

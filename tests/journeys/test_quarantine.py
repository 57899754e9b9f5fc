"""A close contact from the notice to the release: ten days, seven of them at a site, three at home."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.lib.dates import moment
from residents.models import ContactClass, QuarantineCase, Resident, StageKind
from residents.services import health_checks
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

STAGES = [(StageKind.CENTRAL, 7, ""), (StageKind.HOME_MONITORING, 3, "3")]


@pytest.fixture
def contact(cast) -> Resident:
    """李强 of 17-3-702, and the rule of the day: seven days at a site, three at home."""
    factories.QuarantinePolicyFactory(name="第九版", contact_class=ContactClass.CLOSE, stages=STAGES)
    building = factories.BuildingFactory(compound=cast.hefengyuan, number="17")
    entrance = factories.EntranceFactory(building=building, number="3")
    home = factories.DwellingFactory(entrance=entrance, floor=7, room_no="702")
    return factories.ResidentFactory(dwelling=home, name="李强")


@pytest.fixture
def on() -> Callable[[int, int], time_machine.travel]:
    """Travel to an hour of a day of the case; the server is in this process and travels along."""
    first = timezone.localdate() + dt.timedelta(days=1)

    def travel(day: int, hour: int) -> time_machine.travel:
        return time_machine.travel(moment(first + dt.timedelta(days=day - 1), dt.time(hour)))

    return travel


def press(page: Page, name: str, *, tick: tuple[str, ...] = (), **fields: str) -> None:
    """A button of the case's page, what its page asks, and the case's page again."""
    page.get_by_role("link", name=name, exact=True).click()
    for field, value in fields.items():
        box = page.locator(f"[name={field}]")
        if box.first.get_attribute("type") == "radio":
            page.locator(f"[name={field}][value={value}]").check()
        elif box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    send = page.locator("form.p-form .p-buttons button")
    # Below all boxes: those that are not there yet would be left without a tick.
    expect(send).to_be_visible()
    for field in tick:
        for box in page.locator(f"[name={field}]").all():
            box.check()
    send.click()
    expect(page.get_by_text("Done.", exact=True)).to_be_visible()


def drive(page: Page) -> None:
    """Told, the car leaves, arrived."""
    press(page, "Told, agrees")
    press(page, "The car leaves", tick=("protected",), escorts="周敏", plate_no="鄂A12345")
    press(page, "Arrived")


def take(page: Page, case: QuarantineCase, temperature: str) -> None:
    """A check at the door, from the list of what is due."""
    page.goto(reverse("residents:health_check_list"))
    page.locator(f"a[href^='{reverse('residents:health_check_record', args=[case.pk])}']").first.click()
    page.locator("[name=temperature]").fill(temperature)
    page.get_by_role("button", name="Save the check").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def register(page: Page) -> None:
    """Found, registered, told in writing, the home assessed, started, taken to a site."""
    page.goto(reverse("residents:quarantine_find"))
    page.locator("#id_q").fill("李强")
    page.locator("#quarantine-found").get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Choose a resident of 17-3-702").click()
    page.get_by_role("button", name="Register").click()
    press(page, "Serve the notice")
    press(page, "Assess the home", tick=("ticked",))
    press(page, "Start", tick=("committed",))
    press(page, "Order a transfer", site="洪山驿站")
    drive(page)


def call(page: Page, case: QuarantineCase) -> None:
    """The talk of the day with somebody at a site."""
    page.goto(reverse("residents:site_call_list"))
    page.locator(f"a[href='{reverse('residents:site_call_record', args=[case.pk])}']").click()
    page.get_by_role("button", name="Save the call").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def bring_home(page: Page, case: QuarantineCase) -> None:
    page.goto(reverse("residents:quarantine_detail", args=[case.pk]))
    press(page, "Order a transfer", to="home")
    drive(page)


def report(page: Page, case: QuarantineCase, temperature: str) -> None:
    """The resident, by the own link."""
    case.refresh_from_db()
    page.goto(reverse("residents:health_check_own", args=[health_checks.link_of(case)]))
    page.locator("[name=temperature]").fill(temperature)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("36.6")).to_be_visible()


def look(page: Page, case: QuarantineCase) -> None:
    """The last day: the sample is negative, and the person is there."""
    page.goto(reverse("residents:quarantine_detail", args=[case.pk]))
    page.get_by_role("link", name="Result of").click()
    page.locator("[name=test_result][value=negative]").check()
    page.locator("form.p-form .p-buttons button").click()
    press(page, "Spot check", tick=("is_final",), at_home="yes")


def release(page: Page) -> None:
    """From the first page of the day after to the paper."""
    page.goto("/")
    page.get_by_role("link", name="Quarantines that are over, not released").click()
    page.get_by_role("link", name="17-3-702").first.click()
    press(page, "Release")
    page.get_by_role("button", name="Release notice").click()
    expect(page.get_by_text("李强").first).to_be_visible()


def test_a_contact_from_the_notice_to_the_release(cast, contact, on, open_as):
    with on(1, 9):
        register(open_as("worker", language="en"))
    case = QuarantineCase.objects.get()
    assert (case.state, case.notice_no[:1], case.days_planned) == ("transferred", "告", 10)
    with on(5, 15):
        call(open_as("worker", language="en"), case)
    with on(8, 9):
        bring_home(open_as("worker", language="en"), case)
        take(open_as("cadre", size="phone", language="en"), case, "36,4")
    with on(9, 19):
        report(open_as(size="phone", language="en"), case, "36.6")
    with on(10, 10):
        take(open_as("cadre", size="phone", language="en"), case, "36.5")
        look(open_as("worker", language="en"), case)
    with on(11, 9):
        release(open_as("secretary", language="en"))

    case.refresh_from_db()
    halves = [(check.slot, str(check.temperature), check.method) for check in case.checks.order_by("day", "slot")]
    assert (case.state, case.release_no[:1], halves) == (
        "released",
        "解",
        [("am", "36.4", "door"), ("pm", "36.6", "own"), ("am", "36.5", "door")],
    )

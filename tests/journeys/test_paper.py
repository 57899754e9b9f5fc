"""What comes out of the printer: nothing to press, nothing beyond the edge, no sheet too many."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from residents.services import ledgers
from tests import factories
from tests.checkpoints.test_gate import running
from tests.journeys.test_long_names import LONG

pytestmark = pytest.mark.django_db(transaction=True)

# A4 across between its margins of 12 mm, at 96 pixels an inch.
ACROSS = 1032
# Pills keep the one that was chosen.
TO_PRESS = """() => [...document.querySelectorAll("button, input, select, textarea, nav:not(.p-pills), .btn, .p-top, .p-tabs")]
  .filter((one) => one.checkVisibility()).map((one) => `${one.tagName}.${one.className}`)"""
BEYOND = """() => [...document.querySelectorAll("main *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).slice(0, 3)
  .map((one) => `${one.tagName} ${one.textContent}`)"""
NAMELESS = """() => [...document.querySelectorAll("thead th")]
  .filter((one) => one.checkVisibility() && !one.innerText.trim()).map((one) => one.outerHTML)"""


@pytest.fixture
def papers(cast) -> list[str]:
    """What the secretary prints, each with somebody of a long name on it."""
    home = factories.DwellingFactory(entrance__building__compound=cast.hefengyuan, room_no="地下室十二号丙丁戊己庚")
    person = factories.ResidentFactory(dwelling=home, name=LONG, relation="head")
    factories.QuarantineCaseFactory(resident=person)
    shift = running(factories.PostFactory(compound=cast.hefengyuan))
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    factories.PassageFactory(shift=shift, written_name=LONG, written_home="17-3-1702", reason="去医院" * 9, plate_no="鲁A12345")
    factories.ErrandFactory(dwelling=home)
    ledgers.start(community=cast.qinghe, by=cast.secretary)
    lists = ("residents:dwelling_list", "residents:quarantine_list", "residents:alone_list", "residents:round_list",
             "residents:errand_list", "residents:task_list", "deployments:cadre_list", "deployments:secondment_list",
             "checkpoints:roster", "checkpoints:board", "checkpoints:pass_list", "checkpoints:attendance_list",
             "checkpoints:passage_list", "checkpoints:passage_print", "checkpoints:delivery_list")  # fmt: skip
    ledger = cast.qinghe.ledgers.get(code="2")
    return [*map(reverse, lists), reverse("residents:ledger_detail", args=[ledger.pk])]


def printed(page: Page, address: str) -> dict[str, object]:
    """What is wrong with a page on paper, and what it lacks of whose it is and of which day."""
    page.goto(address)
    text = page.locator("main").inner_text()
    # The register's form has a line for the unit's seal.
    needed = [] if address == reverse("checkpoints:passage_print") else ["清荷社区", str(timezone.localdate())]
    wrong: dict[str, object] = {script: page.evaluate(script) for script in (TO_PRESS, BEYOND, NAMELESS)}
    wrong["lacks"] = [word for word in needed if word not in text]
    return {what: found for what, found in wrong.items() if found}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_list_on_paper_says_whose_it_is_with_nothing_to_press_and_nothing_beyond_its_edge(papers, open_as, language):
    page = open_as("secretary", language=language)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": ACROSS, "height": 700})

    wrong = {address: printed(page, address) for address in papers}

    assert {address: found for address, found in wrong.items() if found} == {}


def test_a_notice_of_quarantine_is_one_sheet(cast, open_as):
    person = factories.ResidentFactory(dwelling__entrance__building__compound=cast.hefengyuan, name=LONG)
    served = {"notice_served_at": timezone.now(), "notice_served_by": cast.worker}
    case = factories.QuarantineCaseFactory(resident=person, notice_no="告2026-0001", **served)
    page = open_as("worker", language="en")
    page.goto(reverse("residents:quarantine_detail", args=[case.pk]))
    page.get_by_role("button", name="Notice", exact=True).click()
    page.locator(".p-paper").wait_for()

    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))

    assert len(sheets) == 1


def test_who_has_read_a_notice_hangs_on_no_wall(cast, open_as):
    notice = factories.NoticeFactory(community=cast.qinghe)
    page = open_as("secretary")
    page.goto(reverse("residents:notice_detail", args=[notice.pk]))
    readers = page.locator("section.p-panel:has(.p-list)")
    on_screen = readers.is_visible()
    page.emulate_media(media="print")

    assert (on_screen, readers.is_visible(), page.get_by_text(notice.body).is_visible()) == (True, False, True)

"""What script does for every page: where the eye and the keyboard are."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_menu_closes_when_the_keyboard_leaves_it(cast, open_as):
    page = open_as("secretary", language="en")
    page.goto("/deployments/cadres/")
    more = page.locator(".p-nav .p-menu")
    more.locator("summary").press("Enter")
    lines = more.locator("a")
    expect(lines.last).to_be_visible()
    # It never reaches below the screen: what does not fit is scrolled to.
    assert more.locator(".p-menu-body").bounding_box()["height"] < 900
    lines.last.focus()
    page.keyboard.press("Tab")
    expect(lines.last).to_be_hidden()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_what_was_refused_has_the_focus_and_is_on_the_screen(cast, open_as, size):
    page = open_as("secretary", size=size, language="en")
    page.goto(f"/deployments/cadres/{cast.cadre.pk}/edit/")
    page.locator("main [name=phone]").fill("12")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main [name=phone]")).to_be_focused()
    expect(page.locator("main [name=phone]")).to_be_in_viewport()
    expect(page.locator("main [name=phone]")).to_have_value("12")

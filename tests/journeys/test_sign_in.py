"""The door, in a real browser."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize(("language", "word"), [("zh-CN", "登录"), ("en", "Sign in")])
def test_the_door_opens_at_both_sizes_in_both_languages(open_as, size, language, word):
    page = open_as(size=size, language=language)

    page.goto("/accounts/login/")

    assert word.lower() in page.inner_text("body").lower()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_language_is_changed_in_the_menu_of_the_account_on_every_screen(cast, open_as, size):
    page = open_as("secretary", size=size)
    page.goto("/")
    page.locator(".p-me > summary").click()
    page.locator(".p-me").get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")

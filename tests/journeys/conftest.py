"""Journeys in a real browser: Debian's chromium, a desk and a phone."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from portal.accounts.models import User
from tests.browser import CHROMIUMS, SIZES, open_chromium
from tests.journeys.phones import Phone
from tests.journeys.wire import Wire, wire_to
from tests.people import session_of

# Playwright's loop runs in this thread; the ORM is nevertheless used from it alone.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# Two cores carry the other half of the suite as well: what takes long is waited for.
expect.set_options(timeout=15_000)

# What the browser says of a request that a test itself kept from the network, and of a form answered with a word at its field.
EXPECTED = ("net::ERR_FAILED", "net::ERR_INTERNET_DISCONNECTED", "422 (Unprocessable Entity)")


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/journeys" in item.path.as_posix():
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def chromium_player() -> Iterator[Playwright]:
    """What drives the browsers."""
    if not any(map(shutil.which, CHROMIUMS)):
        missing = "no chromium on this machine, so no browser journeys: install it (Debian: apt-get install chromium)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(chromium_player: Playwright) -> Iterator[Browser]:
    """One browser for all journeys."""
    with open_chromium(chromium_player) as browser:
        yield browser


@pytest.fixture
def open_as(chromium: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """Open a browser as somebody: `page = open_as("cadre", size="phone")`; nobody's when no name is given.

    Anything the browser complains about (script errors, refused by the content policy) fails the test.
    """
    contexts, complaints = [], []

    def opened(username: str = "", *, size: str = "desk", language: str = "zh-CN", script: bool = True) -> Page:
        context = chromium.new_context(
            base_url=live_server.url, locale=language, java_script_enabled=script, accept_downloads=True, **SIZES[size]
        )
        contexts.append(context)
        if username:
            cookie = session_of(User.objects.get(username=username))
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text) if said.type == "error" and not any(map(said.text.count, EXPECTED)) else None
            ),
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def wire(live_server) -> Iterator[Wire]:
    """What lies between the phone and the portal."""
    with wire_to(live_server.url) as wire:
        yield wire


@pytest.fixture
def phone(chromium_player: Playwright, tmp_path, wire: Wire) -> Iterator[Phone]:
    """A phone with its own memory; `phone.on()` is its first page."""
    phone = Phone(chromium_player, tmp_path / "phone", wire)
    yield phone
    phone.off()

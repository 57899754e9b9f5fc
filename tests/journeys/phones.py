"""A phone: a browser with a folder of its own, on a wire that a test can cut."""

import time
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from portal.accounts.models import User
from tests.browser import SIZES, chromium_path, flags
from tests.journeys.wire import Wire
from tests.people import session_of

SOON = 30_000
# Until the page would open without network.
READY = """async () => {
  await navigator.serviceWorker.ready;
  const pages = await caches.open("pages");
  const kept = async () => (await pages.match(location.pathname)) && navigator.serviceWorker.controller;
  while (!(await kept())) await new Promise((go) => setTimeout(go, 50));
}"""
ONLINE = "dispatchEvent(new Event('online'))"


def gate_listens(page: Page) -> None:
    """Wait for the script of the gate page: until then a tap sends the form as it would without script."""
    expect(page.locator("#gate-form[data-ready=yes]")).to_be_attached(timeout=SOON)


def until(page: Page, asked: str) -> None:
    """Wait for a promise of true. `wait_for_function` takes the promise itself for an answer."""
    for _ in range(SOON // 100):
        if page.evaluate(asked):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"it never came true: {asked}")


class Phone:
    """It can be switched off and on again."""

    def __init__(self, playwright: Playwright, folder: Path, wire: Wire, *, more: Sequence[str] = ()) -> None:
        self.playwright, self.folder, self.wire, self.more = playwright, folder, wire, more
        self.context: BrowserContext

    def on(self, script: str = "") -> Page:
        """Start the browser; the script runs before each page's own."""
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder,
            executable_path=chromium_path(),
            args=[*flags(), *self.more],
            base_url=self.wire.url,
            locale="en",
            **SIZES["phone"],
        )
        self.context.set_default_timeout(SOON)
        if script:
            self.context.add_init_script(script)
        return self.context.pages[0]

    def off(self) -> None:
        self.context.close()

    def sign_in(self, user: User) -> None:
        """The cookie of a session, kept over a restart."""
        value = session_of(user)
        expires = time.time() + 3600
        self.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.wire.url, "expires": expires}]
        )

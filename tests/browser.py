"""The browser of journeys and screenshots."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Playwright

WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The shell without windows paints and waits for half the processor time of the whole browser.
CHROMIUMS = ("chromium-headless-shell", *WHOLE)
SIZES: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}


def chromium_path(names: tuple[str, ...] = CHROMIUMS) -> str:
    """Where the system's own chromium lies."""
    return next(filter(None, map(shutil.which, names)))


def flags() -> list[str]:
    """How it is started: quietly."""
    return ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


@contextmanager
def open_chromium(playwright: Playwright, names: tuple[str, ...] = CHROMIUMS) -> Iterator[Browser]:
    """The system's own chromium: none is downloaded."""
    browser = playwright.chromium.launch(executable_path=chromium_path(names), args=flags())
    yield browser
    browser.close()

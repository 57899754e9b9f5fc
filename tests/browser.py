"""The browser of journeys and screenshots."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Playwright

# The shell without windows paints and waits for half the processor time of the whole browser.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SIZES: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}


def chromium_path() -> str:
    """Where the system's own chromium lies."""
    return next(filter(None, map(shutil.which, CHROMIUMS)))


def flags() -> list[str]:
    """How it is started: quietly."""
    return ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


@contextmanager
def open_chromium(playwright: Playwright) -> Iterator[Browser]:
    """The system's own chromium: none is downloaded."""
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=flags())
    yield browser
    browser.close()

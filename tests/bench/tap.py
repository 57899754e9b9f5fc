"""From the tap at the gate to its line, and until it lies on the phone: in a browser on a processor four times slower."""

import datetime as dt
import statistics

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, sync_playwright

from checkpoints.models import Shift
from tests import factories
from tests.bench.servers import Server, serving
from tests.bench.timing import Line, at_most
from tests.browser import SIZES, WHOLE, open_chromium
from tests.people import make_cast

TAPS, SLOWER = 80, 4
HOUR = dt.timedelta(hours=1)
# A rush: somebody every second.
PAUSE = 1000
# The first taps compile what the others run.
WARM = 20

# One tap after the other, as a gate has them: each is timed until its line stands there, and until the phone keeps it.
TAP = """async ([taps, pause]) => {
  const form = document.getElementById("gate-form");
  const press = document.querySelector(".p-bar [value=out]");
  const list = document.getElementById("gate-rows");
  const times = [];
  for (let number = 0; number < taps; number += 1) {
    form.elements.home.value = `${number + 1}-1-101`;
    const begun = performance.now();
    press.click();
    const line = list.firstElementChild;
    const shown = performance.now() - begun;
    // Told as it becomes so: who asks again and again hears of it after the next frame.
    await new Promise((go) => new MutationObserver(go).observe(line, { attributeFilter: ["data-is"] }));
    times.push([shown, performance.now() - begun]);
    await new Promise((go) => setTimeout(go, pause));
  }
  return times;
}"""


def run() -> list[Line]:
    """Both times at the 95th of a hundred taps."""
    cast = make_cast()
    now = timezone.now()
    shift = factories.ShiftFactory(post__compound=cast.hefengyuan, starts_at=now - HOUR, ends_at=now + 4 * HOUR)
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    client = Client()
    client.force_login(cast.cadre_user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    with serving("tests.bench.page_settings") as web:
        times = _tapped(web, session, shift)
    shown, kept = (statistics.quantiles(column, n=20)[-1] for column in zip(*times[WARM:], strict=True))
    middle = statistics.median(time for _, time in times[WARM:])
    how = f"p95 of {TAPS - WARM} taps, processor {SLOWER}x slower; kept: median {middle:.0f} ms"
    return [
        at_most("tap until its line stands there", shown, aim=100, unit="ms", how=how),
        at_most("tap until the phone keeps it", kept, aim=100, unit="ms", how=how),
    ]


def _tapped(web: Server, session: str, shift: Shift) -> list[tuple[float, float]]:
    address = f"http://127.0.0.1:{web.port}"
    # A guard's phone runs the whole browser.
    with sync_playwright() as playwright, open_chromium(playwright, WHOLE) as browser:
        context = browser.new_context(base_url=address, locale="en", **SIZES["phone"])
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
        page = context.new_page()
        page.goto(f"/checkpoints/gate/{shift.pk}/")
        page.wait_for_selector("#gate-form[data-ready=yes]", state="attached")
        _slow_down(page)
        times: list[tuple[float, float]] = page.evaluate(TAP, [TAPS, PAUSE])
        context.close()
    return times


def _slow_down(page: Page) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

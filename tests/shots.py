"""`make shots`: pictures of the pages that people open, at both sizes, in both languages, of a fresh demo district.

`make shots ARGS="board gate"` takes only the pages whose names contain one of the words.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from urllib.parse import urljoin

from PIL import Image
from playwright.sync_api import Browser, Page, Response, StorageState, sync_playwright

from tests.browser import SIZES, open_chromium

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "var" / "shots"
PASSWORD = "demo-only"
# Those that the README shows, made small.
README = ROOT / ".readme"
IN_README = (
    "today-secretary-desk-zh",
    "roster-preview-desk-zh",
    "board-desk-zh",
    "my-phone-zh",
    "gate-phone-zh",
    "handover-sheet-phone-zh",
    "report-desk-zh",
    "overview-desk-zh",
)
LANGUAGES = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True)
class Shot:
    """One picture: who looks, where.

    `link` follows the first link of that page whose address matches it, `then` one on the page behind it.
    `sheet` is handed in by the form of the page.
    """

    name: str
    who: str
    path: str
    link: str = ""
    then: str = ""
    sheet: str = ""


# Three come, one is named without a phone.
ROSTER = """\
姓名,联系电话,派出单位,职务,下沉社区,报到时间
程晓,19900008801,区税务局,科员,清荷社区,{day}
方圆,,区税务局,科员,清荷社区,{day}
郭敏,19900008803,区教育局,教师,清荷社区,{day}
何佳,19900008804,区教育局,教师,清荷社区,{day}
""".format(day=time.strftime("%Y-%m-%d"))
SHOTS = [
    Shot("sign-in", "", "/accounts/login/"),
    Shot("today-secretary", "secretary", "/"),
    Shot("today-worker", "worker", "/"),
    Shot("today-officer", "officer", "/"),
    Shot("today-supervisor", "supervisor", "/"),
    Shot("board", "secretary", "/deployments/board/"),
    Shot("cadres", "secretary", "/deployments/cadres/"),
    Shot("cadre", "secretary", "/deployments/cadres/", link=r"/cadres/\d+/$"),
    Shot("import", "secretary", "/deployments/rosters/import/"),
    Shot("roster-preview", "secretary", "/deployments/rosters/import/", sheet=ROSTER),
    Shot("jobs", "secretary", "/jobs/"),
    Shot("my", "cadre", "/my/"),
    Shot("gate", "cadre", "/my/", link=r"/gate/\d+/$"),
    Shot("gate-passes", "cadre", "/my/", link=r"/gate/\d+/$", then=r"/passes/$"),
    Shot("gate-visits", "cadre", "/my/", link=r"/gate/\d+/$", then=r"/visits/$"),
    Shot("gate-inside", "cadre", "/my/", link=r"/gate/\d+/$", then=r"/inside/$"),
    Shot("gate-family", "cadre", "/my/", link=r"/gate/\d+/$", then=r"/home/$"),
    Shot("gate-plate", "cadre", "/my/", link=r"/gate/\d+/$", then=r"/vehicle/$"),
    Shot("gate-phones", "cadre", "/my/", link=r"/gate/\d+/$", then=r"/devices/$"),
    Shot("unit-day", "supervisor", "/deployments/mine/today/"),
    Shot("unit-people", "supervisor", "/deployments/mine/"),
    Shot("posts", "secretary", "/checkpoints/posts/"),
    Shot("homes", "secretary", "/residents/dwellings/"),
    Shot("home", "secretary", "/residents/dwellings/", link=r"/dwellings/\d+/$"),
    Shot("home-masked", "cadre", "/residents/dwellings/", link=r"/dwellings/\d+/$"),
    Shot("home-import", "secretary", "/residents/households/import/"),
    Shot("alone", "worker", "/residents/alone/"),
    Shot("compounds", "secretary", "/residents/compounds/"),
    Shot("compound-entrance", "worker", "/residents/compounds/1/", link=r"entrance=\d+$"),
    Shot("compound-choose", "secretary", "/residents/compounds/1/", link=r"choose=1"),
    Shot("compound-public", "secretary", "/residents/compounds/1/public/"),
    Shot("quarantine-find", "worker", "/residents/quarantine/find/?q=王"),
    Shot("site-calls", "worker", "/residents/quarantine/calls/"),
    Shot("controls", "officer", "/residents/control/"),
    Shot("round-plans", "secretary", "/residents/rounds/plans/"),
    Shot("compound", "secretary", "/residents/compounds/", link=r"/compounds/\d+/$"),
    Shot("ledgers", "secretary", "/residents/ledgers/"),
    Shot("ledger", "secretary", "/residents/ledgers/", link=r"/ledgers/\d+/$"),
    Shot("messages", "cadre", "/messages/"),
    Shot("channels", "secretary", "/messages/channels/"),
    Shot("channel-new", "secretary", "/messages/channels/new/"),
    Shot("chat-groups", "secretary", "/residents/chat-groups/"),
    Shot("chat-group-log", "secretary", "/residents/chat-groups/log/"),
    Shot("chat-group-new", "secretary", "/residents/chat-groups/new/"),
    Shot("notices", "secretary", "/residents/notices/"),
    Shot("notice", "secretary", "/residents/notices/", link=r"/notices/\d+/$"),
    Shot("notice-new", "secretary", "/residents/notices/new/"),
    Shot("wall", "", "/board/1/"),
    Shot("summary", "secretary", "/reports/summary/"),
    Shot("summary-officer", "officer", "/reports/summary/"),
    Shot("served", "secretary", "/checkpoints/attendance/served/"),
    Shot("exports", "secretary", "/exports/"),
    Shot("trail", "secretary", "/trail/"),
    Shot("tasks", "worker", "/residents/tasks/"),
    Shot("task", "worker", "/residents/tasks/", link=r"/tasks/\d+/$"),
    Shot("task-new", "worker", "/residents/tasks/new/"),
    Shot("task-paste", "worker", "/residents/tasks/paste/"),
    Shot("teams", "worker", "/residents/teams/"),
    Shot("team", "worker", "/residents/teams/", link=r"/teams/\d+/$"),
    Shot("team-new", "worker", "/residents/teams/new/"),
    Shot("matters", "worker", "/residents/matters/"),
    Shot("matter", "worker", "/residents/matters/", link=r"/matters/\d+/$"),
    Shot("matter-new", "worker", "/residents/matters/new/"),
    Shot("signs", "worker", "/residents/matters/?group=signs"),
    Shot("mediations", "secretary", "/residents/matters/?group=mediations"),
    Shot("praise", "worker", "/deployments/commendations/"),
    Shot("praise-new", "worker", "/deployments/commendations/new/"),
    Shot("praise-wall", "worker", "/deployments/commendations/", link=r"/wall/"),
    Shot("hotline", "secretary", "/residents/hotline/"),
    Shot("mutual-aid", "worker", "/residents/mutual-aid/"),
    Shot("persuasions", "worker", "/residents/persuasions/"),
    Shot("persuasion-new", "worker", "/residents/persuasions/new/"),
    Shot("errands", "worker", "/residents/errands/"),
    Shot("errand-counts", "officer", "/residents/errands/counts/"),
    Shot("errand", "worker", "/residents/errands/", link=r"/errands/\d+/$"),
    Shot("errands-mine", "cadre", "/residents/errands/mine/"),
    Shot("errand-kinds", "worker", "/residents/errands/new/"),
    Shot("errand-new", "worker", "/residents/errands/new/?kind=medicine"),
    Shot("errand-paste", "worker", "/residents/errands/paste/"),
    Shot("errand-deliver", "cadre", "/residents/errands/mine/", link=r"/deliver/"),
    Shot("errand-money", "worker", "/residents/errands/ledger/"),
    Shot("helpers", "worker", "/residents/helpers/"),
    Shot("helper", "cadre", "/residents/errands/mine/", link=r"/helpers/\d+/$"),
    Shot("pairings", "worker", "/residents/pairings/"),
    Shot("pairing-new", "worker", "/residents/pairings/new/"),
    Shot("ask-start", "", "/ask/"),
    Shot("errand-sheets", "secretary", "/residents/errands/sheets/"),
    Shot("passages", "secretary", "/checkpoints/passages/"),
    Shot("passes", "secretary", "/checkpoints/passes/"),
    Shot("pass", "secretary", "/checkpoints/passes/?list=out", link=r"/passes/\d+/$"),
    Shot("pass-new", "secretary", "/checkpoints/passes/new/"),
    Shot("pass-print", "secretary", "/checkpoints/passes/print/"),
    Shot("pass-issue", "secretary", "/checkpoints/passes/issue/"),
    Shot("pass-rules", "secretary", "/checkpoints/passes/rules/"),
    Shot("pass-rule-new", "secretary", "/checkpoints/passes/rules/new/"),
    Shot("pass-uses", "secretary", "/checkpoints/passes/uses/"),
    Shot("quarantine", "secretary", "/residents/quarantine/"),
    Shot("quarantine-case", "secretary", "/residents/quarantine/?list=alert", link=r"/quarantine/\d+/$"),
    Shot("quarantine-counts", "officer", "/residents/quarantine/counts/"),
    Shot("checks", "cadre", "/residents/quarantine/checks/"),
    Shot("check", "cadre", "/residents/quarantine/checks/", link=r"/check/"),
    Shot("control", "secretary", "/residents/control/", link=r"/control/\d+/$"),
    Shot("deliveries", "cadre", "/checkpoints/deliveries/"),
    Shot("delivery", "cadre", "/checkpoints/deliveries/?view=free&q=蔬菜包", link=r"/deliveries/\d+/$"),
    Shot("delivery-new", "cadre", "/checkpoints/deliveries/new/"),
    Shot("delivery-sheet", "cadre", "/checkpoints/deliveries/sheet/"),
    Shot("delivery-labels", "cadre", "/checkpoints/deliveries/labels/"),
    Shot("vehicles", "secretary", "/checkpoints/vehicles/"),
    Shot("vehicle-new", "secretary", "/checkpoints/vehicles/new/"),
    Shot("turned-back", "secretary", "/checkpoints/passages/turned-back/"),
    Shot("peaks", "secretary", "/checkpoints/peaks/"),
    Shot("exposure", "secretary", "/checkpoints/exposure/"),
    Shot("handovers", "secretary", "/checkpoints/handovers/"),
    Shot("handover-sheet", "secretary", "/checkpoints/handovers/", link=r"/handover/$"),
    Shot("rounds", "secretary", "/residents/rounds/"),
    Shot("round-sheet", "secretary", "/residents/rounds/", link=r"/rounds/\d+/sheet/$"),
    Shot("round-new", "secretary", "/residents/rounds/plans/new/?kind=rubbish"),
    Shot("findings", "secretary", "/residents/findings/"),
    Shot("round-walk", "cadre", "/my/", link=r"/rounds/\d+/$"),
    Shot("reports", "secretary", "/reports/daily/"),
    Shot("report", "secretary", "/reports/daily/", link=r"/daily/\d+/$"),
    Shot("overview", "officer", "/reports/overview/"),
]


@contextmanager
def portal() -> Iterator[str]:
    """A portal of its own with a fresh demo, on a free port, as `make run` starts it."""
    with tempfile.TemporaryDirectory(prefix="portal-shots-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
        env = {**os.environ, "VAR_DIR": folder, "DEBUG": "0", "HTTPS": "0", "PORT": port, "LOG_LEVEL": "ERROR"}
        env["DEMO_PASSWORD"] = PASSWORD
        env["DATABASE_URL"] = env["CACHE_URL"] = env["CELERY_BROKER_URL"] = ""
        subprocess.run([sys.executable, "manage.py", "prepare", "--demo"], cwd=ROOT, env=env, check=True)
        probe.close()
        command = [sys.executable, "-m", "gunicorn", "--config", "python:portal.gunicorn", "portal.wsgi"]
        web = subprocess.Popen(command, cwd=ROOT, env=env)
        try:
            yield _awaited(f"http://127.0.0.1:{port}")
        finally:
            web.terminate()
            web.wait(timeout=40)


def _awaited(address: str) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"{address}/accounts/login/", timeout=5).close()
        except OSError:
            time.sleep(0.3)
        else:
            return address
    raise SystemExit("The portal did not start.")


def sign_in(browser: Browser, address: str, username: str) -> StorageState | None:
    """By the form, as people do; the session serves all sizes and languages."""
    if not username:
        return None
    page = browser.new_page(base_url=address)
    page.goto("/accounts/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state()
    state = page.context.storage_state(path=None)
    page.context.close()
    return {"cookies": [c for c in state["cookies"] if "language" not in c["name"]], "origins": []}


def take(page: Page, shot: Shot, picture: Path) -> str:
    """Take one picture; return what is wrong with the page, or nothing."""
    answer = page.goto(shot.path)
    for pattern in filter(None, (shot.link, shot.then)):
        links = [link.get_attribute("href") or "" for link in page.locator("a[href]").all()]
        found = next((link for link in links if re.search(pattern, link)), "")
        if not found:
            return f"no link like {pattern} on {page.url}"
        answer = page.goto(urljoin(page.url, found))
    if shot.sheet:
        answer = hand_in(page, shot.sheet)
    if answer is None or not answer.ok:
        return f"{page.url} answered {answer.status if answer else 'nothing'}"
    page.wait_for_timeout(300)
    page.screenshot(path=picture, full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return f"{page.url} is {wide} pixels wider than the screen" if wide > 0 else ""


def hand_in(page: Page, sheet: str) -> Response | None:
    """Hand in a small sheet, which is read while one waits; the answer is the page of its job."""
    page.set_input_files("[name=file]", {"name": "名单.csv", "mimeType": "text/csv", "buffer": sheet.encode()})
    with page.expect_navigation() as led_to:
        page.locator("form:has([name=file]) button.btn-primary").click()
    return led_to.value


def shrink(picture: Path) -> None:
    """Put a small copy beside the README: half the width, 128 colours."""
    README.mkdir(exist_ok=True)
    with Image.open(picture) as full:
        small = full.convert("RGB").resize((full.width // 2, full.height // 2), Image.Resampling.LANCZOS)
    small.quantize(128).save(README / f"{picture.stem.split('-')[0]}.png", optimize=True)


def main(words: list[str]) -> int:
    """Take all pictures, or those whose names contain one of the words; return how many pages had a fault."""
    shots = [shot for shot in SHOTS if not words or any(word in shot.name for word in words)]
    OUT.mkdir(parents=True, exist_ok=True)
    faults = 0
    with portal() as address, sync_playwright() as playwright, open_chromium(playwright) as browser:
        states = {who: sign_in(browser, address, who) for who in {shot.who for shot in shots}}
        for size, language, shot in product(SIZES, LANGUAGES, shots):
            context = browser.new_context(
                base_url=address, locale=LANGUAGES[language], storage_state=states[shot.who], **SIZES[size]
            )
            picture = OUT / f"{shot.name}-{size}-{language}.png"
            fault = take(context.new_page(), shot, picture)
            context.close()
            if picture.stem in IN_README and not fault:
                shrink(picture)
            say(f"{picture.name}: {fault or 'taken'}")
            faults += bool(fault)
    taken = len(shots) * len(SIZES) * len(LANGUAGES) - faults
    say(f"{taken} pictures are in {OUT.relative_to(ROOT)}, {faults} pages had a fault.")
    return faults


def say(line: str) -> None:
    """To the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))

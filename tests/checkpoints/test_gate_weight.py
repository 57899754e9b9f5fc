"""What a phone in the cold fetches for the gate page: little, and all of it kept for when there is no network."""

import gzip
import os
import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings

from portal.views.worker import FILES
from tests import factories
from tests.checkpoints.test_gate import page_of, running

STATIC, TEMPLATES = settings.BASE_DIR / "static", settings.BASE_DIR / "templates"
KEPT = set(FILES["/checkpoints/gate/"])
# Taken when the page is put on the home screen.
ICON = "img/icon-192.png"
# Fetched when a code is read, and kept before by the worker.
LATER = {"js/gate_code.js", "js/pass_codes.js", "js/scan.js"}
MOST = 70_000
IMPORTED = re.compile(r'(?:from|import) ?\(?"(\.[^"]+\.js)"')
SELECTED = re.compile(r"\.([a-z][\w-]*)(?=[^{}]*\{)")
WRITTEN = re.compile(r'class(?:Name)?(?:="|: "| = "|List\.\w+\(")([^"]*)"')


@pytest.fixture
def shift(cast):
    """马骏 stands at the gate of 荷风苑 and leads."""
    shift = running(factories.PostFactory(compound=cast.hefengyuan))
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre, is_lead=True)
    return shift


def fetched(page: str) -> set[str]:
    """The files a page names and what its modules import, by their place in static/."""
    found = {name.partition("#")[0] for name in re.findall(r'(?:href|src)="/static/([^"]+)"', page)}
    left = {name for name in found if name.endswith(".js")}
    while left:
        text = (STATIC / (name := left.pop())).read_text()
        new = {os.path.normpath(f"{Path(name).parent}/{said}") for said in IMPORTED.findall(text)} - found
        found, left = found | new, left | new
    return found


def test_the_first_load_is_light_and_all_of_it_is_kept_for_the_cold(cast, sign_in, shift):
    page = sign_in(cast.cadre_user).get(page_of(shift), headers={"accept-encoding": "gzip"})
    asked = fetched(gzip.decompress(page.content).decode())

    assert asked ^ KEPT == {ICON}
    # Compressed as whitenoise and the middleware send it.
    sizes = {name: len(brotli.compress((STATIC / name).read_bytes())) for name in asked - LATER - {ICON}}
    assert sum(sizes.values()) + len(page.content) < MOST, sorted(sizes.items(), key=lambda pair: -pair[1])


def test_the_page_uses_every_class_of_its_light_stylesheet_and_none_beside_them(cast, sign_in, shift):
    client = sign_in(cast.cadre_user)
    texts = [client.get(page_of(shift)).text, client.post(page_of(shift), {"temperature": "x", "direction": "in"}).text]
    texts += [(TEMPLATES / name).read_text() for name in ("parts/messages.html", "checkpoints/gate/override.html")]
    texts += [(STATIC / name).read_text() for name in KEPT if name.startswith("js/")]
    used = {word for text in texts for said in WRITTEN.findall(text) for word in said.split()}
    names = ("bootstrap.min.css", "bootstrap-light.min.css")
    whole, light = (set(SELECTED.findall((STATIC / "vendor" / name).read_text())) for name in names)

    assert used & whole == used & light == set((STATIC / "vendor/light.txt").read_text().split())

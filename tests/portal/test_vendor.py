"""What the pages use of others is pinned, whole, and asks no other host."""

import hashlib
import json
import re
from pathlib import Path

from django.conf import settings

from portal import nav

STATIC = settings.BASE_DIR / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


def manifest() -> dict[str, str]:
    lines = (VENDOR / "sha256.txt").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def test_every_file_is_as_its_manifest_says():
    found = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in manifest()}

    assert found == manifest()


def test_every_vendored_file_is_in_the_manifest():
    kept = {path.name for path in VENDOR.iterdir() if path.suffix in {".css", ".js"}}

    assert kept == {name for name in manifest() if not name.startswith("..")}


def test_nothing_points_at_a_source_map():
    assert [path.name for path in VENDOR.glob("*.min.*") if "sourceMappingURL" in path.read_text()] == []


def test_the_lock_is_complete_and_holds_no_address_of_a_registry():
    lock = json.loads((VENDOR / "package-lock.json").read_text())
    wanted = json.loads((VENDOR / "package.json").read_text())["dependencies"]
    packages = {name: facts for name, facts in lock["packages"].items() if name}

    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, facts in packages.items() if "resolved" in facts or "integrity" not in facts] == []


def test_every_icon_that_is_drawn_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img/sprite.svg").read_text()))
    asked = {entry.icon for entry in nav.ENTRIES}
    for path in TEMPLATES:
        asked |= set(re.findall(r'{% icon "([^"]+)"', path.read_text()))
        asked |= set(re.findall(r'symbol="([^"]+)"', path.read_text()))

    assert asked - drawn == set()
    assert drawn == set((VENDOR / "icons.txt").read_text().split())


def test_every_icon_in_the_sprite_is_named_somewhere():
    """A phone in the cold fetches all of them with its first page."""
    sources = [*TEMPLATES, *STATIC.glob("js/*.js")]
    for app in ("portal", "residents", "deployments", "checkpoints"):
        sources += (settings.BASE_DIR / app).rglob("*.py")
    named = {word for path in sources for word in re.findall(r"""(?<=["' ])[a-z0-9-]+(?=["' ])""", path.read_text())}

    assert set((VENDOR / "icons.txt").read_text().split()) - named == set()


def test_our_own_files_load_nothing_from_elsewhere():
    own = [*STATIC.glob("css/*.css"), *STATIC.glob("js/**/*.js"), STATIC / "manifest.webmanifest", *TEMPLATES]
    foreign = {path.name: re.findall(r"(?:https?:)?//[\w-]+\.[\w.]+", strip_comments(path)) for path in own}

    assert {name: found for name, found in foreign.items() if found} == {}


def strip_comments(path: Path) -> str:
    # The name of the SVG vocabulary is no address.
    return path.read_text().replace("http://www.w3.org/2000/svg", "")


def test_the_icons_of_the_web_manifest_exist():
    listed = json.loads((STATIC / "manifest.webmanifest").read_text())

    assert listed["name"] == "下沉值守"
    assert [(STATIC / icon["src"]).exists() for icon in listed["icons"]] == [True, True]

"""Every sentence exists in Chinese."""

import os
import re
import shutil
import string
import subprocess
import sys

import polib
import pytest

from portal.management.commands.messages import catalogue
from tests.guards.sources import APPS, ROOT


def sentences(found: polib.POFile) -> set[tuple[str | None, str]]:
    return {(entry.msgctxt, entry.msgid) for entry in found}


def names(text: str) -> set[str]:
    """The placeholders of both styles: %(name)s and {name}."""
    percent = {part.split(")")[0] for part in text.split("%(")[1:]}
    try:
        braces = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        braces = set()
    return percent | braces


@pytest.fixture(scope="module")
def written() -> polib.POFile:
    return polib.pofile(str(catalogue()))


def test_every_sentence_is_translated(written):
    lacking = [entry.msgid for entry in written if not entry.translated()]
    assert lacking == []


def test_translations_name_the_same_placeholders(written):
    astray = []
    for entry in written:
        allowed = names(entry.msgid) | names(entry.msgid_plural or "")
        said = [entry.msgstr, *entry.msgstr_plural.values()]
        astray += [entry.msgid for text in said if names(text) - allowed]
    assert astray == []


def test_marks_between_chinese_characters_are_as_wide_as_they_are(written):
    han = "[\u4e00-\u9fff]"
    half = re.compile(rf"{han}[,:;?!(]({han}|%[(]|\d)|{han}[)]|[)]s[,:;(](%|{han})")
    lists = set(listed())
    said = [text for entry in written if entry.msgid not in lists for text in (entry.msgstr, *entry.msgstr_plural.values())]
    assert [text for text in said if half.search(text)] == []


def listed() -> list[str]:
    """What templates give to `yesno`: words that a comma parts."""
    texts = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    return [words for text in texts for words in re.findall(r"yesno:_\(\"([^\"]+)\"\)", text)]


def test_lists_of_words_are_parted_by_the_comma_that_is_looked_for(written):
    """By any other, a page in Chinese says True and False."""
    of = {entry.msgid: entry.msgstr for entry in written}
    assert [words for words in listed() if of[words].count(",") != words.count(",")] == []
    assert listed() != []


def test_the_catalogue_holds_what_the_code_says_and_nothing_else(written, tmp_path):
    if not shutil.which("xgettext"):
        missing = (
            "no gettext on this machine, so new sentences are not looked for: install it (Debian: apt-get install gettext)"
        )
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    for folder in (*APPS, "templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "VAR_DIR": str(tmp_path / "var")}

    subprocess.run([sys.executable, "manage.py", "messages"], cwd=tmp_path, env=env, check=True, capture_output=True)

    said = polib.pofile(str(tmp_path / catalogue().relative_to(ROOT)))
    assert sentences(said) - sentences(written) == set()
    assert sentences(written) - sentences(said) == set()

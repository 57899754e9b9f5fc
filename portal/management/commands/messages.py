"""Bring the catalogue up to date with the code."""

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

KEPT = {
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "zh_Hans",
    "Plural-Forms": "nplurals=1; plural=0;",
}
WIDTH = 110
# Folders without sentences for readers of the portal.
IGNORED = [".*", "var", "tests", "static", "node_modules"]


class Command(BaseCommand):
    """Sorted and without line numbers, so that two people's changes meet in few places."""

    help = "Collect every sentence into the Chinese catalogue and list those without translation (needs gettext)."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        path = catalogue()
        collect()
        tidy(path)
        lacking = polib.pofile(str(path)).untranslated_entries()
        for entry in lacking:
            self.stdout.write(entry.msgid)
        self.stdout.write(f"{len(lacking)} sentences lack a translation.")


def catalogue() -> Path:
    """The one catalogue of the portal."""
    return Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES" / "django.po"


def collect() -> None:
    """Let gettext find every sentence."""
    call_command(
        "makemessages",
        locale=["zh_Hans"],
        no_location=True,
        no_obsolete=True,
        no_wrap=True,
        ignore_patterns=IGNORED,
        verbosity=0,
    )


def tidy(path: Path) -> None:
    """Drop guesses, sort, and keep only the headings that say something."""
    found = polib.pofile(str(path), wrapwidth=WIDTH)
    for entry in found:
        if "fuzzy" in entry.flags:
            # A guess of gettext is worse than a gap: nobody would look at it again.
            entry.flags.remove("fuzzy")
            entry.msgstr, entry.msgstr_plural = "", dict.fromkeys(entry.msgstr_plural, "")
        entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
    found.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    found.metadata, found.header = KEPT, ""
    found.save(str(path))

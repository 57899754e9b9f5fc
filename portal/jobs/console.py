"""Imports at the command line: the same preview and the same apply as on the page."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib import sheets
from portal.lib.errors import Refused
from portal.lib.imports import OF_COMPLETE_LISTS, WRITTEN, Importer, Line, Reader, process

SIGNS = {"create": "+", "change": "~", "gone": "-", "same": "=", "missing": "?", "skip": ".", "refuse": "!"}


def add_arguments(parser: CommandParser) -> None:
    """The arguments of every import."""
    parser.add_argument("file", type=Path, help="the sheet: .xlsx, .xls, .et or .csv")
    parser.add_argument("--community", default="", help="code or name; without it, the sheet's own words count")
    parser.add_argument("--by", default="", help="user name of whoever imports, for the audit trail")
    parser.add_argument("--apply", action="store_true", help="write it; without it, nothing is changed")
    parser.add_argument("--refused", type=Path, help="write the refused rows with their reasons to this .xlsx file")


def communities(rows: Any, name: str) -> Any:
    """The community of a code or name; all without one."""
    found = rows.filter(Q(code=name) | Q(name=name)) if name else rows
    if name and len(found) != 1:
        raise CommandError(
            _("Several communities are called %(name)s: give the code of 12 digits.") % {"name": name}
            if found
            else _("There is no community %(name)s.") % {"name": name}
        )
    return found


def person(username: str) -> User | None:
    """Whoever imports."""
    if not username:
        return None
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist:
        raise CommandError(_("There is no account %(name)s.") % {"name": username}) from None


def run(command: BaseCommand, importer: Importer, options: dict[str, Any]) -> None:
    """Print each line and the sums; write when asked to."""
    refused: list[Line] = []

    def keep(line: Line) -> None:
        if line.does == "refuse":
            refused.append(line)
        if line.does != "same" or options["verbosity"] > 1:
            command.stdout.write(
                " ".join([f"{line.number or '':>6} {SIGNS[line.does]}", line.title, *line.says, *map(_change, line.changes)])
            )

    try:
        with options["file"].open("rb") as file, transaction.atomic():
            reader = Reader(file, importer.columns, importer.ignored)
            summary = process(reader, importer, keep=keep, store=options["apply"])
    except OSError as error:
        raise CommandError(_("The file %(file)s cannot be opened.") % {"file": options["file"]}) from error
    except Refused as refusal:
        raise CommandError(str(refusal)) from refusal
    for notice in summary.notices:
        command.stdout.write(notice)
    _sums(command, summary.counts)
    if options["refused"]:
        _write(options["refused"], summary.headings, refused)
    command.stdout.write(_end(summary.counts, applied=options["apply"]))


def _end(counts: dict[str, int], *, applied: bool) -> str:
    if not any(counts.get(does) for does in WRITTEN):
        return _("Nothing in this file is new: there is nothing to write.")
    return _("Written.") if applied else _("Nothing was changed; add --apply to write it.")


def _sums(command: BaseCommand, counts: dict[str, int]) -> None:
    command.stdout.write(
        _("%(create)s to create, %(change)s to change, %(same)s unchanged, %(skip)s skipped, %(refuse)s refused.") % counts
    )
    if rest := {name: counts.get(name, 0) for name in OF_COMPLETE_LISTS if name in counts}:
        command.stdout.write(_("%(gone)s to mark as gone, %(missing)s not in the file.") % ({"gone": 0, "missing": 0} | rest))


def _change(change: tuple[str, str, str]) -> str:
    return "{}: {} → {}".format(*change)


def _write(path: Path, headings: list[str], lines: list[Line]) -> None:
    columns = [sheets.Column(_("Reason"), 40), *(sheets.Column(heading, 14) for heading in headings)]
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".xlsx", delete=False) as draft:
        sheets.write_xlsx(draft.name, columns, ([" ".join(line.says), *line.typed] for line in lines))
    Path(draft.name).replace(path)

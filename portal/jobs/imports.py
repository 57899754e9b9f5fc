"""The two halves of an import as a job: the preview, and the apply that must find what the preview showed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.utils.translation import gettext as _

from portal.jobs.models import Job
from portal.jobs.work import Work
from portal.lib import sentences, sheets
from portal.lib.crypto import sealed_lines, unsealed_lines
from portal.lib.imports import DOES, Importer, Line, Reader, Summary, process

# What stood above the headings is kept with the rows.
TITLES = "titles"


class _Moved(Exception):  # noqa: N818 - leads to a new preview
    """Between preview and apply somebody changed the records."""


def preview(work: Work, importer: Importer) -> None:
    """Decide about every row and write the decisions down; nothing else is written."""
    _say(work, _pass(work, importer, store=False))


def apply(work: Work, importer: Importer, again: Importer) -> None:
    """Write all rows or none. Where the records have changed since the preview, `again` makes a new one instead."""
    try:
        with work.whole():
            summary = _pass(work, importer, store=True)
            if summary.digest != work.job.outcome.get("digest"):
                raise _Moved
            _say(work, summary)
    except _Moved:
        preview(work, again)
        work.say(moved=True)
        work.close(Job.State.PREVIEWED)


def _pass(work: Work, importer: Importer, *, store: bool) -> Summary:
    with work.job.file.open("rb") as file:
        reader = Reader(cast(BinaryIO, file), importer.columns, importer.ignored)
        work.tell(0, reader.table.size)
        with work.lines() as path, path.open("wb") as out:
            add = sealed_lines(out)
            add(TITLES, json.dumps(reader.titles, ensure_ascii=False))

            def keep(line: Line) -> None:
                add(line.does, json.dumps(line.as_json(), ensure_ascii=False))

            return process(reader, importer, keep=keep, store=store, tell=work.tell)


def _say(work: Work, summary: Summary) -> None:
    work.say(counts=summary.counts, notices=sentences.facts(summary.notices), headings=summary.headings, digest=summary.digest)


def lines(job: Job, *does: str) -> Iterator[dict[str, Any]]:
    """The decisions of a job, row by row, in the reader's language; only those that do one of these."""
    for line in _kept(job, *(does or DOES)):
        yield line | {name: sentences.told(line[name]) for name in ("says", "changes") if name in line}


def _kept(job: Job, *words: str) -> Iterator[Any]:
    if not job.lines:
        return
    with job.lines.open("rb") as file:
        if str(job.lines.name).endswith(".jsonl"):
            # Of a preview made before lines were sealed; none is older than a week.
            yield from (line for line in map(json.loads, file) if line["does"] in words)
        else:
            yield from map(json.loads, unsealed_lines(file, words))


def write_refused(job: Job, path: Path) -> int:
    """Write the refused rows as a sheet to correct and send again: titles and columns as typed, and the reason before each.

    The titles tell the year and the compound of the rows below them.
    """
    headings = job.outcome.get("headings", [])
    columns = [sheets.Column(_("Reason"), 40), *(sheets.Column(heading, 14) for heading in headings)]
    rows = ([" ".join(line["says"]), *line["typed"]] for line in lines(job, "refuse"))
    return sheets.write_xlsx(path, columns, rows, above=next(_kept(job, TITLES), ()))

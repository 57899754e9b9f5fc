"""A sheet asked for, written by its job, and opened again."""

import datetime as dt
import io

from python_calamine import CalamineWorkbook

from portal.jobs import services as jobs
from portal.reports.exports.jobs import ask

DAY = dt.date(2022, 4, 10)


def made(table="daily", by=None, community=None, form="xlsx", **facts):
    facts = {"first": DAY, "last": DAY, **facts}
    job = ask(table=table, community=community, form=form, by=by, **facts)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.outcome
    return job


def opened(file):
    """Title, headings, rows as the printed sheet has them."""
    rows = CalamineWorkbook.from_filelike(file.open("rb")).get_sheet_by_index(0).to_python()
    return *map("".join, rows[:2]), rows[2], rows[3:]


def written(job):
    """The text of a CSV, to be read line by line."""
    return io.TextIOWrapper(job.result.open("rb").file, encoding="utf-8-sig", newline="")

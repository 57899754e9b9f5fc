"""A sheet asked for, written by its job, and opened again."""

import datetime as dt

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


def opened(path):
    """Title, headings, rows as the printed sheet has them."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return *map("".join, rows[:2]), rows[2], rows[3:]

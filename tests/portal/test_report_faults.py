"""A worker is killed in the middle of a roll-up and of an export: nothing is lost, nothing is there twice."""

import datetime as dt
import re

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from python_calamine import CalamineWorkbook

from checkpoints.models import Passage
from portal.accounts.models import Event
from portal.jobs import services as jobs
from portal.jobs.models import Job
from portal.reports.exports.jobs import ask
from portal.reports.models import DailyReport
from tests import factories
from tests.people import make_cast
from tests.portal import clock
from tests.processes import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        connection.vendor != "postgresql" or not settings.CELERY_BROKER_URL.startswith("redis"),
        reason="needs PostgreSQL and Redis",
    ),
]
MANY = 12_000
DONE = re.compile(r"Task portal\.tasks\.due\[\S+ succeeded")


@pytest.fixture
def busy(transactional_db):
    """A community with a day of so many passages that writing them takes a while, and somebody to be told of everything."""
    cast = make_cast()
    yesterday = clock.strike(cast)
    gate = factories.PostFactory(compound=cast.hefengyuan)
    row = factories.PassageFactory.build(post=gate, community=cast.qinghe, logged_by=cast.worker)
    noon = timezone.make_aware(dt.datetime.combine(yesterday, dt.time(0, 0)))
    fields = {f.attname: getattr(row, f.attname) for f in Passage._meta.concrete_fields if f.attname != "id"}
    fields |= {"happened_at": noon, "received_at": noon, "day": yesterday, "hour": 0}
    Passage.objects.bulk_create([Passage(**fields) for _n in range(MANY)], batch_size=2000)
    return cast, yesterday


# Of whoever waits to write the trail: whether the same transaction has written reports.
HELD_UP = """
SELECT EXISTS (SELECT 1 FROM pg_locks done WHERE done.pid = waits.pid AND done.granted AND done.mode = 'RowExclusiveLock'
               AND done.relation = 'reports_dailyreport'::regclass)
FROM pg_locks waits WHERE NOT waits.granted AND waits.relation = 'accounts_event'::regclass
"""


def held_up() -> list[bool]:
    """The workers that wait at this moment to write the trail, each with whether its reports hang on that."""
    with connection.cursor() as cursor:
        cursor.execute(HELD_UP)
        return [written for (written,) in cursor.fetchall()]


def rolled_up() -> list[tuple[dt.date, int, int]]:
    """Every report there is: day, version, passages in."""
    return [(report.day, report.version, report.counted["passages_in"]) for report in DailyReport.objects.order_by("day")]


def test_a_roll_up_killed_half_way_is_done_once(busy, real_worker):
    _cast, yesterday = busy
    # Counted and stored, and held up at the very last: before the lines of the trail.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_event IN SHARE MODE")
        current_app.send_task("portal.tasks.due")
        until(held_up, why="the worker never came to write the trail")
        seen = held_up()
        real_worker.kill_9()
    # What the dead one asked for last is still answered; without it nothing is committed.
    until(lambda: not held_up())
    assert (rolled_up(), Event.objects.count(), clock.told()) == ([], 0, [])
    assert seen == [True]

    real_worker.start()
    # Two beats, and the message of the killed worker may come again.
    for _beat in range(2):
        current_app.send_task("portal.tasks.due")
    until(lambda: rolled_up()[:1], why="yesterday was not counted")
    current_app.send_task("portal.tasks.due")
    until(lambda: len(DONE.findall(real_worker.written())) >= 3, why="not every beat was answered")

    assert rolled_up() == [(yesterday, 1, MANY), (timezone.localdate(), 1, 0)]
    assert Event.objects.filter(kind="report.rolled_up").count() == 2
    assert clock.told() == clock.TOLD


def test_an_export_killed_half_way_is_written_once_and_whole(busy, real_worker):
    cast, yesterday = busy
    job = ask(table="passages", first=yesterday, last=yesterday, community=cast.qinghe, by=cast.secretary)
    jobs.queue(job.pk)
    until(lambda: Job.objects.get(pk=job.pk).done > 0, seconds=30, why="the worker never wrote a row")
    real_worker.kill_9()
    job.refresh_from_db()
    assert (job.state, job.result.name) == ("running", "")

    # Its silence shows that it is dead; a minute task hands the job to another.
    Job.objects.filter(pk=job.pk).update(beat_at=timezone.now() - jobs.SILENCE - dt.timedelta(seconds=1))
    real_worker.start()
    for _beat in range(2):
        jobs.due()
    until(lambda: Job.objects.get(pk=job.pk).state == "done", seconds=60, why=real_worker.log)

    job.refresh_from_db()
    rows = CalamineWorkbook.from_filelike(job.result.open("rb")).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[3:-1]] == list(range(1, MANY + 1))
    assert Event.objects.filter(kind="job.exported").count() == 1

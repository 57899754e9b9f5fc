"""A worker is killed in the middle of a roll-up and of an export: nothing is lost, nothing is there twice."""

import datetime as dt

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from python_calamine import CalamineWorkbook

from checkpoints.models import Passage
from portal.accounts.models import Event, Message
from portal.jobs import services as jobs
from portal.jobs.models import Job
from portal.reports.exports.jobs import ask
from portal.reports.models import DailyReport
from residents.models import Community, Subdistrict
from tests import factories
from tests.people import make_cast
from tests.processes import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        connection.vendor != "postgresql" or not settings.CELERY_BROKER_URL.startswith("redis"),
        reason="needs PostgreSQL and Redis",
    ),
]
MANY = 12_000


@pytest.fixture
def busy(transactional_db):
    """A community with a day of so many passages that counting and writing them takes a while."""
    cast = make_cast()
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Subdistrict.objects.update(report_due_at="00:01")
    gate = factories.PostFactory(compound=cast.hefengyuan)
    row = factories.PassageFactory.build(post=gate, community=cast.qinghe, logged_by=cast.worker)
    noon = timezone.make_aware(dt.datetime.combine(yesterday, dt.time(0, 0)))
    fields = {f.attname: getattr(row, f.attname) for f in Passage._meta.concrete_fields if f.attname != "id"}
    fields |= {"happened_at": noon, "received_at": noon, "day": yesterday, "hour": 0}
    Passage.objects.bulk_create([Passage(**fields) for _n in range(MANY)], batch_size=2000)
    Community.objects.filter(pk=cast.qinghe.pk).update(active_from=yesterday)
    return cast, yesterday


def waiting_for_us() -> int:
    """Other processes that wait at this moment for a row we hold."""
    with connection.cursor() as cursor:
        # Inside a transaction the view would stay as it was at the first look.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return cursor.fetchone()[0]


def test_a_roll_up_killed_half_way_is_done_once(busy, real_worker):
    cast, yesterday = busy
    # Held up at the row of the community: the worker has begun and cannot end.
    with transaction.atomic():
        Community.objects.select_for_update().get(pk=cast.qinghe.pk)
        current_app.send_task("portal.tasks.due")
        until(waiting_for_us, why="the worker never began to count")
        real_worker.kill_9()
    assert DailyReport.objects.count() == 0

    real_worker.start()
    # Two beats, and the message of the killed worker may come again.
    for _beat in range(2):
        current_app.send_task("portal.tasks.due")
    until(lambda: DailyReport.objects.filter(day=yesterday).exists(), seconds=30)
    current_app.send_task("portal.tasks.due")
    until(lambda: DailyReport.objects.count() == 2, seconds=30, why="today was not counted")

    reports = DailyReport.objects.order_by("day")
    assert [(report.day, report.version) for report in reports] == [(yesterday, 1), (timezone.localdate(), 1)]
    assert reports[0].counted["passages_in"] == MANY
    assert Event.objects.filter(kind="report.rolled_up").count() == 2
    keys = list(Message.objects.values_list("to", "key"))
    assert len(keys) == len(set(keys))


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
    rows = CalamineWorkbook.from_path(job.result.path).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[3:-1]] == list(range(1, MANY + 1))
    assert Event.objects.filter(kind="job.exported").count() == 1

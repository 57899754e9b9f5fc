"""A real worker process: killed, cut off from the database, and back."""

import os
import re
import signal

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from portal import tasks
from portal.celery import app
from portal.jobs import services
from tests.processes import until

pytestmark = pytest.mark.slow
# What a restart of the server does to every connection but this one.
CUT_OFF = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
DONE = "Task portal.tasks.due[%s] succeeded"


def done(worker, task_id: str) -> None:
    until(lambda: DONE % task_id in worker.written(), why=f"{task_id} was never done: see {worker.log}")


def rests(worker) -> None:
    """Nothing is under way: not even a message that Redis has delivered a second time."""

    def counted(what: str) -> int:
        return len(re.findall(rf"Task portal\.[\w.]+\[[\w-]+\] {what}", worker.written()))

    until(lambda: counted("received") == counted("succeeded"), why=f"it never rests: see {worker.log}")


def test_work_asked_for_while_the_worker_is_dead_is_done_when_it_is_back(real_worker):
    real_worker.kill_9()
    waiting = tasks.due.delay()

    real_worker.start()

    done(real_worker, waiting.id)


def test_a_worker_outlives_the_death_of_its_children(real_worker):
    done(real_worker, tasks.due.delay().id)
    for child in real_worker.children():
        os.kill(child, signal.SIGKILL)

    done(real_worker, tasks.due.delay().id)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file is not restarted")
def test_a_worker_finds_the_database_again(real_worker):
    done(real_worker, tasks.due.delay().id)
    rests(real_worker)
    with connection.cursor() as cursor:
        cursor.execute(CUT_OFF)
    seen = len(real_worker.written())

    done(real_worker, tasks.due.delay().id)

    assert "failed" not in real_worker.written()[seen:]


@pytest.mark.django_db(transaction=True)
def test_a_task_that_cannot_be_queued_is_no_error_of_the_page(monkeypatch):
    # Celery asks the environment before it asks us.
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    away = Celery("away", broker="redis://127.0.0.1:1/0", task_cls=app.task_cls, set_as_current=False)
    away.conf.update(task_publish_retry=False, broker_transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS)

    @away.task
    def nudge():
        """Never runs."""

    with transaction.atomic():
        nudge.delay_on_commit()
    with pytest.raises(OperationalError):
        nudge.delay()
    monkeypatch.setattr(services, "current_app", away)
    services.queue(1)

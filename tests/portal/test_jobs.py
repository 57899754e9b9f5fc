"""Jobs: exactly one does them, a dead worker's are taken up again, files appear whole."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal import tasks
from portal.jobs import registry, services
from portal.jobs.models import Job
from portal.jobs.registry import Kind
from portal.lib.errors import Refused
from portal.lib.sentences import told


@pytest.fixture
def kinds(monkeypatch):
    """Kinds of jobs made up for a test: `kinds(run, preview=...)`, under the name "test"."""

    def register(run=lambda work: None, preview=None, may=lambda user, job: True):
        found = {"test": Kind(label="a test", run=run, preview=preview, may=may)}
        monkeypatch.setattr(registry, "kinds", lambda: found)
        monkeypatch.setattr(services, "kinds", lambda: found)

    return register


def test_a_job_runs_to_its_end_and_hands_out_its_file(cast, kinds):
    def run(work):
        with work.result("表.csv") as path:
            path.write_bytes(b"x")
        work.say(rows=1)

    kinds(run)
    job = services.ask(kind="test", community=cast.qinghe, by=cast.secretary)
    services.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.outcome, job.result_name) == ("done", {"rows": 1}, "表.csv")
    assert job.result.read() == b"x"


def test_a_job_that_is_worked_at_is_not_taken_by_another(cast, kinds):
    runs = []

    def run(work):
        runs.append(1)
        services.run(work.job.pk)

    kinds(run)
    job = services.ask(kind="test", by=cast.secretary)
    services.run(job.pk)
    services.run(job.pk)
    assert runs == [1]


def test_a_job_left_by_a_dead_worker_is_taken_up_again(cast, kinds):
    kinds()
    job = services.ask(kind="test", by=cast.secretary)
    silent = timezone.now() - dt.timedelta(minutes=3)
    Job.objects.update(state="running", claim=uuid.uuid4(), attempts=1, beat_at=silent)

    services.run(job.pk)
    assert Job.objects.get().state == "done"


def test_a_job_that_kills_its_worker_three_times_is_given_up(cast, kinds):
    kinds()
    job = services.ask(kind="test", by=cast.secretary)
    Job.objects.update(state="running", claim=uuid.uuid4(), attempts=3, beat_at=timezone.now() - dt.timedelta(minutes=3))

    services.run(job.pk)
    assert Job.objects.get().state == "failed"


def test_a_worker_taken_for_dead_writes_nothing_when_it_comes_back(cast, kinds):
    def run(work):
        Job.objects.filter(pk=work.job.pk).update(claim=uuid.uuid4())
        with work.whole():
            cast.qinghe.name = "不该写"
            cast.qinghe.save()

    kinds(run)
    services.run(services.ask(kind="test", by=cast.secretary).pk)

    cast.qinghe.refresh_from_db()
    assert (Job.objects.get().state, cast.qinghe.name) == ("running", "清荷社区")


def test_a_cancelled_job_stops_at_its_next_word(cast, kinds):
    def run(work):
        services.cancel(job_id=work.job.pk, by=cast.secretary)
        work.tell(1, 2)
        raise AssertionError("it went on")

    kinds(run)
    services.run(services.ask(kind="test", by=cast.secretary).pk)
    assert Job.objects.get().state == "cancelled"


def test_what_is_over_cannot_be_cancelled(cast, kinds):
    kinds()
    job = services.ask(kind="test", by=cast.secretary)
    services.run(job.pk)
    with pytest.raises(Refused):
        services.cancel(job_id=job.pk, by=cast.secretary)


@pytest.mark.parametrize(
    ("error", "said"), [(Refused("Take a smaller file."), "Take a smaller file."), (ValueError("王建国"), None)]
)
def test_a_failure_is_told_without_what_the_error_quotes(cast, kinds, caplog, error, said):
    def run(work):
        with work.result("x.csv") as path:
            path.write_bytes(b"half")
            raise error

    kinds(run)
    services.run(services.ask(kind="test", by=cast.secretary).pk)

    job = Job.objects.get()
    assert (job.state, job.result.name) == ("failed", "")
    assert told(job.outcome["error"]) == (
        said or "Something went wrong on our side; nothing was changed. Try again, and tell the operator if it stays."
    )
    assert "王建国" not in caplog.text


def test_a_preview_waits_for_a_yes_and_the_yes_counts_once(cast, kinds):
    runs = []
    kinds(run=lambda work: runs.append("run"), preview=lambda work: runs.append("preview"))
    job = services.ask(kind="test", upload=SimpleUploadedFile("a.csv", b"x"), by=cast.secretary)
    services.run(job.pk)
    services.run(job.pk)
    assert Job.objects.get().state == "previewed"

    for _ in range(2):
        services.apply(job_id=job.pk, by=cast.secretary)
        services.run(job.pk)
    assert (Job.objects.get().state, runs) == ("done", ["preview", "run"])


def test_files_of_jobs_long_over_are_deleted(cast, kinds):
    kinds()
    job = services.ask(kind="test", upload=SimpleUploadedFile("a.csv", b"x"), by=cast.secretary)
    services.run(job.pk)
    services.tidy()
    assert Job.objects.get().file
    Job.objects.update(finished_at=timezone.now() - dt.timedelta(days=8))

    storage, name = Job.objects.get().file.storage, Job.objects.get().file.name
    services.tidy()
    assert (Job.objects.get().file.name, storage.exists(name)) == ("", False)


def test_one_failing_work_leaves_the_others_alone(monkeypatch, db, caplog):
    done = []

    def fails():
        raise ValueError("王" + "建国")

    monkeypatch.setattr(tasks, "DUE", [fails, lambda: done.append(1)])
    tasks.due()
    assert done == [1]
    assert "王建国" not in caplog.text

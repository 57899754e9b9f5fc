"""No room left on the disk: said in words, nothing half, and all well once there is room."""

import errno
import os
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.jobs import services
from portal.jobs.models import Job, job_files
from portal.lib.sentences import told
from portal.reports.exports.jobs import ask
from residents.models import Community
from tests.deployments.test_rosters import row, sheet
from tests.sheets import upload


@pytest.fixture
def full(monkeypatch):
    """What is written cannot be kept."""

    def no_room(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", no_room)


@pytest.fixture
def client(cast, sign_in):
    client = sign_in(cast.secretary)
    client.raise_request_exception = False
    return client


def files() -> set[Path]:
    return {path for path in Path(job_files().location).rglob("*") if path.is_file()}


def send(client, cast, data=b""):
    sent = {"community": cast.qinghe.pk, "file": upload(data or sheet(row(1)))}
    return client.post(reverse("deployments:roster_import"), sent)


def test_an_upload_that_finds_no_room_is_not_kept_at_all(client, cast, full):
    before = files()

    answer = send(client, cast)

    assert (answer.status_code, "The portal's disk is full" in answer.content.decode()) == (507, True)
    assert (Job.objects.count(), files()) == (0, before)


def test_with_room_the_same_upload_is_whole(client, cast):
    data = sheet(row(1))
    assert send(client, cast, data).status_code == 302
    job = Job.objects.get()
    assert (job.state, job.file.read() == data, Path(job.file.path) in files()) == ("previewed", True, True)


def test_an_export_that_finds_no_room_says_so_and_leaves_no_half_file(cast, full):
    before, day = files(), timezone.localdate()
    Community.objects.update(active_from=day)
    job = ask(table="daily", community=None, form="xlsx", by=cast.secretary, first=day, last=day)

    services.run(job.pk)

    job.refresh_from_db()
    assert (job.state, told(job.outcome["error"])[:29]) == ("failed", "The portal's disk is full; no")
    assert files() == before

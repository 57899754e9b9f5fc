"""Asking for a job, working at it, taking up what a dead worker left."""

import datetime as dt
import logging
import traceback
import uuid
from typing import Any

from celery import current_app
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from portal.accounts import audit
from portal.accounts.models import User
from portal.jobs.models import Job
from portal.jobs.registry import kinds
from portal.jobs.work import Stopped, Work
from portal.lib import sentences
from portal.lib.errors import Refused
from portal.lib.sentences import gettext as _
from portal.lib.storages import is_full

logger = logging.getLogger(__name__)

# A worker tells every second or so; after this silence it is taken for dead.
SILENCE = dt.timedelta(minutes=2)
ATTEMPTS = 3
# Files up to this size are worked at while the person waits: a second or two.
SMALL = 300 * 1024
# How long uploads and results stay; they hold personal data.
KEPT = dt.timedelta(days=7)


@transaction.atomic
def ask(
    *, kind: str, community: Any = None, params: dict[str, Any] | None = None, upload: UploadedFile | None = None, by: User
) -> Job:
    """Put a job on the list; `tasks.start` gets it going."""
    preview = kinds()[kind].preview
    job = Job(
        kind=kind,
        community=community,
        by=by,
        params={**(params or {}), "language": translation.get_language() or "zh-hans"},
        state=Job.State.PREVIEWING if preview else Job.State.QUEUED,
        beat_at=timezone.now(),
    )
    if upload:
        job.file_name = str(upload.name)[-120:]
        job.file.save("upload.bin", upload, save=False)
    job.save()
    audit.record("job.asked", job, by=by, after={"kind": kind})
    return job


@transaction.atomic
def apply(*, job_id: int, by: User) -> Job:
    """The reader says yes to a preview; saying it twice is saying it once."""
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.state in (Job.State.QUEUED, Job.State.RUNNING, Job.State.DONE):
        return job
    if job.state != Job.State.PREVIEWED:
        raise Refused(_("There is nothing to apply: the preview is not there yet, or it was cancelled. Upload the file again."))

    job.state, job.attempts, job.done, job.beat_at = Job.State.QUEUED, 0, 0, timezone.now()
    job.save(update_fields=["state", "attempts", "done", "beat_at"])
    audit.record("job.applied", job, by=by, after={"kind": job.kind})
    return job


@transaction.atomic
def cancel(*, job_id: int, by: User) -> Job:
    """Stop a job, or put a preview aside; what is done stays done."""
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.state == Job.State.CANCELLED:
        return job
    if job.state in (Job.State.DONE, Job.State.FAILED):
        raise Refused(_("It is over already; nothing is left to cancel."))

    before = {"state": job.state}
    job.state, job.finished_at, job.claim = Job.State.CANCELLED, timezone.now(), None
    job.save(update_fields=["state", "finished_at", "claim"])
    audit.record("job.cancelled", job, by=by, before=before, after={"state": job.state})
    return job


def queue(job_id: int) -> None:
    """Hand a job to a worker once it is stored. A broker that is down costs a minute, not the job."""

    # A function with a name: Django names what it could not call.
    def send() -> None:
        current_app.send_task("portal.jobs.tasks.run", args=[job_id], retry=False)

    transaction.on_commit(send, robust=True)


def run(job_id: int) -> None:
    """Work at a job until it is over. Of many who try, one gets it; it never raises."""
    job = _take(job_id)
    if job is None:
        return
    work = Work(job)
    kind = kinds()[job.kind]
    with translation.override(job.params.get("language")):
        try:
            if job.state == Job.State.PREVIEWING and kind.preview:
                kind.preview(work)
                work.close(Job.State.PREVIEWED)
                return
            kind.run(work)
            if job.state == Job.State.RUNNING:
                work.close(Job.State.DONE)
        except Stopped:
            logger.info("job %s was taken from this worker", job.pk)
        except Refused as refusal:
            _fail(work, *refusal.args[:1])
        except Exception as error:
            # The message of an error may quote a row; its place in the code never does.
            logger.error(
                "job %s failed: %s\n%s", job.pk, type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
            )
            _fail(work, _fault(error))


def _fault(error: Exception) -> str:
    if is_full(error):
        return _("The portal's disk is full; nothing was changed. Tell the operator, then try again.")
    return _("Something went wrong on our side; nothing was changed. Try again, and tell the operator if it stays.")


def _take(job_id: int) -> Job | None:
    with transaction.atomic():
        job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id, state__in=Job.OPEN).first()
        if job is None or not _is_free(job):
            return None
        job.attempts += 1
        if job.attempts > ATTEMPTS:
            job.state, job.finished_at, job.claim = Job.State.FAILED, timezone.now(), None
            sentence = _("It was interrupted three times; nothing was changed. Tell the operator.")
            job.outcome = {"error": sentences.facts(sentence)}
            job.save()
            return None
        if job.state == Job.State.QUEUED:
            job.state = Job.State.RUNNING
        job.claim, job.beat_at = uuid.uuid4(), timezone.now()
        job.save()
    return job


def _is_free(job: Job) -> bool:
    nobody = job.claim is None
    return nobody or job.beat_at is None or job.beat_at < timezone.now() - SILENCE


def _fail(work: Work, sentence: str = "") -> None:
    work.outcome, work.files = {"error": sentences.facts(sentence)}, {}
    try:
        work.close(Job.State.FAILED)
    except Stopped:
        logger.info("job %s had ended before it failed", work.job.pk)


def due() -> None:
    """Hand out again what lies about: never begun, or left by a worker that fell silent."""
    late = timezone.now() - SILENCE
    for pk in Job.objects.filter(Q(beat_at=None) | Q(beat_at__lt=late), state__in=Job.OPEN).values_list("pk", flat=True)[:100]:
        queue(pk)


def tidy() -> None:
    """Delete the files of jobs that were over a week ago, and put aside previews nobody answered."""
    before = timezone.now() - KEPT
    Job.objects.filter(state=Job.State.PREVIEWED, created_at__lt=before).update(
        state=Job.State.CANCELLED, finished_at=timezone.now() - KEPT
    )
    old = Job.objects.filter(finished_at__lte=before).exclude(file="", result="", lines="")
    for job in old[:100]:
        for file in (job.file, job.result, job.lines):
            if file:
                file.delete(save=False)
        job.save(update_fields=["file", "result", "lines"])

"""What the function of a job holds in its hands while it works."""

import secrets
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from portal.jobs.models import Job, job_files

# Seconds between two looks at the job's row.
PULSE = 1.0


class Stopped(Exception):  # noqa: N818 - no error: somebody cancelled the job, or another worker has it
    """The job is not ours any more: leave everything as it was."""


class Work:
    """A job that this process has taken up.

    def run(work: Work) -> None:
        rows = ...
        with work.result("名册.xlsx") as path:
            sheets.write_xlsx(path, columns, work.counted(rows, total=len(rows)))
        work.say(rows=len(rows))
    """

    def __init__(self, job: Job) -> None:
        self.job, self.claim = job, job.claim
        self.outcome: dict[str, Any] = {}
        self.files: dict[str, str] = {}
        self._looked = 0.0

    def tell(self, done: int, total: int | None = None) -> None:
        """Say how far it is; raises Stopped when it is not to go on. Cheap enough to be called for every row."""
        now = time.monotonic()
        if now - self._looked < PULSE:
            return
        self._looked = now
        values: dict[str, Any] = {"done": done, "beat_at": timezone.now()}
        if total is not None:
            values["total"] = total
        if not self._mine().update(**values):
            raise Stopped

    def counted(self, rows: Any, total: int) -> Iterator[Any]:
        """The same rows, telling how far they are."""
        for done, row in enumerate(rows, 1):
            yield row
            self.tell(done, total)

    def say(self, **outcome: Any) -> None:
        """Add to what the page shows when it is done."""
        self.outcome |= outcome

    @contextmanager
    def result(self, name: str) -> Iterator[Path]:
        """Where to write the file that comes out; it appears whole or not at all."""
        suffix = Path(name).suffix or ".bin"
        with self._draft(suffix) as path:
            yield path
            self.files |= {"result": self._stored(path, "out", suffix), "result_name": name[-120:]}

    @contextmanager
    def lines(self) -> Iterator[Path]:
        """Where to write the rows of an import."""
        with self._draft(".sealed") as path:
            yield path
            self.files |= {"lines": self._stored(path, "lines", ".sealed")}

    @contextmanager
    def whole(self) -> Iterator[None]:
        """One transaction for what is written inside and for the job's being done: both happen, or neither."""
        with transaction.atomic():
            if not self._mine().select_for_update().exists():
                raise Stopped
            yield
            self.close(Job.State.DONE)

    def close(self, state: str) -> None:
        """End this stretch of work in a state; raises Stopped when somebody else ended it first."""
        finished = None if state == Job.State.PREVIEWED else timezone.now()
        values: dict[str, Any] = {**self.files, "state": state, "outcome": self.outcome, "finished_at": finished, "claim": None}
        if not self._mine().update(**values):
            raise Stopped
        self.job.refresh_from_db()

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, claim=self.claim, state__in=Job.OPEN)

    @contextmanager
    def _draft(self, suffix: str) -> Iterator[Path]:
        draft = job_files().drafts() / f"{uuid.uuid4().hex}{suffix}"
        try:
            draft.touch(mode=0o600)
            yield draft
        finally:
            draft.unlink(missing_ok=True)

    def _stored(self, path: Path, folder: str, suffix: str) -> str:
        name = f"{folder}/{timezone.localdate():%Y/%m/%d}/{self.job.pk}-{secrets.token_hex(8)}{suffix}"
        with path.open("rb") as file:
            return job_files().save(name, File(file))

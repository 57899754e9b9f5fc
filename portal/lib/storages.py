"""Where uploads and results lie, sealed; what was left half written; and a disk that is full."""

import datetime as dt
import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from portal.lib.sealed_files import seal, unsealed

FULL = (errno.ENOSPC, errno.EDQUOT)
DRAFTS = ".drafts"
# Longer than anything is written for.
KEPT = dt.timedelta(days=1)


def is_full(error: BaseException | None) -> bool:
    """Whether it says that no room is left on the disk."""
    return isinstance(error, OSError) and error.errno in FULL


class Draft(File):
    """A file written to its end that storage moves to its place instead of copying it."""

    def temporary_file_path(self) -> str:
        return str(self.name)


class Unsealed(File):
    """A stored file as it was before it was sealed; `stored` opens it as it lies there."""

    def __init__(self, name: str, stored: Callable[[], BinaryIO]) -> None:
        super().__init__(unsealed(stored()), name)
        self._stored = stored

    def open(self, mode: str | None = None, *args: Any, **kwargs: Any) -> Self:
        if self.closed:
            self.file = unsealed(self._stored())
        self.seek(0)
        return self


class WholeFiles(FileSystemStorage):
    """Files of one folder of MEDIA_ROOT, served by path to nobody; each is there whole or not at all, and sealed."""

    def __init__(self, folder: str) -> None:
        super().__init__(location=Path(settings.MEDIA_ROOT) / folder)

    def drafts(self) -> Path:
        """Where a file is written before it has its place; on the same disk, for it is moved there."""
        folder = Path(self.location) / DRAFTS
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _save(self, name: str, content: Any) -> str:
        number, path = tempfile.mkstemp(dir=self.drafts())
        try:
            with open(number, "wb") as draft:
                seal(content.chunks(), draft)
                draft.flush()
                os.fsync(draft.fileno())
            return super()._save(name, Draft(None, path))  # type: ignore[misc]
        finally:
            Path(path).unlink(missing_ok=True)

    def _open(self, name: str, mode: str = "rb") -> File:
        whole = super()._open  # type: ignore[misc]
        return Unsealed(name, lambda: cast(BinaryIO, whole(name).file))


def tidy() -> None:
    """Delete the drafts of whoever was killed while writing: no row knows of them, and they are not sealed yet."""
    before = timezone.now() - KEPT
    for draft in Path(settings.MEDIA_ROOT).glob(f"*/{DRAFTS}/*"):
        if draft.stat().st_mtime < before.timestamp():
            draft.unlink(missing_ok=True)

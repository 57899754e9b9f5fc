"""Where uploads and results lie, and a disk that is full."""

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage

FULL = (errno.ENOSPC, errno.EDQUOT)


def is_full(error: BaseException | None) -> bool:
    """Whether it says that no room is left on the disk."""
    return isinstance(error, OSError) and error.errno in FULL


class Draft(File):
    """A file written to its end that storage moves to its place instead of copying it."""

    def temporary_file_path(self) -> str:
        return str(self.name)


class WholeFiles(FileSystemStorage):
    """Files of one folder of MEDIA_ROOT, served by path to nobody; each is there whole or not at all."""

    def __init__(self, folder: str) -> None:
        super().__init__(location=Path(settings.MEDIA_ROOT) / folder)

    def _save(self, name: str, content: Any) -> str:
        Path(self.location).mkdir(parents=True, exist_ok=True)
        number, path = tempfile.mkstemp(dir=self.location, prefix=".")
        try:
            with open(number, "wb") as draft:
                for chunk in content.chunks():
                    draft.write(chunk)
                draft.flush()
                os.fsync(draft.fileno())
            return super()._save(name, Draft(None, path))  # type: ignore[misc]
        finally:
            Path(path).unlink(missing_ok=True)

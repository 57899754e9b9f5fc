"""Real processes for tests that kill them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)


def kill_9(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and its children at once, as a power cut would."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def until(true: Callable[[], object], *, seconds: float = 30, why: str = "") -> None:
    """Wait until a question is answered with yes; fail the test when it never is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, why or f"{true} stayed false for {seconds} seconds"
        time.sleep(0.05)


def database_url(port: int = 0) -> str:
    """The address of the test's own database, for another process; by another port where one leads there."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{port or found['PORT'] or 5432}/{found['NAME']}"


def celery(log: Path, *words: str, **env: str) -> "subprocess.Popen[bytes]":
    """One of Celery's programs on the test's database."""
    env = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings", **env}
    command = [sys.executable, "-m", "celery", "-A", "portal", *words]
    with log.open("ab") as written:
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=written, stderr=subprocess.STDOUT, start_new_session=True)


class Worker:
    """A Celery worker on the test's database and broker, or on what `env` names; `name` where there are several."""

    def __init__(self, folder: Path, name: str = "worker", **env: str) -> None:
        self.log = folder / f"{name}.log"
        self.name, self.env = name, env
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it takes work."""
        before = self.written().count(" ready.")
        self.process = celery(
            self.log, "worker", "-c", "2", "-l", "INFO", "--without-mingle", "-n", f"{self.name}@%h", **self.env
        )
        until(lambda: self.written().count(" ready.") > before, seconds=60, why=f"no worker: see {self.log}")

    def kill_9(self) -> None:
        """Kill it with all its children."""
        if self.process:
            kill_9(self.process)

    def children(self) -> list[int]:
        """The process ids of its pool."""
        assert self.process
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def written(self) -> str:
        """What it has logged so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

"""Web servers of a measurement: gunicorn with two workers, as `make run` starts it."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.processes import ROOT, database_url

WORKERS = 2
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running web server."""

    port: int
    pid: int
    name: str

    def cpu(self) -> float:
        """Seconds of processor its workers and their PostgreSQL have used so far; 0 where the system does not tell."""
        with contextlib.suppress(OSError):
            workers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            return sum(map(_used, [*workers, *self._database()]))
        return 0.0

    def _database(self) -> list[int]:
        if connection.vendor != "postgresql":
            return []
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [self.name])
            return [pid for (pid,) in cursor.fetchall()]


def _used(pid: object) -> float:
    # The name of the program may hold spaces; user and system time are the 14th and 15th field.
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS


@contextlib.contextmanager
def serving(settings_module: str, database: str = "") -> Iterator[Server]:
    """Serve a project on the measured database, or on the one named."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        env = {
            **os.environ,
            "DATABASE_URL": database or database_url(),
            "DJANGO_SETTINGS_MODULE": settings_module,
            "VAR_DIR": folder,
        }
        env |= {"DEBUG": "0", "HTTPS": "0", "ALLOWED_HOSTS": "127.0.0.1", "PORT": str(port), "WEB_WORKERS": str(WORKERS)}
        name = f"bench-{port}"
        env |= {"LOG_LEVEL": "WARNING", "PGAPPNAME": name, **settings.SECRETS}
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "python:portal.gunicorn",
            "django.core.wsgi:get_wsgi_application()",
        ]
        # Its words go where nobody waits for them.
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
        try:
            _until_it_answers(port)
            yield Server(port, process.pid, name)
        finally:
            process.terminate()
            process.wait(30)


def _until_it_answers(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("the server does not answer")

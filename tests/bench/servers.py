"""Web servers of a measurement: gunicorn with two workers, as `make run` starts it."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from tests.processes import ROOT, database_url

WORKERS = 2


@contextlib.contextmanager
def serving(settings_module: str, database: str = "") -> Iterator[int]:
    """Serve a project on the measured database, or on the one named; gives the port."""
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
        env |= {"LOG_LEVEL": "WARNING", **settings.SECRETS}
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
            yield port
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

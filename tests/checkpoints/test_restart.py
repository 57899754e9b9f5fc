"""PostgreSQL restarted while gates are sending: nothing lost, nothing doubled, no answer but 200 and 503.

The server restarted is one of the test's own, so that nobody else's is; its database is a copy of the test's.
"""

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from checkpoints.models import Passage
from tests.bench import gate as bench
from tests.bench.servers import serving
from tests.processes import database_url, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="a file is not restarted"),
]
GATES, BATCHES, ROWS = 4, 40, 10


class Server:
    """A PostgreSQL of our own in a folder of our own."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        control = found[-1] if found else shutil.which("pg_ctl")
        assert control, "pg_ctl is missing: install PostgreSQL's server"
        self.programs, self.folder = Path(control).parent, folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def run(self, program: str, *words: str) -> None:
        """Run one of PostgreSQL's programs; it refuses to be root."""
        command = [str(self.programs / program), *words]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def make(self) -> None:
        """Create and start it."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "-D", f"{self.folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    def start(self) -> None:
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", self._options, "start")

    def restart(self) -> None:
        """As after a power cut: no connection is closed in peace."""
        self.run(
            "pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", self._options, "-m", "immediate",
            "restart",
        )  # fmt: skip

    def stop(self) -> None:
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")

    @property
    def _options(self) -> str:
        return f"-p {self.port} -c max_connections=20 -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"

    @property
    def address(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def filled_from(self, known: dict[str, str]) -> None:
        """Copy a database into this one."""
        dump = [
            self.programs / "pg_dump",
            "-h",
            known["HOST"],
            "-p",
            str(known["PORT"] or 5432),
            "-U",
            known["USER"],
            known["NAME"],
        ]
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as source:
            load = [self.programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", self.address]
            subprocess.run(load, stdin=source.stdout, stdout=subprocess.DEVNULL, check=True)


@pytest.fixture
def server():
    # Not in pytest's folders: each run that starts closes those of all others to anybody but its user.
    with tempfile.TemporaryDirectory(prefix="portal-postgresql-") as folder:
        made = Server(Path(folder))
        made.make()
        yield made
        made.stop()


class Phone:
    """A gate's phone: sends a batch again until it hears what became of it."""

    def __init__(self, port: int, known: bench.Gate) -> None:
        client = Client()
        client.force_login(known.user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={'a' * 32}",
            "X-CSRFToken": "a" * 32,
            "Content-Type": "application/json",
        }
        self.port, self.address, self.heard = port, f"/checkpoints/gate/{known.shift.pk}/passages/", []

    def send_all(self) -> None:
        for _ in range(BATCHES):
            body = json.dumps([bench.passage(place) for place in range(ROWS)])
            until(lambda body=body: self.sent(body), seconds=60, why="a batch was never answered")

    def sent(self, body: str, patience: float = 30) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            line.request("POST", self.address, body.encode(), self.headers)
            answer = line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
        self.heard.append(answer.status)
        self.retry_after = answer.headers.get("Retry-After")
        assert b"refused" not in said
        return answer.status == 200


@pytest.mark.django_db(transaction=True)
def test_without_postgresql_or_a_free_connection_to_it_the_answer_is_503_at_once_and_then_all_is_well(server):
    phone = Phone(0, bench.gate())
    server.filled_from(connection.settings_dict)
    body = json.dumps([bench.passage()])

    with serving("tests.settings", server.address) as web:
        phone.port = web.port
        until(lambda: phone.sent(body), why="nobody was answered before")
        server.stop()
        try:
            refused_at_once(phone, body)
        finally:
            server.start()
        with crowding(server):
            refused_at_once(phone, body)
        until(lambda: phone.sent(body), why="the portal did not recover by itself")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("limited", [True, False])
def test_while_an_upgrade_holds_a_table_the_answer_is_503_and_then_all_is_well(limited, monkeypatch):
    """Control run: without the limit of `portal/gunicorn.py` nobody hears anything."""
    phone = Phone(0, bench.gate())
    body = json.dumps([bench.passage()])
    if not limited:
        monkeypatch.setenv("PGOPTIONS", "")

    with serving("tests.settings") as web:
        phone.port = web.port
        until(lambda: phone.sent(body), why="nobody was answered before")
        with contextlib.closing(psycopg2.connect(database_url())) as upgrade, upgrade.cursor() as cursor:
            cursor.execute("LOCK TABLE checkpoints_passage")
            if limited:
                refused_at_once(phone, body)
            else:
                assert (phone.sent(body, patience=4), phone.heard[1:]) == (False, [])
        until(lambda: phone.sent(body), why="the portal did not recover by itself")
    assert Passage.objects.count() == 1


def refused_at_once(phone: Phone, body: str) -> None:
    """The quickest of three, for the machine may be busy with others."""
    taken = []
    for _ in range(3):
        began = time.monotonic()
        phone.sent(body)
        taken.append(time.monotonic() - began)
        assert (phone.heard[-1], phone.retry_after) == (503, "10")
    assert min(taken) < 3


@contextlib.contextmanager
def crowding(server: Server) -> Iterator[None]:
    """Take every connection the server has to give."""
    taken = []
    try:
        with contextlib.suppress(psycopg2.OperationalError):
            while True:
                taken.append(psycopg2.connect(server.address))
        yield
    finally:
        for one in taken:
            one.close()


@pytest.mark.django_db(transaction=True)
def test_a_restart_of_postgresql_under_load_loses_and_doubles_nothing(server):
    gates = [bench.gate() for _ in range(GATES)]
    phones = [Phone(0, known) for known in gates]
    server.filled_from(connection.settings_dict)

    with serving("tests.settings", server.address) as web, ThreadPoolExecutor(GATES) as pool:
        for phone in phones:
            phone.port = web.port
        sending = [pool.submit(phone.send_all) for phone in phones]
        until(lambda: sum(len(phone.heard) for phone in phones) > GATES * 3, why="nobody was answered before the restart")
        server.restart()
        time.sleep(0.2)
        server.restart()
        for each in sending:
            each.result()

    with psycopg2.connect(server.address) as copy, copy.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT id) FROM checkpoints_passage")
        assert cursor.fetchone() == (GATES * BATCHES * ROWS, GATES * BATCHES * ROWS)
        cursor.execute("SELECT sum((after->>'count')::int) FROM accounts_event WHERE kind = 'passages.logged'")
        assert cursor.fetchone() == (GATES * BATCHES * ROWS,)
    assert {status for phone in phones for status in phone.heard} <= {200, 503}

"""PostgreSQL restarted while gates are sending: nothing lost, nothing doubled, no answer but 200 and 503.

The server restarted is one of the test's own, so that nobody else's is; its database is a copy of the test's.
"""

import contextlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from django.db import connection

from checkpoints.models import Passage
from tests import postgresql
from tests.bench import gate as bench
from tests.bench.servers import serving
from tests.phone import Phone
from tests.processes import database_url, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="a file is not restarted"),
]
GATES, BATCHES, ROWS = 4, 40, 10


@pytest.fixture
def server():
    with postgresql.running() as made:
        yield made


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
            phone.refused_at_once(body)
        finally:
            server.start()
        with crowding(server):
            phone.refused_at_once(body)
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
                phone.refused_at_once(body)
            else:
                assert (phone.sent(body, patience=4), phone.heard[1:]) == (False, [])
        until(lambda: phone.sent(body), why="the portal did not recover by itself")
    assert Passage.objects.count() == 1


@contextlib.contextmanager
def crowding(server: postgresql.Server) -> Iterator[None]:
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
        sending = [pool.submit(phone.send_all, BATCHES, ROWS) for phone in phones]
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

"""The database is there and says nothing: stopped where it stands, or behind a network that swallows everything."""

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor, wait

import psycopg2
import pytest
from django.db import connection

from checkpoints.models import Passage
from tests import line, postgresql
from tests.bench import gate as bench
from tests.bench.servers import serving
from tests.phone import Phone
from tests.processes import database_url, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="a file is never silent"),
]
# More than two web servers have threads.
PHONES = 10


def answers(phone: Phone, body: str, patience: float = 9) -> list[int]:
    """What each of many phones hears at the same moment, of those that hear anything in time: on a busy machine, late."""
    phone.heard.clear()
    with ThreadPoolExecutor(PHONES) as pool:
        list(pool.map(lambda _: phone.sent(body, patience=patience), range(PHONES)))
    return phone.heard


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stands_still_is_503_for_everybody_and_then_all_is_well():
    phone, body = Phone(0, bench.gate()), json.dumps([bench.passage()])
    with postgresql.running() as server:
        server.filled_from(connection.settings_dict)
        with serving("tests.settings", server.address) as web:
            phone.port = web.port
            until(lambda: answers(phone, body) == [200] * PHONES, why="nobody was answered before")
            server.freeze()
            try:
                assert answers(phone, body) == [503] * PHONES
                phone.refused_at_once(body)
            finally:
                server.thaw()
            until(lambda: answers(phone, body) == [200] * PHONES, why="the portal did not recover by itself")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("watched", [True, False])
def test_a_network_that_swallows_everything_is_503_for_everybody_and_then_all_is_well(watched, monkeypatch):
    """Control run: without the watch of `portal/lib/postgresql/watch.py` they wait in vain."""
    monkeypatch.setenv("DATABASE_WATCH", "1" if watched else "0")
    phone, body = Phone(0, bench.gate()), json.dumps([bench.passage()])
    with line.to(int(connection.settings_dict["PORT"])) as wire, serving("tests.settings", database_url(wire.port)) as web:
        phone.port = web.port
        until(lambda: answers(phone, body) == [200] * PHONES, why="nobody was answered before")
        wire.cut()
        try:
            assert (answers(phone, body, 9 if watched else 5) == [503] * PHONES) is watched
        finally:
            wire.mend()
        until(lambda: answers(phone, body) == [200] * PHONES, why="the portal did not recover by itself")
    assert Passage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_only_takes_its_time_is_left_alone(monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=0")
    phone, body = Phone(0, bench.gate()), json.dumps([bench.passage()])
    with serving("tests.settings") as web, ThreadPoolExecutor(1) as pool:
        phone.port = web.port
        until(lambda: phone.sent(body), why="nobody was answered before")
        with contextlib.closing(psycopg2.connect(database_url())) as other, other.cursor() as cursor:
            cursor.execute("LOCK TABLE checkpoints_passage")
            waits = pool.submit(phone.sent, body)
            # Longer than a silent server is given.
            assert not wait([waits], timeout=3).done
        assert waits.result()

"""A backup made while gates write, and put back elsewhere: one moment, the same keys, and nobody comes back who was erased."""

import contextlib
import datetime as dt
import sqlite3
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from checkpoints.models import Passage
from portal import checks, middleware
from portal.accounts.models import Session
from tests import factories
from tests.bench import gate as bench
from tests.bench.servers import serving
from tests.phone import Phone
from tests.processes import until

GATES, BATCHES, ROWS = 2, 25, 10
ALL = GATES * BATCHES * ROWS
# The passages, what the trail says of them, and what the gates have counted: three tables of one transaction.
COUNTED = (
    "SELECT count(*) FROM checkpoints_passage",
    "SELECT coalesce(sum({count}), 0) FROM accounts_event WHERE kind = 'passages.logged'",
    "SELECT coalesce(sum(let_in + let_out), 0) FROM checkpoints_gatetotal",
)

# What is read from a copy that is none.
TORN = [0, -1, -2]


def counted(copy, count: str) -> list[int]:
    cursor, found = copy.cursor(), []
    for question in COUNTED:
        cursor.execute(question.format(count=count))
        found.append(int(cursor.fetchone()[0]))
    return found


def of_postgresql(folder: Path, whole: bool, after: Callable[[], object]) -> list[int]:
    """As the README says; by half, table after table, with all that was sent meanwhile between them."""
    known, name = connection.settings_dict, f"{connection.settings_dict['NAME']}_restored"
    where = ["-h", known["HOST"], "-p", str(known["PORT"] or 5432), "-U", known["USER"]]
    parts = [[]] if whole else [["-t", "checkpoints_passage", "-t", "checkpoints_gatetotal"], ["-t", "accounts_event"]]
    for number, part in enumerate(parts):
        subprocess.run(["pg_dump", *where, *part, "-f", folder / f"{number}.sql", known["NAME"]], check=True)
        after()
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            for number in range(len(parts)):
                subprocess.run(
                    ["psql", *where, "-q", "-f", folder / f"{number}.sql", name],
                    check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            with contextlib.closing(psycopg2.connect(host=known["HOST"], port=known["PORT"] or 5432, user=known["USER"],
                                                     password=known["PASSWORD"], dbname=name)) as copy:  # fmt: skip
                return counted(copy, "(after->>'count')::int")
        finally:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def of_sqlite(folder: Path, whole: bool, after: Callable[[], object]) -> list[int]:
    """As the README says (`.backup` is this call); by half, the file alone."""
    source, goal = connection.settings_dict["NAME"], folder / "copy.sqlite3"
    if whole:
        with contextlib.closing(sqlite3.connect(source)) as live, contextlib.closing(sqlite3.connect(goal)) as copy:
            live.backup(copy)
    else:
        # By another process: closing the file in this one would drop the locks its connections hold.
        subprocess.run(["cp", source, goal], check=True)
    after()
    try:
        with contextlib.closing(sqlite3.connect(goal)) as copy:
            return counted(copy, "json_extract(after, '$.count')")
    except sqlite3.DatabaseError:
        return TORN


@contextlib.contextmanager
def slow_reader():
    """Somebody who has been reading since before: SQLite leaves in its journal what was written after them."""
    with contextlib.ExitStack() as kept:
        if connection.vendor == "sqlite":
            reader = kept.enter_context(contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])))
            reader.execute("BEGIN")
            reader.execute(COUNTED[0]).fetchone()
        yield


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whole", [True, False])
def test_a_backup_under_load_is_of_one_moment_and_holds_all_that_was_acknowledged_before(whole, tmp_path):
    """Control run: tables one after the other, or the file alone, are of no moment."""
    back_up = of_postgresql if connection.vendor == "postgresql" else of_sqlite
    phones = [Phone(0, bench.gate()) for _ in range(GATES)]
    with slow_reader(), serving("tests.settings") as web, ThreadPoolExecutor(GATES) as pool:
        for phone in phones:
            phone.port = web.port
        sending = [pool.submit(phone.send_all, BATCHES, ROWS) for phone in phones]
        until(lambda: sum(phone.heard.count(200) for phone in phones) > GATES * 2, why="nobody was answered")
        before = ROWS * sum(phone.heard.count(200) for phone in phones)
        rows, told, totals = back_up(tmp_path, whole, lambda: [each.result() for each in sending])

    assert (rows == told == totals and before <= rows < ALL and rows % ROWS == 0) is whole
    assert Passage.objects.count() == ALL


@pytest.fixture
def other_keys(cast, settings):
    """A database that was restored where the keys are others."""
    cast.cadre.id_number = "110101199003070011"
    cast.cadre.save()
    stored, settings.FIELD_KEYS = settings.FIELD_KEYS, [Fernet.generate_key().decode()]
    return stored


def test_other_keys_are_refused_before_anything_is_written(other_keys, cast, sign_in, settings, monkeypatch):
    """Control run: where nobody asks whether the keys fit, the same commands write, and say that all is well."""
    sign_in(cast.secretary)
    for command in ("restored", "prepare"):
        with pytest.raises(SystemCheckError, match="not among FIELD_KEYS"):
            call_command(command)
    assert Session.objects.count() == 1
    with monkeypatch.context() as unasked:
        unasked.setattr(checks, "_field_keys", list)
        unasked.setattr(checks, "_lookup_key", list)
        call_command("restored")
    assert Session.objects.count() == 0

    settings.FIELD_KEYS = [*settings.FIELD_KEYS, *other_keys]
    call_command("restored")


@pytest.mark.parametrize("known", [True, False])
def test_a_page_that_needs_another_key_says_so(other_keys, cast, sign_in, monkeypatch, known):
    """Control run: where the doorman does not know a missing key, the page breaks."""
    if not known:
        monkeypatch.setattr(middleware, "InvalidToken", LookupError)
    client = sign_in(cast.secretary)
    client.raise_request_exception = False

    answer = client.get(reverse("deployments:cadre_detail", args=[cast.cadre.pk]))

    said = (answer.status_code, "The portal lacks a key" in answer.content.decode())
    assert said == ((503, True) if known else (500, False))


@pytest.mark.parametrize("restored", [True, False])
def test_who_was_signed_in_is_out_and_what_was_erased_since_is_gone(cast, sign_in, restored):
    """Control run: a backup put back without a word brings back both."""
    client = sign_in(cast.secretary)
    gone = factories.PassageFactory(post=factories.PostFactory(), happened_at=timezone.now() - dt.timedelta(days=61))

    if restored:
        call_command("restored")

    assert Passage.objects.filter(pk=gone.pk).exists() is not restored
    assert client.get("/").status_code == (302 if restored else 200)

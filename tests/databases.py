"""The database of a run: copied from one that was migrated before, as long as no migration changed.

To migrate takes longer than most runs. The copy lies in var/ (SQLite) or beside the database of the run (PostgreSQL), and
is made anew when a migration, or what writes triggers, is no longer what it was: by the first test that needs it, or before
by `make test-databases`.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import django
from django.conf import settings
from django.db import connection, transaction

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "var" / "test-database"
APPS = ("portal", "residents", "deployments", "checkpoints")
SET_FOR_TESTS = {
    # What a test commits need not wait for the disk (3 ms each): where a server falls, the tests start one of their own.
    "synchronous_commit": "off",
    # Among a few rows any order of joins will do: to look for the best was most of the server's work.
    "join_collapse_limit": 1,
    "from_collapse_limit": 1,
}
# Which tables there are, and the rights to them as Django's admin knows them.
OF_TABLES = ("auth_permission", "django_content_type")


def create() -> str:
    """Make the test's database and connect to it; returns the name to give to destroy_test_db()."""
    old = str(connection.settings_dict["NAME"])
    made = connection.creation._get_test_db_name()
    with _one_at_a_time():
        known = _known()
        if known:
            _copy(made)
        # With a copy there is nothing left to migrate.
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=known)
        if not known:
            _keep(made)
        if _on_postgresql():
            _set_for_tests(made)
    return old


def prepare() -> None:
    """Migrate what later runs copy, if that is not there yet."""
    connection.creation.destroy_test_db(create(), verbosity=0)


def flush(whole: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """The statements that empty the tables, in place of Django's `sql_flush`, which is `whole`.

    Only a test may empty the audit trail. What came with the tables stays: to write it anew takes longer than most tests.
    """

    def sql_flush(self, style, tables, **kwargs):
        tables = [table for table in tables if table not in OF_TABLES]
        with self.connection.cursor() as cursor:
            if self.connection.vendor == "sqlite":
                return _without_guards(cursor, whole(self, style, tables, **kwargs))
            cursor.execute("SELECT current_setting('is_superuser') = 'on'")
            return _emptying(cursor, tables) if cursor.fetchone()[0] else whole(self, style, tables, **kwargs)

    return sql_flush


def _without_guards(cursor, statements: list[str]) -> list[str]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%append_only_delete'")
    guards = cursor.fetchall()
    return [*(f"DROP TRIGGER {name}" for name, _ in guards), *statements, *(sql for _, sql in guards)]


def _emptying(cursor, tables: Iterable[str]) -> list[str]:
    # To truncate every table takes PostgreSQL a second, and a test leaves rows in a few.
    cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables))
    # Without triggers: neither keys nor the trail's guard are asked.
    return ["SET LOCAL session_replication_role = replica", *(f'DELETE FROM "{table}"' for (table,) in cursor.fetchall())]


@contextlib.contextmanager
def shared(blocker) -> Iterator[None]:
    """Rows written here are there for all tests of a module, and gone after the last: see `undone`."""
    with blocker.unblock():
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        # As Django's own cases do: beside a browser's loop it is one that nobody finds again.
        connection.close()


@contextlib.contextmanager
def undone(blocker) -> Iterator[None]:
    """What one test does to rows that are shared is undone before the next."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@cache
def digest() -> str:
    """What the tables depend on: migrations, and code that writes triggers for them."""
    seen = hashlib.sha256(django.__version__.encode())
    for path in sorted(path for app in APPS for path in (ROOT / app).rglob("*.py")):
        text = path.read_bytes()
        if "migrations" in path.parts or b"TriggerConstraint" in text:
            seen.update(path.relative_to(ROOT).as_posix().encode() + text)
    return seen.hexdigest()[:12]


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _on_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _file() -> Path:
    return FOLDER / f"{digest()}.sqlite3"


@cache
def _prefix() -> str:
    # Asked first before the test's database takes the place of the run's.
    return f"{connection.settings_dict['NAME']}_migrated_"


def _known() -> bool:
    if not _on_postgresql():
        return _file().exists()
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_prefix() + digest()])
        return cursor.fetchone() is not None


def _copy(made: str) -> None:
    if not _on_postgresql():
        for end in ("-wal", "-shm"):
            Path(made + end).unlink(missing_ok=True)
        shutil.copyfile(_file(), made)
        return
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{made}"')
        cursor.execute(f'CREATE DATABASE "{made}" TEMPLATE "{_prefix()}{digest()}"')


def _set_for_tests(made: str) -> None:
    """What a database of few rows, thrown away afterwards, need not take time for."""
    connection.close()
    with connection.creation._nodb_cursor() as cursor:
        for name, value in SET_FOR_TESTS.items():
            cursor.execute(f'ALTER DATABASE "{made}" SET {name} = {value}')


def _keep(made: str) -> None:
    """Keep what was just migrated, and throw away what was kept before."""
    if not _on_postgresql():
        for old in FOLDER.glob("*.sqlite3"):
            old.unlink()
        unready = FOLDER / f"{os.getpid()}.new"
        with contextlib.closing(sqlite3.connect(unready)) as copy:
            connection.connection.backup(copy)
        unready.rename(_file())
        return
    connection.close()
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_prefix()])
        for (old,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
        cursor.execute(f'CREATE DATABASE "{_prefix()}{digest()}" TEMPLATE "{made}"')


if __name__ == "__main__":
    django.setup()
    prepare()

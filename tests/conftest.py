"""What every test may ask for."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from portal.accounts.models import User
from tests.people import Cast, make_cast


@pytest.fixture(autouse=True)
def _english():
    """Tests read the plain sources; the catalogue is tested by itself."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session", autouse=True)
def _erasable_trail():
    """A test that commits empties every table afterwards, and only the tests may empty the audit trail."""
    if connection.vendor != "sqlite":
        yield
        return
    flush = connection.ops.sql_flush

    def sql_flush(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%append_only_delete'")
            guards = cursor.fetchall()
        return [*(f"DROP TRIGGER {name}" for name, _ in guards), *flush(*args, **kwargs), *(sql for _, sql in guards)]

    # For the whole run: tables are emptied after the fixtures of a test are gone.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection.ops, "sql_flush", sql_flush)
        yield


@pytest.fixture
def cast(db) -> Cast:
    """The named people (tests/people.py)."""
    return make_cast()


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """A client signed in as somebody, reading English."""

    def signed_in(user: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def queries():
    """Count statements: `with queries() as seen: ...; len(seen)`."""
    return lambda: CaptureQueriesContext(connection)

"""What every test may ask for."""

import gc
import os
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from portal.accounts.models import User
from portal.celery import app as celery_app
from portal.lib.catalogues import compile_catalogues
from tests import databases
from tests.people import Cast, make_cast, session_of
from tests.processes import Worker

# How long one example takes says more about the machine's other work than about the code.
hypothesis_settings.register_profile("portal", deadline=None)
hypothesis_settings.load_profile("portal")


def pytest_sessionstart(session):
    """Compile what is read in Chinese; with servers named, they must be there: a run without them proves nothing."""
    compile_catalogues()
    if settings.CELERY_BROKER_URL.startswith("redis"):
        with celery_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=2, timeout=5)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Let one process begin with what waits for a browser, another with what takes long; the rest as it stands in the folders.

    Each process begins with one length of the list, and who has nothing left takes from the end of another's: what is long
    would otherwise come last, when nobody has anything else to do. pytest-django leaves what commits for the end, where all
    would wait at once. No test needs another's rows.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items.sort(key=lambda item: item.path)
    browser = [item for item in items if "tests/journeys" in item.path.as_posix()]
    slow = [item for item in items if item.get_closest_marker("slow") and item not in browser]
    rest = [item for item in items if item not in browser and item not in slow]
    first = max(0, len(items) // processes - len(browser))
    items[:] = [*browser, *rest[:first], *slow, *rest[first:]]


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Nothing that is read while tests are collected is rubbish: to look for it took a fifth of the time, in every process."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish():
    """Let what is loaded by now never be looked through for rubbish again: that took a twelfth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(autouse=True)
def _english():
    """Tests read the plain sources; the catalogue is tested by itself."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """The database, copied where it has been migrated before (tests/databases.py)."""
    with django_db_blocker.unblock():
        old = databases.create()
    yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(old, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def _emptied():
    """A test that commits empties every table afterwards: see `databases.flush`."""
    operations = type(connection.ops)
    # For the whole run: tables are emptied after the fixtures of a test are gone. For all connections: a browser's
    # loop gives the thread another one.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", databases.flush(operations.sql_flush))
        # What belongs to the tables themselves is left there, so it need not be written anew.
        patch.setattr(flush, "emit_post_migrate_signal", lambda *args, **kwargs: None)
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
        client.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
        return client

    return signed_in


@pytest.fixture
def queries():
    """Count statements: `with queries() as seen: ...; len(seen)`."""
    return lambda: CaptureQueriesContext(connection)


@pytest.fixture
def real_worker(transactional_db, tmp_path):
    """A Celery worker process, started; `.kill_9()` and `.start()` again at will. Runs where the broker is Redis."""
    if not settings.CELERY_BROKER_URL.startswith("redis"):
        pytest.skip("needs Redis as the broker: `make ci` runs it")
    _empty_queue()
    worker = Worker(tmp_path)
    worker.start()
    yield worker
    worker.kill_9()
    _empty_queue()


def _empty_queue() -> None:
    """Nothing of another test: neither what waits nor what a worker had in hand when it was killed, which would come again."""
    celery_app.control.purge()
    with celery_app.connection_for_write() as broker:
        broker.default_channel.client.delete("unacked", "unacked_index")

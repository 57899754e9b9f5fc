"""While the database, the cache or the broker is away."""

import time

import pytest
from django.core.cache import caches
from django.db import OperationalError, connection, connections
from django.test import Client

from portal.accounts.access import public
from portal.lib.cache import SturdyRedisCache
from tests.factories import MembershipFactory


@pytest.fixture
def no_database(db):
    """Every statement fails as it does when the server is gone."""

    def gone(execute, sql, params, many, context):
        raise OperationalError("could not connect to server")

    with connection.execute_wrapper(gone):
        yield


def test_pages_say_so_and_when_to_come_back(no_database):
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32

    answer = client.get("/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert b"Traceback" not in answer.content
    assert b"could not connect" not in answer.content


def test_a_view_that_loses_the_database_says_so(db, sign_in):
    client = sign_in(MembershipFactory().user)
    client.raise_request_exception = False

    def gone(execute, sql, params, many, context):
        if "accounts_message" in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(gone):
        answer = client.get("/messages/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")


def test_the_watchdog_is_told(no_database):
    answer = Client(raise_request_exception=False).get("/healthz")

    assert (answer.status_code, answer.json()["database"], answer.json()["status"]) == (503, "down", "down")


def test_the_watchdog_is_content(db, client):
    assert client.get("/healthz").json() == {"status": "ok", "database": "up", "cache": "up", "broker": "up"}


def test_a_cache_that_is_away_is_stood_in_for(settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "portal.lib.cache.SturdyRedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"socket_connect_timeout": 0.2},
        }
    }
    SturdyRedisCache.away_until = 0.0
    cache = caches["default"]
    started = time.monotonic()

    assert cache.add("a", 1)
    assert not cache.add("a", 2)
    assert cache.incr("a") == 2
    cache.set_many({"b": 3, "c": 4})
    assert cache.get_many(["a", "b", "c", "d"]) == {"a": 2, "b": 3, "c": 4}
    cache.delete_many(["a", "b", "c"])
    assert (cache.get("a"), cache.has_key("b")) == (None, False)
    assert time.monotonic() - started < 2
    with pytest.raises(Exception, match="Connection refused"):
        cache.ping()


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_an_invented_host_gets_a_plain_answer(db, settings, method):
    settings.ALLOWED_HOSTS = ["portal.example"]

    answer = getattr(Client(raise_request_exception=False), method)("/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert b"evil.example" not in answer.content


def test_a_foreign_form_is_refused_in_words(db):
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a", "password": "b"})

    assert answer.status_code == 403
    assert b"evil" not in answer.content


def test_what_is_public_says_so():
    assert public(lambda request: None).permission == "public"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server that could go away")
def test_only_a_connection_that_rested_is_asked_whether_it_lives(db, monkeypatch):
    asked = []
    wrapper = connections["default"]
    monkeypatch.setattr(wrapper, "health_check_enabled", True)
    monkeypatch.setattr(wrapper, "is_usable", lambda: asked.append(1) or True)

    for rested in (2.0, 0.0, 2.0):
        wrapper.health_check_done = False
        wrapper.used_at = time.monotonic() - rested
        wrapper.cursor().close()

    assert len(asked) == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite compiles nothing")
def test_no_statement_is_compiled_which_takes_longer_than_running_it(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)

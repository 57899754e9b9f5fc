"""Redis emptied, or standing still."""

import json
import urllib.request

import pytest
from django.core.cache import cache

from portal.accounts.services import attempts
from portal.lib.cache import SturdyRedisCache
from tests import redis_server
from tests.bench.servers import serving
from tests.factories import UserFactory
from tests.portal.test_sign_in import new_client, try_to_sign_in
from tests.processes import until


@pytest.fixture
def server():
    with redis_server.running() as running:
        yield running


def counted_in_the_cache(limits):
    """A limit as it is often built: in the cache, where counting is cheapest."""
    for key in limits:
        cache.add(key, 0)
    return [0], {key: cache.incr(key) for key in limits}


@pytest.mark.parametrize("careless", [False, True])
def test_an_emptied_cache_opens_no_limit(db, server, settings, monkeypatch, careless):
    """Control run: a limit that counts in the cache is open once it is emptied."""
    # Another test may have found its Redis away.
    monkeypatch.setattr(SturdyRedisCache, "away_until", 0.0)
    if careless:
        monkeypatch.setattr(attempts, "written", counted_in_the_cache)
    settings.CACHES = {"default": {"BACKEND": "portal.lib.cache.SturdyRedisCache", "LOCATION": server.address(), "OPTIONS": {}}}
    UserFactory(username="secretary")
    attacker = new_client()
    for _ in range(6):
        try_to_sign_in(attacker, password="wrong")

    assert "Too many wrong passwords" in try_to_sign_in(attacker).content.decode()
    server.empty()

    assert (try_to_sign_in(attacker).status_code == 302) is careless
    assert attacker.get("/accounts/login/").status_code == (302 if careless else 200)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("patience", ["1", "0"])
def test_a_redis_that_stands_still_keeps_no_page(server, monkeypatch, patience):
    """Control run: without the limit of `portal/gunicorn.py` whoever queues waits with it."""
    monkeypatch.setenv("CELERY_BROKER_URL", server.address())
    monkeypatch.setenv("CACHE_URL", server.address(1))
    monkeypatch.setenv("QUEUE_SECONDS", patience)
    with serving("tests.settings") as web:
        until(lambda: asked(web.port).get("status") == "ok", why="nobody was answered before")
        server.freeze()
        try:
            # A busy machine answers late; who waits for Redis would not answer at all.
            heard = asked(web.port, seconds=30 if patience == "1" else 6)
        finally:
            server.thaw()
        assert heard == ({"status": "degraded", "database": "up", "cache": "down", "broker": "down"} if patience == "1" else {})
        until(lambda: asked(web.port).get("broker") == "up", why="the portal did not recover by itself")


def asked(port: int, *, seconds: int = 6) -> dict[str, str]:
    """What the health page says; nothing where it says nothing in time."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=seconds) as answer:
            return json.load(answer)
    except TimeoutError:
        return {}

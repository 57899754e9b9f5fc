"""How the web server begins."""

import gc
import sys

import pytest

from portal import gunicorn


def test_the_addresses_are_known_before_anybody_asks(monkeypatch):
    monkeypatch.delitem(sys.modules, "portal.urls", raising=False)
    try:
        gunicorn.when_ready(None)
        assert "portal.urls" in sys.modules
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("watched", [True, False])
def test_each_worker_watches_its_own_connections(monkeypatch, watched):
    started = []
    monkeypatch.setenv("DATABASE_WATCH", "1" if watched else "0")
    monkeypatch.setattr(gunicorn.watch, "start", lambda: started.append(True))

    gunicorn.post_worker_init(None)

    assert bool(started) == watched

"""How a worker of the web server begins."""

import gc
import sys

from portal import gunicorn


def test_a_worker_knows_its_addresses_before_it_answers(monkeypatch):
    monkeypatch.setenv("DATABASE_WATCH", "0")
    monkeypatch.delitem(sys.modules, "portal.urls", raising=False)
    try:
        gunicorn.post_worker_init(None)
        assert "portal.urls" in sys.modules
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()

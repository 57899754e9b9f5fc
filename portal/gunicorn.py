"""How the web server runs; every number can be set in the environment."""

import gc
import os
from importlib import import_module
from pathlib import Path

from django.conf import settings

from portal.lib.postgresql.watch import watch

# An address of many colons stands in brackets, or the last of them would be taken for the port.
host = os.environ.get("HOST", "127.0.0.1")
bind = f"{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Loaded once: a worker is there at once, also when one is replaced under load, and they share what they have read.
preload_app = True

# A request that takes longer than this is a job; an upload over a poor line still gets through.
timeout = 60
# Who waits for a table that an upgrade holds, or for a database that has slowed down, hears 503 and comes back,
# and the threads stay free for others. Empty it behind a pooler that takes no options.
raw_env = [
    f"PGOPTIONS={os.environ.get('PGOPTIONS', '-c lock_timeout=2000 -c statement_timeout=20000')}",
    # A broker that stands still keeps nobody: the minute's sweep finds the work.
    f"QUEUE_SECONDS={os.environ.get('QUEUE_SECONDS', '1')}",
]
# On a restart, requests under way are answered before the worker leaves.
graceful_timeout = 30
keepalive = 5
# Workers are replaced now and then, never all at once.
max_requests = 5000
max_requests_jitter = 1000

loglevel = os.environ.get("LOG_LEVEL", "INFO").lower()
# No access log: addresses of pages would lie beside names of people for longer than the audit trail allows.
accesslog = None
# Heartbeats on a slow disk would make healthy workers look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - memory, not a shared secret
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
# Nobody steers it at run time.
control_socket_disable = True


def when_ready(server: object) -> None:
    """Be ready before anybody asks: who comes first would wait most of a second for the addresses and all they import."""
    import_module(settings.ROOT_URLCONF)
    # What stands now stays: to look it through for garbage held up some request for a tenth of a second, and gave each
    # worker a copy of its own.
    gc.collect()
    gc.freeze()


def post_worker_init(worker: object) -> None:
    """A request hears of a database that has fallen silent (portal/lib/postgresql/watch.py), instead of waiting for it."""
    if os.environ.get("DATABASE_WATCH", "1") != "0":
        watch.start()

"""A connection used a moment ago is not asked whether it lives before each request, and knows what it has prepared."""

import time
from functools import partial
from typing import Any

from django.db.backends.postgresql import base

from portal.lib.postgresql.watch import watch

# A server that restarts takes longer; what it breaks off in between is answered with 503, and the connection closed.
BUSY_SECONDS = 1.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks only a connection that has rested: at rush hour the question costs as much as the answer."""

    used_at = float("-inf")
    # Names of statements this connection has planned (portal/lib/prepared.py).
    prepared: set[str]

    def get_new_connection(self, conn_params: Any) -> Any:
        """Nothing is prepared on a new connection."""
        self.prepared = set()
        return watch.connect(partial(super().get_new_connection, conn_params))

    def close_if_health_check_failed(self) -> None:
        """Close the connection if it rested and does not live."""
        now = time.monotonic()
        if now - self.used_at < BUSY_SECONDS:
            self.health_check_done = True
        else:
            super().close_if_health_check_failed()
        self.used_at = now

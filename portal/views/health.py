"""What an operator's watchdog asks."""

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from portal.accounts.access import public
from portal.celery import app

log = logging.getLogger(__name__)


@require_safe
@public
def health(request: HttpRequest) -> JsonResponse:
    """Whether pages can be served: 503 while the database is away; without cache or broker work only waits."""
    parts = {"database": _up(_database), "cache": _up(_cache), "broker": _up(_broker)}
    answer = JsonResponse(
        {"status": "ok" if all(parts.values()) else "degraded" if parts["database"] else "down"}
        | {name: "up" if up else "down" for name, up in parts.items()},
        status=200 if parts["database"] else 503,
    )
    answer["Cache-Control"] = "no-store"
    if not parts["database"]:
        answer["Retry-After"] = "10"
    return answer


def _up(probe: Callable[[], object]) -> bool:
    try:
        probe()
    except Exception as error:
        log.warning("health: %s: %s", probe.__name__, type(error).__name__)
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _cache() -> None:
    # The sturdy cache hides that Redis is away; its ping does not.
    getattr(cache, "ping", lambda: cache.get("health"))()


def _broker() -> None:
    with app.connection_for_write(connect_timeout=1) as connection_, connection_.channel() as channel:
        channel.queue_declare(queue="celery")  # type: ignore[attr-defined]

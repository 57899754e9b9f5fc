"""A cache that is always there."""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

# So long Redis is left alone after it did not answer: a page must not wait for it each time.
PAUSE_SECONDS = 5


class SturdyRedisCache(RedisCache):
    """Redis, and files on this machine while Redis is away: limits stay closed and no page fails."""

    # Of the process, not of the thread: one that found Redis away spares the others the wait.
    away_until = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.spare = FileBasedCache(str(settings.VAR_DIR / "cache"), {})

    def ping(self) -> None:
        """Raise RedisError where Redis does not answer."""
        self._cache.get_client().ping()

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= SturdyRedisCache.away_until:
            try:
                return getattr(super(), name)(*args, **kwargs)
            except RedisError as error:
                log.warning("The cache is away (%s); files of this machine stand in.", type(error).__name__)
                SturdyRedisCache.away_until = time.monotonic() + PAUSE_SECONDS
        return getattr(self.spare, name)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("add", *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("touch", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("delete", *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("get_many", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("has_key", *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("incr", *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("set_many", *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("delete_many", *args, **kwargs)

    def clear(self) -> Any:
        return self._ask("clear")

"""The cache: in Redis, and while that does not answer in this process's own memory: rate limits hold either way.

What must happen once only among all processes is asked of Redis itself (`put_for_all`, `take_once`), and not done
while it is away.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, ClassVar

import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

# A Redis that hangs costs its timeout once in so many seconds, and not at each of a page's questions.
_AWAY_SECONDS = 5.0

log = structlog.get_logger(__name__)


def _either(name: str) -> Callable[..., Any]:
    def ask(self: Cache, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= Cache.away_until:
            try:
                return getattr(RedisCache, name)(self, *args, **kwargs)
            except RedisError as error:
                log.warning("the cache is kept in memory for now", reason=str(error))
                Cache.away_until = time.monotonic() + _AWAY_SECONDS
        return getattr(self.memory, name)(*args, **kwargs)

    return ask


class Cache(RedisCache):
    # Django makes one of these for each request.
    away_until: ClassVar[float] = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.memory = LocMemCache("while Redis is away", {})

    def put_for_all(self, key: str, value: Any, seconds: int) -> bool:
        """Where every process sees it, or nowhere: False while Redis does not answer."""
        try:
            RedisCache.set(self, key, value, seconds)
        except RedisError:
            return False
        return True

    def take_once(self, key: str) -> bool:
        """Whether it was there for all and is now taken away, by this caller alone."""
        try:
            return bool(RedisCache.delete(self, key))
        except RedisError:
            return False

    add = _either("add")
    get = _either("get")
    set = _either("set")
    touch = _either("touch")
    delete = _either("delete")
    has_key = _either("has_key")
    incr = _either("incr")
    get_many = _either("get_many")
    set_many = _either("set_many")
    delete_many = _either("delete_many")

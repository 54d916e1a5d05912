"""The cache: in Redis, and while that does not answer in this process's own memory: rate limits hold either way.

Redis holds JSON and no pickle: whoever can write there must not thereby run code here. What lies there is taken for
what anybody may have written: of another type or shape it is as if nothing lay there.

What must happen once only among all processes is asked of Redis itself (`put_for_all`, `take_once`), and not done
while it is away.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError, ResponseError

# A Redis that hangs costs its timeout once in so many seconds, and not at each of a page's questions.
_AWAY_SECONDS = 5.0
_LARGEST_BYTES = 16 << 20

log = structlog.get_logger(__name__)


class NotExact(TypeError):
    """This cannot be told in JSON so that the same comes back."""


class Unreadable:
    """What was read cannot be understood."""


class Exactly:
    """The serializer of Django's cache."""

    def dumps(self, value: Any) -> bytes:
        if not _is_exact(value):
            raise NotExact(f"The cache holds only what JSON does, and this is a {type(value).__name__} or holds one.")
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()

    def loads(self, data: bytes) -> Any:
        try:
            return json.loads(data, parse_constant=_refuse) if len(data) <= _LARGEST_BYTES else Unreadable
        except (ValueError, RecursionError):
            return Unreadable


def _is_exact(value: Any) -> bool:
    if type(value) is float:
        return math.isfinite(value)
    if type(value) is list:
        return all(map(_is_exact, value))
    if type(value) is dict:
        return all(type(key) is str and _is_exact(each) for key, each in value.items())
    return value is None or type(value) in (bool, int, str)


def _refuse(name: str) -> None:
    raise ValueError(name)


def _is_times(value: Any) -> bool:
    """When something was tried, as allauth keeps it: the newest first, none of them to come."""
    soon = time.time() + 60
    return type(value) is list and all(type(each) in (int, float) and 0 <= each <= soon for each in value)


# What others than we take out of it must be as they have put it there; our own modules look for themselves.
_SHAPES: list[tuple[re.Pattern[str], Callable[[Any], bool]]] = [
    (re.compile(r"allauth:rl:.*(?<!:lock)"), _is_times),
]


def _is_sound(key: str, value: Any) -> bool:
    return value is not Unreadable and all(check(value) for pattern, check in _SHAPES if pattern.fullmatch(key))


def _either(name: str) -> Callable[..., Any]:
    def ask(self: Cache, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= Cache.away_until:
            try:
                return getattr(RedisCache, name)(self, *args, **kwargs)
            except ResponseError as error:
                log.warning("the cache holds something else", operation=name, reason=str(error))
                self.forget(args[0])
            except RedisError as error:
                log.warning("the cache is kept in memory for now", reason=str(error))
                Cache.away_until = time.monotonic() + _AWAY_SECONDS
        return getattr(self.memory, name)(*args, **kwargs)

    return ask


_get, _get_many = _either("get"), _either("get_many")


class Cache(RedisCache):
    # Django makes one of these for each request.
    away_until: ClassVar[float] = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        params = {**params, "OPTIONS": {**params.get("OPTIONS", {}), "serializer": Exactly}}
        super().__init__(server, params)
        self.memory = LocMemCache("while Redis is away", {})

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        value = _get(self, key, default, version)
        return value if value is default or _is_sound(key, value) else default

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        found: dict[str, Any] = _get_many(self, keys, version)
        return {key: value for key, value in found.items() if _is_sound(key, value)}

    def forget(self, key: Any) -> None:
        """What is of another type than we ever put there goes, so that the next try finds room."""
        if isinstance(key, str):
            try:
                RedisCache.delete(self, key)
            except RedisError as error:
                log.warning("the cache does not forget", reason=str(error))

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
    set = _either("set")
    touch = _either("touch")
    delete = _either("delete")
    has_key = _either("has_key")
    incr = _either("incr")
    set_many = _either("set_many")
    delete_many = _either("delete_many")

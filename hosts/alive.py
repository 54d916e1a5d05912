"""Which of our processes live: each leaves a key in Redis that dies with it."""

from __future__ import annotations

import functools

import redis
from django.conf import settings

PROCESSES = ("worker", "watcher")
_PREFIX = "quayside:alive:"


@functools.cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def beat(process: str, seconds: int) -> None:
    """Say that a process lives for the next seconds; raises redis.RedisError when Redis is down."""
    _client().set(_PREFIX + process, "1", ex=seconds)


def missing() -> list[str]:
    """The processes that have not been heard of; raises redis.RedisError when Redis is down."""
    answers = _client().mget([_PREFIX + process for process in PROCESSES])
    return [process for process, answer in zip(PROCESSES, answers, strict=True) if not answer]

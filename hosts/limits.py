"""Limits that hold over all processes together: so much in a time (`Bucket`), and so many at once (`Leases`).

They are kept in Redis, on its own clock, and in this process's memory while Redis is away. Every function takes at most
a second or two and never fails; those that begin with an `a` are for the event loop.
"""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

_PREFIX = "quayside:limit:"
# A Redis that hangs costs its timeout once in so many seconds, and not at each question.
_AWAY_SECONDS = 5.0
# A fallback must not become what fills the memory.
_MOST_KEYS = 20_000

# What lies at a key may have been put there by anybody who reaches Redis: another type, or no number, is nothing.
_TAKE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local most, rate, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then redis.call('DEL', KEYS[1]) end
local held = redis.call('HMGET', KEYS[1], 'left', 'at')
local left, at = tonumber(held[1] or ''), tonumber(held[2] or '')
if not left or left ~= left or left < 0 or left > most then left = most end
if not at or at ~= at or at > now then at = now end
left = math.min(most, left + (now - at) * rate)
local wait = 0
if left >= cost then left = left - cost else wait = (cost - left) / rate end
redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(most / rate * 1000) + 1000)
return string.format('%.6f', wait)
"""
_HOLD = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local owner, seconds = ARGV[1], tonumber(ARGV[2])
for i, key in ipairs(KEYS) do
    if redis.call('TYPE', key).ok ~= 'zset' then redis.call('DEL', key) end
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
    local most = tonumber(ARGV[i + 2])
    if most >= 0 and not redis.call('ZSCORE', key, owner) and redis.call('ZCARD', key) >= most then return i end
end
for i, key in ipairs(KEYS) do
    redis.call('ZADD', key, now + seconds, owner)
    redis.call('PEXPIRE', key, math.ceil(seconds * 1000))
end
return 0
"""

_T = TypeVar("_T")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Of each key `most` at once, and `per_second` more as time goes by. `name` tells buckets apart."""

    name: str
    most: float
    per_second: float

    def take(self, key: str, cost: float = 1) -> float:
        """0 when it was taken; else nothing was, and in so many seconds it could be."""
        cost = min(cost, self.most)  # what could never be had would wait for ever
        name = f"bucket:{self.name}:{key}"
        answer = _asked("take", [name], [self.most, self.per_second, cost])
        if answer is None:
            return _memory.take(name, self.most, self.per_second, cost)
        return max(0.0, float(answer))

    async def atake(self, key: str, cost: float = 1) -> float:
        return await _off_the_loop(self.take, key, cost)


@dataclass(frozen=True, slots=True)
class Leases:
    """Who holds one of so many; a lease that is not renewed (by holding it again) ends after `seconds`."""

    name: str
    seconds: float = 60

    def hold(self, owner: str, wanted: Mapping[str, int]) -> str:
        """One of each key, at most so many: all are held, or none is and the key that has no more is the answer.

        Who holds one already keeps it, however many there are.
        """
        keys = list(wanted)
        names = [f"lease:{self.name}:{key}" for key in keys]
        answer = _asked("hold", names, [owner, self.seconds, *wanted.values()])
        full = _memory.hold(names, owner, self.seconds, [*wanted.values()]) if answer is None else int(answer)
        return keys[full - 1] if full else ""

    def renew(self, owner: str, keys: Iterable[str]) -> None:
        """Also where Redis has forgotten them meanwhile."""
        self.hold(owner, dict.fromkeys(keys, -1))

    def _renew_all(self, held: Mapping[str, Iterable[str]]) -> None:
        for owner, keys in held.items():
            self.renew(owner, keys)

    def release(self, owner: str, keys: Iterable[str]) -> None:
        names = [f"lease:{self.name}:{key}" for key in keys]
        _memory.release(names, owner)
        _asked("release", names, [owner])

    async def ahold(self, owner: str, wanted: Mapping[str, int]) -> str:
        return await _off_the_loop(self.hold, owner, wanted)

    async def arenew(self, held: Mapping[str, Iterable[str]]) -> None:
        """The keys that each owner holds."""
        await _off_the_loop(self._renew_all, held)

    def release_soon(self, owner: str, keys: Iterable[str]) -> None:
        """Without waiting for it."""
        _threads.submit(self.release, owner, list(keys))


class _Memory:
    """The same for this process alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}
        self._leases: dict[str, dict[str, float]] = {}

    def clear(self) -> None:
        with self._lock:
            self._buckets.clear()
            self._leases.clear()

    def take(self, name: str, most: float, rate: float, cost: float) -> float:
        with self._lock:
            now = time.monotonic()
            left, at = self._buckets.pop(name, (most, now))
            left = min(most, left + (now - at) * rate)
            has = left >= cost
            self._buckets[name] = (left - cost if has else left, now)
            if len(self._buckets) > _MOST_KEYS:
                del self._buckets[next(iter(self._buckets))]  # the one that was asked for longest ago
            return 0.0 if has else (cost - left) / rate

    def hold(self, names: list[str], owner: str, seconds: float, most: list[int]) -> int:
        with self._lock:
            now = time.monotonic()
            for place, (name, limit) in enumerate(zip(names, most, strict=True), 1):
                held = {each: until for each, until in self._leases.get(name, {}).items() if until > now}
                self._leases[name] = held
                if 0 <= limit <= len(held) and owner not in held:
                    return place
            for name in names:
                self._leases[name][owner] = now + seconds
            if len(self._leases) > _MOST_KEYS:
                self._leases = {
                    name: held for name, held in self._leases.items() if max(held.values(), default=0) > now
                }
            return 0

    def release(self, names: list[str], owner: str) -> None:
        with self._lock:
            for name in names:
                held = self._leases.get(name, {})
                held.pop(owner, None)
                if not held:
                    self._leases.pop(name, None)


_memory = _Memory()
forget = _memory.clear  # as in a new process; for tests
_away_until = 0.0
# Of our own: where everybody else's threads wait for something slow, a limit must still be told.
_threads = ThreadPoolExecutor(4, thread_name_prefix="limits")


@functools.cache
def _client() -> redis.Redis:
    # Once more for a connection that broke since it was used last; one that hangs is not waited for again and again.
    once = Retry(NoBackoff(), 1)
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=once)


@functools.cache
def _scripts() -> Mapping[str, Any]:
    client = _client()
    return {"take": client.register_script(_TAKE), "hold": client.register_script(_HOLD)}


def _asked(what: str, names: list[str], arguments: list[Any]) -> Any:
    """Redis's answer; None while it is away."""
    global _away_until  # noqa: PLW0603 - of the process, as Redis is
    if time.monotonic() < _away_until:
        return None
    keys = [_PREFIX + name for name in names]
    try:
        if what != "release":
            return _scripts()[what](keys=keys, args=arguments)
        with _client().pipeline(transaction=False) as line:
            for key in keys:
                line.zrem(key, *arguments)
            return line.execute(raise_on_error=False)
    except redis.RedisError as error:
        log.warning("limits are kept in memory for now", reason=str(error) or type(error).__name__)
        _away_until = time.monotonic() + _AWAY_SECONDS
        return None


async def _off_the_loop(call: Callable[..., _T], *arguments: Any) -> _T:
    return await asyncio.get_running_loop().run_in_executor(_threads, functools.partial(call, *arguments))

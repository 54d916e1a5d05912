"""Without Redis the cache goes on in memory: what was added stays added, also for the next request's own cache.

In Redis it keeps JSON alone, and believes nothing that it finds there.
"""

import pickle
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.cache.backends.locmem import LocMemCache

from dashboard import settings
from dashboard.cache import Cache, NotExact
from dashboard.celery import app
from hosts.inventory import load
from tests.testbed.redis_server import RedisServer


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a Redis that is not there."""
    monkeypatch.setattr(Cache, "away_until", 0.0)
    return "unix:///nowhere/redis.sock"


def test_it_goes_on_in_memory(nowhere: str) -> None:
    first, second = Cache(nowhere, {}), Cache(nowhere, {})
    assert first.add("lock", True, 30)
    assert not second.add("lock", True, 30)
    first.set("tries", [1.0], 30)
    assert second.get("tries") == [1.0]
    assert second.delete("lock")
    assert first.add("lock", True, 30)
    first.delete_many(["lock", "tries"])
    assert second.get_many(["lock", "tries"]) == {}


class Bomb:
    """Whoever loads its pickle makes a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return Path.touch, (self.file,)


@pytest.fixture
def client(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Redis]:
    monkeypatch.setattr(Cache, "away_until", 0.0)
    client = redis.Redis.from_url(redis_server.url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def cache(redis_server: RedisServer, client: redis.Redis) -> Cache:
    return Cache(redis_server.url, {"KEY_PREFIX": "quayside", "VERSION": 2})


@pytest.mark.parametrize(
    "value", [None, True, 0, -5, 2**70, 1.5, "text\ud800\x00", [], [1.5, [None]], {"a": {"b": []}}]
)
def test_what_it_takes_comes_back_as_it_was(cache: Cache, value: object) -> None:
    cache.set("key", value)
    found = cache.get("key", "nothing")
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("value", [(1,), {1: 2}, float("nan"), b"bytes", {1}, object(), [datetime.now(UTC)]])
def test_what_json_would_change_is_refused(cache: Cache, value: object) -> None:
    with pytest.raises(NotExact):
        cache.set("key", value)


def test_what_counts_goes_on_counting(cache: Cache) -> None:
    cache.set("count", 4)
    assert cache.incr("count") == 5
    assert cache.get("count") == 5


def test_a_planted_pickle_is_a_miss_and_is_never_loaded(
    cache: Cache, client: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under each name that the cache has put anything under, and under those of an earlier version."""
    file = tmp_path / "taken over"
    names = ["load-2:1:", "load-2:1::asking", "allauth:rl:allauth.account:login:5/60s/ip:ip:127.0.0.1", "load-1:1:"]
    for name in names:
        cache.set(name, [1.0])
    keys = [*client.keys("*"), *(f":1:{name}".encode() for name in names)]
    for key in keys:
        client.set(key, pickle.dumps(Bomb(file)))
    assert len(keys) == 8
    assert [cache.get(name, "miss") for name in names] == ["miss"] * 4
    assert cache.get_many(names) == {}
    monkeypatch.setattr(load, "cache", cache)
    assert load.last([1]) == {}
    assert not file.exists()
    assert Cache.away_until == 0.0


@pytest.mark.parametrize("planted", [b"", b"{", b"nan", b"[" * 100_000, b"\xff\xfe", b"9" * 5000, b"[NaN]"])
def test_what_is_no_json_is_a_miss(cache: Cache, client: redis.Redis, planted: bytes) -> None:
    cache.set("key", 1)
    client.set(client.keys("*")[0], planted)
    assert cache.get("key", "miss") == "miss"
    assert cache.get_many(["key"]) == {}


def test_a_value_of_another_type_is_a_miss_and_goes(cache: Cache, client: redis.Redis) -> None:
    cache.set("key", 1)
    key = client.keys("*")[0]
    client.delete(key)
    client.rpush(key, "x")
    assert cache.get("key", "miss") == "miss"
    cache.set("key", 2)
    assert cache.get("key") == 2
    assert Cache.away_until == 0.0


@pytest.mark.parametrize("planted", ['"text"', "{}", "[null]", '["1"]', "[[1]]", "[true]", "[1e300]", "7", "[-1]"])
def test_tries_that_nobody_counted_are_a_miss(cache: Cache, client: redis.Redis, planted: str) -> None:
    key = "allauth:rl:allauth.account:login:5/60s/ip:ip:127.0.0.1"
    cache.set(key, [time.time()])
    assert len(cache.get(key)) == 1
    client.set(client.keys("*")[0], planted)
    assert cache.get(key, []) == []
    cache.set(f"{key}:lock", True)
    assert cache.get(f"{key}:lock") is True


LOAD: dict[str, Any] = dict(at=1.0, known=True, cores=0.5, memory=1, limit=2, counted=1, running=1)  # noqa: C408
WRONG: list[Any] = [None, "1", [], -1]
LOAD["samples"] = {"c": ["2026-01-02T03:04:05+00:00", 1, 2, 3]}


@pytest.mark.parametrize(
    "planted",
    [
        *(7, "x", [], {}, None, [LOAD], {**LOAD, "samples": []}, {**LOAD, "samples": {"c": 1}}),
        *({**LOAD, "samples": {"c": ["x", 1, 2, 3]}}, {**LOAD, "samples": {"c": ["2026-01-02", 1, 2, 3]}}),
        *({key: value for key, value in LOAD.items() if key != missing} for missing in LOAD),
        *({**LOAD, name: wrong} for name in LOAD if name not in ("known", "cores") for wrong in WRONG),
        *({**LOAD, "memory": 2**63}, {**LOAD, "at": 1e300}, {**LOAD, "cores": "0.5"}, {**LOAD, "cores": 10**400}),
    ],
)
def test_a_load_that_is_none_is_a_miss(monkeypatch: pytest.MonkeyPatch, planted: Any) -> None:
    memory = LocMemCache("loads", {})
    monkeypatch.setattr(load, "cache", memory)
    memory.set("load-2:1:", LOAD)
    assert load.last([1])[1].cores == 0.5
    memory.set("load-2:1:", planted)
    assert load.last([1]) == {}


def test_celery_and_the_channel_layer_take_no_pickle() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.result_accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert not app.conf.result_backend
    layers: dict[str, Any] = settings.CHANNEL_LAYERS
    assert layers["default"]["CONFIG"]["serializer_format"] == "json"

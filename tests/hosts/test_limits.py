"""Limits hold over several processes, on Redis's clock; and in memory while Redis is away."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from hosts import limits
from hosts.limits import Bucket, Leases
from tests.testbed.redis_server import RedisServer

HERE = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["redis", "memory"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where they are kept."""
    url = request.getfixturevalue("redis_server").url if request.param == "redis" else "unix:///nowhere.sock"
    yield from using(url, monkeypatch)


def using(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    client = redis.Redis.from_url(url, socket_timeout=1)
    limits._scripts.cache_clear()
    monkeypatch.setattr(limits, "_client", lambda: client)
    monkeypatch.setattr(limits, "_memory", limits._Memory())
    monkeypatch.setattr(limits, "_away_until", 0.0)
    yield url
    limits._scripts.cache_clear()
    client.close()


def test_a_bucket_gives_what_it_has_and_then_as_time_goes_by(kept: str) -> None:
    bucket = Bucket("test-slow", most=3, per_second=0.001)
    assert [bucket.take("a") for _ in range(3)] == [0, 0, 0]
    assert bucket.take("a") > 100
    assert bucket.take("b", cost=3) == 0
    fast = Bucket("test-fast", most=1, per_second=20)
    assert fast.take("a") == 0
    time.sleep(0.1)
    assert fast.take("a", cost=50) == 0, "what costs more than it ever holds costs all of it"


async def test_leases_are_all_given_or_none_is(kept: str) -> None:
    leases = Leases("test")
    wanted = {"session": 2, "person": 3}
    assert [leases.hold(owner, wanted) for owner in ("a", "b", "c")] == ["", "", "session"]
    assert leases.hold("d", {"other": 9, "person": 3}) == ""
    assert await leases.ahold("e", {"other": 9, "person": 3}) == "person"
    assert leases.hold("a", wanted) == "", "who holds one keeps it"
    leases.release("a", wanted)
    assert leases.hold("c", wanted) == ""
    leases.release("nobody", ["no such key"])


def test_a_lease_that_nobody_renews_ends(kept: str) -> None:
    leases = Leases("test-short", seconds=0.2)
    assert leases.hold("a", {"key": 1}) == ""
    assert leases.hold("b", {"key": 1}) == "key"
    time.sleep(0.3)
    assert leases.hold("b", {"key": 1}) == ""
    leases.renew("a", ["key"])
    assert leases.hold("c", {"key": 2}) == "key", "renewed over the limit, as after Redis was away"


def test_many_at_once_get_no_more_than_there_is(kept: str) -> None:
    bucket, leases = Bucket("test-many", most=10, per_second=0.001), Leases("test-many")
    with ThreadPoolExecutor(8) as pool:
        assert sum(wait == 0 for wait in pool.map(lambda _n: bucket.take("key"), range(40))) == 10
        assert sum(full == "" for full in pool.map(lambda n: leases.hold(str(n), {"key": 10}), range(40))) == 10


_OTHER = """
from hosts.limits import Bucket, Leases
taken = sum(Bucket("test-two", 10, 0.001).take("key") == 0 for _ in range(8))
print(taken, Leases("test-two").hold("other", {"key": 1}))
"""


def test_two_processes_share_them(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for url in using(redis_server.url, monkeypatch):
        assert sum(Bucket("test-two", 10, 0.001).take("key") == 0 for _ in range(8)) == 8
        assert Leases("test-two").hold("mine", {"key": 1}) == ""
        assert limits._away_until == 0.0
        told = {"REDIS_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": "/usr/bin", "HOME": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", _OTHER], cwd=HERE, env=told, capture_output=True, text=True)
        assert done.stdout.split() == ["2", "key"], done.stderr


@pytest.mark.parametrize("planted", ["text", "list", "nan", "-inf", "1e99"])
def test_what_somebody_else_put_there_breaks_nothing(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    for url in using(redis_server.url, monkeypatch):
        client = redis.Redis.from_url(url)
        for name in ("bucket:planted:key", "lease:planted:key"):
            client.delete(f"quayside:limit:{name}")
            if planted == "text":
                client.set(f"quayside:limit:{name}", b"\x80\x04N.")
            elif planted == "list":
                client.rpush(f"quayside:limit:{name}", "x")
            else:
                client.hset(f"quayside:limit:{name}", mapping={"left": planted, "at": "inf"})
        bucket, leases = Bucket("planted", most=2, per_second=0.001), Leases("planted")
        assert [bucket.take("key") == 0 for _ in range(3)] == [True, True, False]
        assert [leases.hold(owner, {"key": 1}) for owner in "ab"] == ["", "key"]
        assert limits._away_until == 0.0
        client.close()

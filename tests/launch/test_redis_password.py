"""A Redis on the network with a password: everything that speaks to it gives the password, and a wrong one is told."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import kombu
import pytest
import redis
from channels_redis.pubsub import RedisPubSubChannelLayer

from dashboard import env
from dashboard.cache import Cache
from dashboard.env import SettingError
from dashboard.up import main, programs
from dashboard.up.redis_server import wait_for_redis
from dashboard.up.words import CannotStart
from tests.testbed.parts import program
from tests.testbed.process import Process, free_port


@pytest.fixture(scope="module")
def port(workspace: Path) -> Iterator[int]:
    port, folder = free_port(), workspace / "redis-on-the-network"
    folder.mkdir()
    command = [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--requirepass", "harbour"]
    process = Process([*command, "--save", "", "--dir", str(folder)], folder / "redis.log")

    def answers() -> bool:
        with redis.Redis(port=port, password="harbour") as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    process.wait_ready(answers)
    yield port
    process.stop()


async def test_everybody_gives_the_password(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://:harbour@127.0.0.1:{port}/0")
    await wait_for_redis(5)
    cache = Cache(env.redis_url(), {})
    cache.set("key", 1)
    assert (cache.get("key"), Cache.away_until) == (1, 0.0)
    with kombu.Connection(env.celery_broker_url()) as broker:
        broker.ensure_connection(max_retries=1, timeout=5)
    layer = RedisPubSubChannelLayer(hosts=[env.redis_url()])
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "x"})
    assert await asyncio.wait_for(layer.receive(channel), 10) == {"type": "x"}
    await layer.flush()


async def test_a_wrong_one_is_told(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://:quay@127.0.0.1:{port}/0")
    with pytest.raises(CannotStart, match=r"does not answer \(.*(WRONGPASS|invalid).*mend REDIS_URL"):
        await wait_for_redis(0.5)


@pytest.mark.parametrize("names", [[], ["web"], ["worker"]])
def test_without_one_nothing_starts(
    names: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("ENGINE", "none")
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setattr(programs, "open_many", lambda: None)
    monkeypatch.setattr(programs, "become", lambda _names: pytest.fail("it was started"))
    assert main.main(names) == 1
    assert "`requirepass PASSWORD`" in capsys.readouterr().err
    with pytest.raises(SettingError):
        env.redis_url()

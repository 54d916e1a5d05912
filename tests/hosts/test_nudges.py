"""Nudges: what is sent arrives, and who acts is not held up when Redis is gone."""

import asyncio
import logging
import time
from pathlib import Path

import pytest
from channels.layers import get_channel_layer
from django.test import override_settings

from hosts import nudges
from tests.testbed.redis_server import RedisServer


def through(url: str) -> override_settings:
    config = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [url], "prefix": "q"}}
    return override_settings(CHANNEL_LAYERS={"default": config})


async def test_a_nudge_arrives(redis_server: RedisServer) -> None:
    with through(redis_server.url):
        layer = get_channel_layer()
        assert layer is not None
        channel = await layer.new_channel()
        await layer.group_add(nudges.GROUP, channel)
        await asyncio.to_thread(nudges.send, "host.3", "container")
        async with asyncio.timeout(5):
            assert await layer.receive(channel) == {"type": "nudge", "topic": "host.3", "what": "container"}
        await layer.flush()


async def test_the_watcher_hears_of_hosts_and_not_of_itself(redis_server: RedisServer) -> None:
    with through(redis_server.url):
        layer = get_channel_layer()
        assert layer is not None
        assert nudges.hosts_channel() == layer._get_layer()._get_group_channel_name(nudges.HOSTS_GROUP)
        channel = await layer.new_channel()
        await layer.group_add(nudges.HOSTS_GROUP, channel)
        for topic, what in (("host.1", "container"), ("hosts", nudges.OF_THE_WATCHER), ("hosts", "added")):
            await nudges.asend(topic, what)
        async with asyncio.timeout(5):
            assert (await layer.receive(channel))["what"] == "added"
        await layer.flush()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_without_redis_nobody_is_held_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    began = time.monotonic()
    with through(f"unix://{tmp_path}/nowhere.sock"), caplog.at_level(logging.WARNING):
        for _ in range(3):
            nudges.send("host.1", "container")
    assert time.monotonic() - began < 7
    assert len([record for record in caplog.records if record.name == "hosts.nudges"]) == 1


def test_a_frozen_redis_holds_nobody_up(workspace: Path) -> None:
    with RedisServer(workspace, "frozen-redis") as frozen:
        assert frozen.process is not None
        frozen.process.stop_dead()
        began = time.monotonic()
        with through(frozen.url):
            nudges.send("host.1", "container")
        assert time.monotonic() - began < 3
        frozen.process.resume()

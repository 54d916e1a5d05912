"""When was Redis back after it was away? The channel layer connects again in silence, and what was said is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

EVERY_SECONDS = 2.0


async def returns() -> AsyncGenerator[None]:
    """Yields each time, once the channel layer has had the time to connect again too."""
    # Without a retry of its own a new connection cannot hide that the old one broke.
    never = Retry(NoBackoff(), 0)
    async with redis.asyncio.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=never
    ) as client:
        away = False
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            is_there = await _answers(client)
            if is_there and away:
                await asyncio.sleep(EVERY_SECONDS)
                yield
            away = not is_there


async def _answers(client: redis.asyncio.Redis) -> bool:
    """Within a second or two, also when cancelled: who is cancelled while it connects leaves its socket open."""
    asked = asyncio.create_task(_ping(client))
    try:
        return await asyncio.shield(asked)
    finally:
        await asyncio.wait([asked])


async def _ping(client: redis.asyncio.Redis) -> bool:
    try:
        await client.ping()
    except (RedisError, OSError):
        return False
    return True

"""Samples what containers take of their machine: CPU and memory, a bounded number of them in a bounded time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from urllib.parse import quote

import structlog

from hosts.engine.errors import BadAnswer, Conflict, Failed, Invalid, NotFound, TimedOut
from hosts.engine.names import object_id
from hosts.engine.parse import stats
from hosts.engine.wire import Wire
from hosts.facts import Sample

# An older engine (20.10) answers at its next tick, up to a second later: those who wait cost it nothing.
_AT_ONCE = 32
_ONE_SECONDS = 3.0
# Else the engine would wait for a second sample, and tell the difference itself.
_ONCE = {"stream": "false", "one-shot": "true"}

log = structlog.get_logger(__name__)


async def samples(wire: Wire, ids: Iterable[str], *, seconds: float) -> dict[str, Sample]:
    """By the id of the container; one that ended meanwhile, or did not answer in so many seconds, is not there."""
    turn = asyncio.Semaphore(_AT_ONCE)
    found: dict[str, Sample] = {}

    async def one(container: str) -> None:
        path = f"/containers/{quote(object_id(container), safe='')}/stats"
        async with turn:
            try:
                found[container] = stats.sample(await wire.json(path, _ONCE, timeout=_ONE_SECONDS))
            except (BadAnswer, Conflict, Failed, Invalid, NotFound, TimedOut) as error:
                log.info("container not sampled", container=container[:80], reason=error.sentence)

    with contextlib.suppress(TimeoutError):  # whoever is missing says so by being missing
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(one(each) for each in ids))
    return found

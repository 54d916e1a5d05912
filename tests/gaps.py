"""For how long does work on an event loop let nobody else run? Measured beside it, on the same loop."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator


class Gap:
    """`longest` is in seconds of this thread's CPU, so that a busy machine makes no difference."""

    def __init__(self) -> None:
        self.longest = 0.0
        self.rounds = 0

    async def watch(self) -> None:
        before = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            self.longest, before = max(self.longest, now - before), now
            self.rounds += 1


@contextlib.asynccontextmanager
async def longest_gap() -> AsyncIterator[Gap]:
    """`async with longest_gap() as gap: …` and afterwards `gap.longest`."""
    gap = Gap()
    watching = asyncio.create_task(gap.watch())
    await asyncio.sleep(0)
    try:
        yield gap
        await asyncio.sleep(0)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

"""Who in this process wants to hear of which nudge? One subscription to Redis, however many sockets are open."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator

from channels.layers import get_channel_layer

from dashboard.live.redis_back import returns
from hosts.nudges import GROUP

_PAUSE_SECONDS = 1.0

log = logging.getLogger(__name__)


class Listener:
    def nudged(self, topic: str, what: str) -> None:
        """Something changed."""
        raise NotImplementedError

    def nudged_perhaps(self) -> None:
        """For a while nothing could be heard."""
        raise NotImplementedError


class Exchange:
    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        self._listeners.add(listener)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="nudges for live sockets")
        try:
            yield
        finally:
            self._listeners.discard(listener)
            if not self._listeners and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hear())
            tasks.create_task(self._make_up())

    async def _make_up(self) -> None:
        async with contextlib.aclosing(returns()) as times:
            async for _time in times:
                for listener in self._listeners:
                    listener.nudged_perhaps()

    async def _hear(self) -> None:
        missed = False
        while True:
            try:
                await self._listen(missed)
            except Exception as error:  # noqa: BLE001 - whatever Redis throws: sockets stay open, and hear again later
                log.warning("nudges cannot be heard: %s", str(error) or type(error).__name__)
            missed = True
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen(self, missed: bool) -> None:
        layer = get_channel_layer()
        if layer is None:
            raise LookupError("no channel layer is configured")
        channel = await layer.new_channel("nudged")
        await layer.group_add(GROUP, channel)
        try:
            for listener in self._listeners if missed else ():
                listener.nudged_perhaps()
            while True:
                try:
                    message = await layer.receive(channel)
                except (ValueError, RecursionError) as error:
                    log.warning("a nudge that is none: %s", error)
                    continue
                if not isinstance(message, dict):
                    continue
                for listener in list(self._listeners):
                    listener.nudged(str(message.get("topic", "")), str(message.get("what", ""))[:100])
        finally:
            await layer.group_discard(GROUP, channel)


exchange = Exchange()

"""Keeps the log of one container: reads it from where the stored lines end, and hands what comes to its writer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, connection
from django.utils.translation import gettext as _

from hosts.access import Actor, Capability, Denied, Grant, Target, grant
from hosts.engine.errors import NotFound, Refused, Unreachable
from hosts.engine.frames import Batch
from hosts.engine.logs import End, LogQuery, Opened, follow
from hosts.engine.wire import Wire, open_wire
from hosts.facts import Noun
from hosts.history.rules import Wanted
from hosts.history.writer import Writer
from hosts.models import Host, HostState

# In a flood so much is written at once; in a trickle the keeper writes what there is every so often.
MUCH = 256 << 10
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 15.0
_AWAY = (HostState.DOWN, HostState.REFUSED, HostState.CHANGED)

_P = ParamSpec("_P")
_R = TypeVar("_R")

# One thread, so that what is asked of a writer happens in the order in which it was asked for. Its name makes its
# database writes cheap, as all of the watcher's: a row that a power cut takes is made again from the file.
_thread = ThreadPoolExecutor(1, "database-history")


async def in_history(work: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
    """What `work` gives back, done where files are written and no event loop waits."""
    return await asyncio.get_running_loop().run_in_executor(_thread, lambda: _careful(work, *args, **kwargs))


def close() -> None:
    _thread.shutdown(wait=False, cancel_futures=True)


def _careful(work: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
    try:
        return work(*args, **kwargs)
    except (DatabaseError, InterfaceError):
        connection.close()
        raise


class Keeping:
    """One container's. `trouble` is why its task was cancelled, when something went wrong elsewhere."""

    def __init__(self, wanted: Wanted, writer: Writer) -> None:
        self.wanted, self.writer = wanted, writer
        self.trouble: Exception | None = None
        self._buffer: list[Batch] = []
        self._size = 0

    async def run(self) -> End:
        """Until the log ends. Raises OSError and Dropped, of the writer."""
        loop, wait = asyncio.get_running_loop(), _FIRST_WAIT
        while True:
            began = loop.time()
            end = await self._read()
            if end is not None:
                return end
            wait = _FIRST_WAIT if loop.time() - began > _LONGEST_WAIT else min(wait * 2, _LONGEST_WAIT)
            await asyncio.sleep(wait)

    def taken(self) -> list[Batch]:
        """What has been read and not been written: whoever takes it hands it to the writer, without a pause."""
        batches, self._buffer, self._size = self._buffer, [], 0
        return batches

    async def _read(self) -> End | None:
        """One reading, until the stream breaks: where to go on is told by what is stored, and by nothing else."""
        self.taken()
        resume = await in_history(self.writer.resume)
        query = LogQuery(tail=None, since=resume.since)
        async with contextlib.aclosing(follow(self._connect, self.wanted.engine_id, query)) as items:
            async for item in items:
                if isinstance(item, Batch):
                    self._buffer.append(item)
                    self._size += item.size
                    if self._size < MUCH:
                        continue
                await in_history(self.writer.write, self.taken())
                if isinstance(item, End):
                    return item
                if isinstance(item, Opened) and item.again:
                    return None
        return None

    @contextlib.asynccontextmanager
    async def _connect(self) -> AsyncIterator[Wire]:
        async with open_wire(await in_history(_granted, self.wanted), bulk=True) as wire:
            yield wire


def _granted(wanted: Wanted) -> Grant:
    host = Host.objects.filter(pk=wanted.host_id).first()
    if host is None:
        raise NotFound(_("The host has been removed."))
    if host.state in _AWAY:
        # The watcher itself asks whether it is back; hundreds of kept containers need not.
        raise Unreachable(host.state_reason)
    target = Target(Noun.CONTAINER, host, wanted.engine_id, wanted.name)
    answer = grant(Actor.system("history"), Capability.CONTAINER_LOGS, target)
    if isinstance(answer, Denied):
        raise Refused(answer.reason)
    return answer

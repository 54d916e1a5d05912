"""Which logs does one person look at together? Each is read through the hub and given as one stream in true time.

Whoever takes slowly makes the viewers of this one person fill up, which then count what they skip, log by log.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import deque
from collections.abc import Iterator

from django.utils.translation import gettext as _

from hosts.access import Grant, Target
from hosts.engine.cursor import Cursor, Place
from hosts.engine.frames import Batch
from hosts.engine.logs import End, LogQuery, Why
from hosts.lines.redaction import Redactor
from hosts.streams import past
from hosts.streams.hub import Hub
from hosts.streams.merge import WINDOW_SECONDS, Merge, Merged, Told
from hosts.streams.sieve import Sieve
from hosts.streams.skew import Skew

# They are put in order all at once, on the event loop: short lines, too, are to be few.
WAITING_BYTES, WAITING_LINES = 1 << 20, 10_000
_PIECE = 64 << 10
_REMEMBERED, _STAMP = 1000, 40

log = logging.getLogger(__name__)


class MergedView:
    """Logs may join and leave while it is taken from. Close it when nobody takes any more."""

    def __init__(self, hub: Hub, most: int | None, sieve: Sieve | None = None) -> None:
        self._hub, self._sieve = hub, sieve or Sieve()
        self._merge, self._most = Merge(most), most or 0
        self.skews: dict[int, Skew] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._stamps: dict[int, deque[bytes]] = {}
        self._out: Iterator[Merged | Told] = iter(())
        self._arrived, self._room = asyncio.Event(), asyncio.Event()
        self._room.set()

    def join(
        self, source: int, target: Target, query: LogQuery, reveal: Grant | None = None, held: Place | None = None
    ) -> None:
        """Read this log too; `source` is its number in what is taken. `reveal` as in `Hub.view`; up to the place
        `held` what passes has been given."""
        self._merge.expect(source, self._now())
        self._stamps.setdefault(source, deque(maxlen=_REMEMBERED))
        self._tasks[source] = asyncio.create_task(self._read(source, target, query, reveal, Cursor(held)))

    async def add(self, source: int, name: str, batch: Batch, end: End, held: Place | None = None) -> None:
        """What a log said that is over, all at once: in its place, if it comes before the others are given."""
        passed = await self._sieve.pass_on(batch, name)
        self._merge.feed(source, Cursor(held).unseen(passed), self._now())
        self._merge.tell(source, end, self._now())
        self._measure()
        self._arrived.set()

    def reads(self, source: int) -> bool:
        """Whether more may come of this log."""
        return source in self._tasks and not self._tasks[source].done()

    def place(self, source: int) -> Place | None:
        """Behind the last line of a log that has ended, in case it goes on."""
        cursor, stamps = Cursor(), list(self._stamps.get(source, ()))
        cursor.saw(Batch(bytearray(len(stamps)), stamps))
        return cursor.place()

    async def leave(self, source: int) -> None:
        """Read this log no more."""
        await _ended([task for task in [self._tasks.pop(source, None)] if task])
        self._merge.forget(source)
        self._stamps.pop(source, None)
        self._arrived.set()

    async def close(self) -> None:
        await _ended(list(self._tasks.values()))

    async def take(self, limit: int) -> Merged | Told:
        """The next lines, of at most `limit` bytes, or what became of one of the logs."""
        while True:
            given = next(self._out, None)
            if given is None:
                self._out = self._merge.due(self._now(), limit)
                given = next(self._out, None)
            self._measure()
            if given is not None:
                return given
            wake = self._merge.wake()
            if wake is not None and not self._merge.first:
                # Whatever arrives meanwhile is due later still.
                await asyncio.sleep(max(0.0, wake - self._now()))
                continue
            self._arrived.clear()
            try:
                async with asyncio.timeout_at(wake):
                    await self._arrived.wait()
            except TimeoutError:
                continue

    async def _read(self, source: int, target: Target, query: LogQuery, reveal: Grant | None, held: Cursor) -> None:
        try:
            async with self._hub.view(target, query, reveal) as viewer:
                while True:
                    await self._has_room()
                    given = await viewer.take(_PIECE)
                    if isinstance(given, Batch):
                        self._hear(target, given)
                        self._stamps[source].extend([line[:_STAMP] for line in given.lines[-_REMEMBERED:]])
                        passed = await self._sieve.pass_on(given, target.label)
                        await self._has_room()
                        self._merge.feed(source, held.unseen(passed), self._now())
                    else:
                        self._merge.tell(source, given, self._now())
                    self._measure()
                    self._arrived.set()
                    if isinstance(given, End):
                        return
                    # What waits is taken without waiting: the others have their turn first.
                    await asyncio.sleep(0)
        except Exception:
            log.exception("the log of %s can no longer be merged", target.id[:12])
            self._merge.tell(source, End(Why.GARBLED, _("Quayside itself failed to read this log.")), self._now())
            self._arrived.set()

    def _hear(self, target: Target, batch: Batch) -> None:
        """Compare the host's clock with ours; what is read at first is of old times."""
        if target.host and not self._merge.first:
            self.skews.setdefault(target.host.pk, Skew()).heard(batch.lines[-1], time.time())

    async def _has_room(self) -> None:
        """Once there is room, and no other log has just taken it."""
        while not self._room.is_set():
            await self._room.wait()

    def _measure(self) -> None:
        """Whether there is room for more."""
        if self._merge.first and self._is_full():
            self._merge.prune()
        if self._is_full():
            self._room.clear()
        else:
            self._room.set()

    def _is_full(self) -> bool:
        return self._merge.bytes > WAITING_BYTES or self._merge.lines > max(WAITING_LINES, self._most)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


async def last_lines(
    grants: list[Grant], query: LogQuery, seconds: float, sieve: Sieve, redactor: Redactor
) -> tuple[Merged, dict[int, str]]:
    """The newest lines of some logs as one, numbered as their grants are, and why one of them says no more."""
    read = await asyncio.gather(*(past.last_lines(each, query, seconds, redactor) for each in grants))
    merge = Merge(query.tail)
    for source, (batch, _why) in enumerate(read):
        merge.feed(source, await sieve.pass_on(batch, grants[source].target.label), 0.0)
    pieces = [piece for piece in merge.due(WINDOW_SECONDS, sys.maxsize) if isinstance(piece, Merged)]
    return (pieces[0] if pieces else Merged()), {source: why for source, (_batch, why) in enumerate(read) if why}


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

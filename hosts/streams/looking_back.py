"""Who said this, and when last? Logs of engines and all that is kept of them, searched together, newest hits first.

Each of them is a feed that knows how far back it has been looked through. Those that are least far back go on first,
and a hit is given when no feed can hold a newer one any more. No more is held than the newest hits that are wanted.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Protocol

from channels.db import database_sync_to_async
from django.utils.translation import gettext as _

from hosts.access import Actor, Capability, Denied, Grant, Target, grant
from hosts.engine.errors import EngineError, NotFound, Refused
from hosts.engine.logs import Connect
from hosts.engine.wire import Wire, open_wire
from hosts.history import Line, Progress, Unreadable, take
from hosts.models import Host
from hosts.streams.backwards import Backwards, Gone
from hosts.streams.sift import Hit, Sift

AT_ONCE = 6
SAY_SECONDS = 0.25
_NEVER = 1 << 63
# The files of kept lines are read, and searched, away from the loop.
_reading = ThreadPoolExecutor(2, thread_name_prefix="kept")

log = logging.getLogger(__name__)


class Found(NamedTuple):
    """A hit and the log that it is of; `kept` when it came from the lines that the console keeps."""

    source: int
    kept: bool
    hit: Hit


class Far(NamedTuple):
    """How far it has come. `back_to`: all lines since then were looked at; `open`: so many logs have more to look at.

    `stopped` is said at the end, when there was more: as many hits were found as were wanted.
    """

    back_to: int | None
    lines: int
    hits: int
    open: int
    ended: bool = False
    stopped: bool = False


class Trouble(NamedTuple):
    """A log, or a part of one, that could not be looked through, and why not; `source` is None for kept lines."""

    source: int | None
    sentence: str


class Feed(Protocol):
    """`back_to` is None as long as nothing was looked at."""

    back_to: int | None
    ended: bool

    @property
    def lines(self) -> int: ...

    async def more(self, room: int) -> list[Found | Trouble]:
        """Look further back; the newest `room` hits will do."""

    def close(self) -> None: ...


class EngineFeed:
    """What the engine of one log still has."""

    def __init__(self, source: int, reader: Backwards) -> None:
        self._source, self._reader = source, reader
        self.back_to, self.ended = reader.back_to, False

    @property
    def lines(self) -> int:
        return self._reader.lines

    async def more(self, room: int) -> list[Found | Trouble]:
        try:
            hits = await self._reader.window(room)
        except (Gone, EngineError) as error:
            self.ended = True
            return [Trouble(self._source, error.sentence if isinstance(error, EngineError) else str(error))]
        except Exception:
            log.exception("a log cannot be searched")
            self.ended = True
            return [Trouble(self._source, _("Quayside itself failed to read this log."))]
        self.back_to, self.ended = self._reader.back_to, self._reader.ended
        return [Found(self._source, False, hit) for hit in hits]

    def close(self) -> None:
        pass


class KeptFeed:
    """All that is kept of any number of logs; `numbers` are theirs by the sources' `pk`."""

    def __init__(
        self, items: Callable[[int], Iterator[Line | Progress | Unreadable]], numbers: dict[int, int], sift: Sift
    ) -> None:
        self._begin, self._numbers, self._sift = items, numbers, sift
        self._items: Iterator[Line | Progress | Unreadable] | None = None
        self.back_to: int | None = None
        self.ended, self.lines = False, 0

    async def more(self, room: int) -> list[Found | Trouble]:
        return await asyncio.get_running_loop().run_in_executor(_reading, self._next, room)

    def _next(self, room: int) -> list[Found | Trouble]:
        if self._items is None:
            self._items = self._begin(room)
        found: list[Found | Trouble] = []
        for item in take(self._items):
            if isinstance(item, Line):
                hit = self._sift.hit(item.at, item.kind, item.stamped)
                found.append(Found(self._numbers[item.source.pk], True, hit))
                self._back(item.at)
            elif isinstance(item, Unreadable):
                found.append(Trouble(self._numbers[item.source.pk], item.reason))
            else:
                self.lines, self.ended = item.lines, item.ended
                self._back(item.back_to)
        return found

    def _back(self, at: int | None) -> None:
        if at is not None:
            self.back_to = at if self.back_to is None else min(at, self.back_to)

    def close(self) -> None:
        self._items = None


class LookingBack:
    """About `most` hits are given at most; closing `run()` stops it."""

    def __init__(self, feeds: list[Feed], most: int) -> None:
        self._feeds, self._most = feeds, most
        # A heap by time, newest first; kept lines before an engine's, which may be the same.
        self._held: list[tuple[int, bool, int, int, Found]] = []
        self._number, self._given = 0, 0
        self._same: tuple[int, set[tuple[int, bytes]]] = 0, set()

    async def run(self) -> AsyncGenerator[Found | Trouble | Far, None]:
        running: dict[asyncio.Task[list[Found | Trouble]], Feed] = {}
        said = 0.0
        try:
            while self._given < self._most and self._start(running):
                done, _rest = await asyncio.wait(running, timeout=SAY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    running.pop(task)
                    for item in task.result():
                        if isinstance(item, Trouble):
                            yield item
                        else:
                            self._hold(item)
                for found in self._due():
                    yield found
                if time.monotonic() - said > SAY_SECONDS:
                    said = time.monotonic()
                    yield self._far()
            stopped = self._given >= self._most and (bool(self._held) or any(not feed.ended for feed in self._feeds))
            yield self._far()._replace(ended=True, stopped=stopped)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            for feed in self._feeds:
                feed.close()

    def _start(self, running: dict[asyncio.Task[list[Found | Trouble]], Feed]) -> bool:
        """Let those that are least far back look on; whether any does."""
        busy = list(running.values())
        idle = [feed for feed in self._feeds if not feed.ended and feed not in busy]
        for feed in heapq.nlargest(AT_ONCE - len(running), idle, key=_reach):
            running[asyncio.create_task(feed.more(self._room))] = feed
        return bool(running)

    @property
    def _room(self) -> int:
        """One more than are wanted: it says that there are more."""
        return max(0, self._most - self._given) + 1

    def _hold(self, found: Found) -> None:
        self._number += 1
        heapq.heappush(self._held, (-found.hit.at, not found.kept, found.source, -self._number, found))
        if len(self._held) > 2 * self._room:
            self._held = heapq.nsmallest(self._room, self._held)

    def _due(self) -> Iterator[Found]:
        """Those that are newer than whatever has not been looked at."""
        reach = max((_reach(feed) for feed in self._feeds if not feed.ended), default=-1)
        while self._held and -self._held[0][0] > reach:
            # Lines of the same moment stay together: whoever looks for older ones then asks from there on.
            if self._given >= self._most and -self._held[0][0] != self._same[0]:
                return
            found = heapq.heappop(self._held)[-1]
            if self._is_new(found):
                self._given += 1
                yield found

    def _is_new(self, found: Found) -> bool:
        """Whether it is no line of an engine that is kept too, and was given already."""
        if self._same[0] != found.hit.at:
            self._same = found.hit.at, set()
        key = found.source, found.hit.line
        if found.kept:
            self._same[1].add(key)
        return found.kept or key not in self._same[1]

    def _far(self) -> Far:
        looking = [feed for feed in self._feeds if not feed.ended]
        reach = max(map(_reach, looking), default=None)
        lines = sum(feed.lines for feed in self._feeds)
        return Far(None if reach == _NEVER else reach, lines, self._given, len(looking))


def _reach(feed: Feed) -> int:
    return _NEVER if feed.back_to is None else feed.back_to


def connect_for(actor: Actor, target: Target) -> Connect:
    """Connections to the target's host for somebody who is asked each time whether they may still read its logs."""

    @contextlib.asynccontextmanager
    async def connect() -> AsyncIterator[Wire]:
        # With its frames around it: so an answer that was cut can be told from a whole one.
        async with open_wire(await database_sync_to_async(_granted, thread_sensitive=False)(actor, target)) as wire:
            yield wire

    return connect


def _granted(actor: Actor, target: Target) -> Grant:
    host = Host.objects.filter(pk=target.host.pk).first() if target.host else None
    if host is None:
        raise NotFound(_("The host has been removed."))
    answer = grant(actor, Capability.CONTAINER_LOGS, Target(target.noun, host, target.id, target.name))
    if isinstance(answer, Denied):
        raise Refused(answer.reason)
    return answer

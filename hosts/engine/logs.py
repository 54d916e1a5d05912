"""What does a container write, now and from now on? The end of a stream is never taken for the end of the log.

The engine is asked, and reading goes on where it stopped, or the end is told with its reason.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import StreamReader
from django.utils.translation import gettext as _

from hosts.engine.cursor import Cursor, Place, nanoseconds
from hosts.engine.errors import EngineError, NotFound
from hosts.engine.frames import Batch, Demultiplexer, Frames, NotFrames, TerminalLines
from hosts.engine.names import object_id
from hosts.engine.parse.containers import from_inspect
from hosts.engine.wire import Wire
from hosts.facts import Container

Connect = Callable[[], AbstractAsyncContextManager[Wire]]

# The engine writes each line by itself, and waking up for each costs three times as much and slows the engine too. So
# whoever finds little waits, until much is there: a millisecond in a flood, and a little longer in a trickle.
_MUCH, _FLOOD_PAUSE, _TRICKLE_PAUSE = 4 << 10, 0.001, 0.02
# The loop's own timers wait two milliseconds where one is asked for, and the engine stands still for half of that.
_naps = ThreadPoolExecutor(8, thread_name_prefix="nap")
_SILENCE_SECONDS, _PING_SECONDS = 20.0, 5.0
_FIRST_WAIT, _LONGEST_WAIT = 0.25, 4.0
_LAST_LINES = 2000
_UNREADABLE = "does not support reading"


@dataclass(frozen=True, slots=True)
class LogQuery:
    """`tail` lines from the end (None is all), from the time `since` to `until` (as the engine takes them), then more.

    `after` is where an earlier reading stopped; it wins over `tail` and `since`.
    """

    tail: int | None = 500
    since: str = ""
    until: str = ""
    follow: bool = True
    after: Place | None = None


class Why(StrEnum):
    """Why a log ends."""

    STOPPED = "stopped"
    REMOVED = "removed"
    UNREADABLE = "unreadable"
    GARBLED = "garbled"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Opened:
    """The log is read, now or again; the container as it was at that moment."""

    container: Container
    again: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """The engine cannot be reached; it is tried again until the reader is closed."""

    sentence: str


class Cause(StrEnum):
    """Why nobody read for a while: the engine was lost, whoever asks was not here, or neither."""

    LOST = "lost"
    AWAY = "away"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Gap:
    """Between these times (nanoseconds since 1970) lines may be missing: the engine no longer had the one before."""

    since: int
    until: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class End:
    """Nothing more comes; `code` is the exit code of a container that stopped."""

    why: Why
    sentence: str
    code: int | None = None


Item = Opened | Batch | Lost | Gap | End


async def follow(connect: Connect, container: str, query: LogQuery) -> AsyncGenerator[Item, None]:
    """Opened, then batches; Lost and Opened around each break, a Gap where it may have cost lines; at last one End.

    Never raises an EngineError, except at once when `query` follows nothing. Close it with `contextlib.aclosing`.
    """
    reader = _Reader(object_id(container), query)
    wait = 0.0
    while True:
        try:
            async with connect() as wire, contextlib.aclosing(reader.read(wire)) as items:
                async for item in items:
                    yield item
                    wait = 0.0
                    if isinstance(item, End):
                        return
        except NotFound as error:
            yield End(Why.REMOVED, error.sentence)
            return
        except EngineError as error:
            if not query.follow:
                raise
            if not reader.lost:
                reader.lost = True
                yield Lost(error.sentence)
        wait = min(wait * 2 or _FIRST_WAIT, _LONGEST_WAIT)
        await asyncio.sleep(wait)


class _Reader:
    """One reading of one log over any number of connections."""

    def __init__(self, container: str, query: LogQuery) -> None:
        self.lost = False
        self._path = f"/containers/{container}"
        self._query = query
        self._cursor = Cursor(query.after)
        self._lines: Demultiplexer | None = None
        self._opened = False

    async def read(self, wire: Wire) -> AsyncGenerator[Item, None]:
        """What one connection gives; ends with an End, or without one when the stream must be opened again."""
        try:
            async with contextlib.aclosing(self._to_the_end(wire)) as items:
                async for item in items:
                    yield item
        except NotFrames:
            yield End(Why.GARBLED, _("What the engine sends is no log."))
        except NotFound:
            yield End(Why.REMOVED, _("The container has been removed."))
        except EngineError as error:
            if _UNREADABLE not in error.detail:
                raise
            yield End(Why.UNREADABLE, _("The container's log driver keeps nothing that could be read."))

    async def _to_the_end(self, wire: Wire) -> AsyncGenerator[Item, None]:
        async with contextlib.aclosing(self._stream(wire, self._query.follow)) as items:
            async for item in items:
                yield item
        end = await self._end(wire)
        if end and self._query.follow:
            async with contextlib.aclosing(self._remainder(wire)) as batches:
                async for batch in batches:
                    yield batch
        if end:
            if self._lines is not None and (rest := self._lines.flush()):
                yield rest
            yield end

    async def _remainder(self, wire: Wire) -> AsyncGenerator[Batch | Gap, None]:
        """What is still missing of the log of a container that has stopped: a stream that was cut ends like any other.

        Looking at the last lines costs the engine little, where the time alone would make it look through all of
        them; all are asked for when those do not reach back to what was read. Two looks must find nothing new.
        """
        quiet, at_most = 0, None if self._cursor.place() is None else _LAST_LINES
        while quiet < 2:
            quiet += 1
            async with contextlib.aclosing(self._stream(wire, False, at_most)) as items:
                async for item in items:
                    if isinstance(item, Batch | Gap):
                        quiet = 0
                        yield item
            if at_most and not self._cursor.reached:
                quiet, at_most = 0, None

    async def _stream(self, wire: Wire, follows: bool, at_most: int | None = None) -> AsyncGenerator[Item, None]:
        container = from_inspect(await wire.json(f"{self._path}/json"))
        lines = self._demultiplexer(container.tty)
        place = self._cursor.place(lines.restart())
        cause = Cause.LOST if self.lost else Cause.DROPPED if self._opened else Cause.AWAY
        params = self._params(follows, place)
        if at_most:
            params["tail"] = str(at_most)
        async with wire.stream("GET", f"{self._path}/logs", params) as answer:
            yield Opened(container, again=self._opened)
            self._opened, self.lost = True, False
            async with contextlib.aclosing(_chunks(answer.content, wire)) as chunks:
                async for chunk in chunks:
                    batch = self._cursor.unseen(lines.feed(chunk))
                    if at_most and batch and not self._cursor.reached:
                        return
                    if batch:
                        if gap := self._gap(place, batch, cause):
                            yield gap
                        place = None
                        self._cursor.saw(batch)
                        yield batch

    def _gap(self, place: Place | None, batch: Batch, cause: Cause) -> Gap | None:
        """What may be missing between what was read before a break and the first line that is new."""
        until = nanoseconds(batch.lines[0]) if place and not self._cursor.reached else None
        return Gap(place.newest or place.at, until, cause) if place and until is not None else None

    def _demultiplexer(self, tty: bool) -> Demultiplexer:
        if self._lines is None:
            self._lines = TerminalLines() if tty else Frames()
        return self._lines

    def _params(self, follows: bool, place: Place | None) -> dict[str, str]:
        query = self._query
        # Nothing was there when we looked: whatever is there now has come since.
        everything = query.tail is None or place is not None or (self._opened and query.tail > 0)
        params = {
            "stdout": "1",
            "stderr": "1",
            "timestamps": "1",
            "follow": "1" if follows else "0",
            "tail": "all" if everything else str(query.tail),
        }
        since = place.since if place else query.since
        return params | ({"since": since} if since else {}) | ({"until": query.until} if query.until else {})

    async def _end(self, wire: Wire) -> End | None:
        """Why the stream ended, as the engine tells it; None when there is more to come."""
        if not self._query.follow or self._query.until:
            return End(Why.DONE, _("These are all the lines."))
        container = from_inspect(await wire.json(f"{self._path}/json"))
        if container.state in ("running", "paused", "restarting"):
            return None
        if container.state == "created":
            return End(Why.STOPPED, _("The container has not been started yet."))
        code = container.exit_code
        if code is None:
            return End(Why.STOPPED, _("The container stopped."))
        return End(Why.STOPPED, _("The container stopped with code %(code)s.") % {"code": code}, code)


async def _chunks(content: StreamReader, wire: Wire) -> AsyncGenerator[bytes, None]:
    """The answer's bytes in big pieces; a silent engine is asked whether it lives."""
    while True:
        try:
            async with asyncio.timeout(_SILENCE_SECONDS):
                data = await content.readany()
        except TimeoutError:
            await wire.ping(timeout=_PING_SECONDS)
            continue
        if not data:
            return
        yield data
        # After each piece, a large one too: what comes at once behind it is one line, and would pass for a trickle.
        if len(data) >= _MUCH:
            await asyncio.get_running_loop().run_in_executor(_naps, time.sleep, _FLOOD_PAUSE)
        else:
            await asyncio.sleep(_TRICKLE_PAUSE)

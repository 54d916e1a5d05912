"""What did a log say, from its end backwards? Read in windows, the newest first, each a little larger than the last.

An engine finds the last so many lines at little cost and decodes what comes after them, whereas a time makes it decode
the whole file. So a window is "the last n lines, up to where the one before it began".
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor

from hosts.engine.cursor import Place, nanoseconds
from hosts.engine.frames import Batch
from hosts.engine.logs import Connect, End, LogQuery, Why, follow
from hosts.lines.redaction import KEY_LINES
from hosts.streams.sift import Hit, Sift

# The lines of a window: at first, and at most. A larger one would be silent for too long.
FIRST_LINES, MOST_LINES = 2_000, 200_000
# Where nothing lies in a window it costs the engine little, and the next may be much larger.
_EMPTY_GROWTH, _LARGEST = 8, 1 << 31
# So far behind the beginning of a window may lie the end of a line that had begun before it.
_TORN_LINES = 1_000
_PIECE = 16 << 10
# Masking and filtering take no time from those who follow a log.
_sifting = ThreadPoolExecutor(2, thread_name_prefix="search")


class Gone(Exception):
    """This log cannot be searched, or not on: the text says why."""


class Backwards:
    """One log of an engine. `back_to`: all lines from then on have been looked at; None when not even the newest."""

    def __init__(
        self, connect: Connect, container: str, sift: Sift, since: int | None = None, until: int | None = None
    ) -> None:
        self._connect, self._container, self._sift = connect, container, sift
        self._since, self._until = since, until
        self.back_to = until
        self.ended, self.lines = False, 0
        self._tail, self._step = FIRST_LINES, FIRST_LINES
        # The line that the last window began with, and the first one that the engine gave of it.
        self._edge, self._first = b"", b""

    async def window(self, room: int) -> list[Hit]:
        """The newest `room` hits of the next window, oldest first. Raises Gone and EngineError."""
        window = await self._read(room, str(self._tail))
        if self._edge and not window.met:
            # Timestamps went back within it, and the engine stopped too early; or new lines have filled it.
            window = await self._read(room, str(self._tail), bounded=False)
        if window.first and window.first == self._first:
            # As far as before, though more was asked for: where the log begins, unless as much has come meanwhile.
            window = await self._read(room, "all", whole=True)
            self.ended = window.met or not self._edge
        if not window.first or (self._edge and not window.met):
            self.ended = not await self._has_older()
            self._tail = min(self._tail * _EMPTY_GROWTH, _LARGEST)
            return []
        self._first = window.first
        self._moved(window)
        return await asyncio.to_thread(self._sift.hits, window.picked)

    def _moved(self, window: _Window) -> None:
        self.lines += window.accepted
        self.ended = self.ended or window.is_whole
        if not window.accepted:
            self._tail = min(self._tail * _EMPTY_GROWTH, _LARGEST)
            return
        self._edge, self.back_to = window.edge, nanoseconds(window.edge) or self.back_to
        if self._since is not None and self.back_to is not None and self.back_to < self._since:
            self.ended = True
        self._step = min(self._step * 2, MOST_LINES, self._still_to_go(window))
        self._tail = min(self._tail + self._step + KEY_LINES, _LARGEST)

    def _still_to_go(self, window: _Window) -> int:
        """About how many lines there are back to `since`, if they lie as close as those of this window."""
        if self._since is None or self.back_to is None or window.newest <= self.back_to:
            return MOST_LINES
        left = (self.back_to - self._since) / (window.newest - self.back_to) * window.accepted
        return int(max(FIRST_LINES, min(MOST_LINES, left * 1.25 + 100)))

    async def _has_older(self) -> bool:
        """Whether the log begins before what has been read: one line tells."""
        async with contextlib.aclosing(self._batches("all", bounded=True)) as batches:
            async for batch in batches:
                return batch.lines[0] != self._edge
        return False

    async def _read(self, room: int, tail: str, *, bounded: bool = True, whole: bool = False) -> _Window:
        is_open = not self._edge and self._until is None
        window = _Window(self._sift, self._edge, int(tail) if is_open and tail != "all" else 0, room, whole)
        self._sift.begin()
        loop = asyncio.get_running_loop()
        async with contextlib.aclosing(self._batches(tail, bounded)) as batches:
            async for batch in batches:
                await loop.run_in_executor(_sifting, window.take, batch)
                if window.met:
                    break
        await loop.run_in_executor(_sifting, window.end)
        return window

    async def _batches(self, tail: str, bounded: bool) -> AsyncGenerator[Batch, None]:
        until = nanoseconds(self._edge) if self._edge else self._until
        bound = Place(until, 0).since if bounded and until is not None else ""
        query = LogQuery(tail=None if tail == "all" else int(tail), until=bound, follow=False)
        async with contextlib.aclosing(follow(self._connect, self._container, query)) as items:
            async for item in items:
                if isinstance(item, Batch):
                    yield item
                elif isinstance(item, End) and item.why is not Why.DONE:
                    raise Gone(item.sentence)


class _Window:
    """What one reading gives. Its first lines are left to the next window: one may be torn, or the rest of a key.

    `tail` is how many messages were asked for up to the end of the log, 0 when it was not up to there. `whole` is said
    of what begins where the log does.
    """

    def __init__(self, sift: Sift, stop_at: bytes, tail: int, room: int, whole: bool) -> None:
        self._sift, self._stop_at, self._asked, self._whole = sift, stop_at, tail, whole
        self._head = Batch()
        self._messages = 0
        self.picked: deque[tuple[int, bytes]] = deque(maxlen=max(1, room))
        self.accepted, self.newest = 0, 0
        self.first, self.edge = b"", b""
        # Whether it came to the window before it, and whether it holds the beginning of the log.
        self.met, self.is_whole = False, False

    def take(self, batch: Batch) -> None:
        if self._stop_at and self._stop_at in batch.lines:
            batch, self.met = batch.part(0, batch.lines.index(self._stop_at)), True
        if not batch:
            return
        self.first = self.first or batch.lines[0]
        # A message has at most 16 KiB: no fewer lines than that were in these bytes, and no more messages than this.
        self._messages += len(batch) + batch.size // _PIECE
        if self.edge:
            self._accept(batch, 0)
            return
        self._head.kinds += batch.kinds
        self._head.lines += batch.lines
        if len(self._head) > _TORN_LINES:
            self._begin(0 if self._whole else _behind_torn(self._head.lines))

    def end(self) -> None:
        """Nothing more comes of it."""
        self.is_whole = self._whole or self._messages + 2 < self._asked
        if not self.edge and self._head:
            self._begin(0 if self.is_whole else _behind_torn(self._head.lines))

    def _begin(self, first: int) -> None:
        head, self._head = self._head, Batch()
        if first < len(head):
            self.edge = head.lines[first]
            self._accept(head, first)

    def _accept(self, batch: Batch, first: int) -> None:
        self.accepted += len(batch) - first
        self.newest = max(self.newest, nanoseconds(batch.lines[-1]) or 0)
        self.picked.extend(self._sift.pick(batch, first))


def _behind_torn(lines: Sequence[bytes]) -> int:
    """Where surely no line is one that began earlier: such a line has the time of its beginning."""
    begun = nanoseconds(lines[0])
    times = [nanoseconds(line) for line in lines[:_TORN_LINES]]
    torn = [place for place, time in enumerate(times) if time is None or begun is None or time <= begun]
    return max(KEY_LINES, torn[-1] + 1 if torn else 0)

"""How do many logs become one, in the order of their timestamps? No I/O and no clock: `now` is given, in seconds.

A line waits for a moment, so that an older one of another log can still go before it. One that comes too late even for
that is given at once and marked. The lines of one log are never put in another order than the engine's.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from hosts.engine.cursor import nanoseconds
from hosts.engine.frames import Batch
from hosts.engine.logs import End, Gap, Lost, Opened
from hosts.streams.viewer import Skipped

WINDOW_SECONDS = 0.15
LATE = 0x40  # set in the kind of a line that came when newer ones of other logs had been given
# At first: how long a log may take to open, to give its tail, and to begin with it; and what quiet ends a tail.
OPEN_SECONDS, TAIL_SECONDS, FIRST_SECONDS, QUIET_SECONDS = 2.5, 0.5, 0.25, 0.1
# Lines go out together: a browser gains nothing from more messages than this.
PAUSE_SECONDS = 0.03

_SECOND = 1_000_000_000
Event = Opened | Lost | Gap | End | Skipped
# Its time, its log, its number, its kind, and what it is. The number is unique: no comparison gets beyond it.
_Entry = tuple[bytes, int, int, int, "bytes | Event"]


@dataclass(slots=True)
class Merged:
    """Lines in true time, as columns like those of a Batch; `sources[n]` is the log that line n is of."""

    kinds: bytearray = field(default_factory=bytearray)
    lines: list[bytes] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one log, in its place among its lines."""

    source: int
    item: Event


@dataclass(slots=True)
class _Awaited:
    """A log whose tail has not been given yet: until when it is waited for, and for how long at most."""

    until: float
    at_most: float
    lines: int = 0


def key_of(line: bytes) -> bytes:
    """The time in front of a line in a form that compares; empty when there is none."""
    if line[29:31] == b"Z " and line[19:20] == b".":
        return line[:29]
    time = nanoseconds(line)
    if time is None or time < 0:
        return b""
    # Rare: engines write nine digits and Z.
    whole = dt.datetime.fromtimestamp(time // _SECOND, dt.UTC)
    return b"%b.%09d" % (whole.strftime("%Y-%m-%dT%H:%M:%S").encode(), time % _SECOND)


class Merge:
    """`most` is how many of the lines that were there at first are wanted, the newest of all logs together."""

    def __init__(self, most: int | None = None) -> None:
        # What waits, also what is about to be given.
        self.bytes = self.lines = 0
        self._most = most
        self._pending: list[_Entry] = []
        self._number = 0
        # The time of the newest line of each log, and of the newest that was given.
        self._newest: dict[int, bytes] = {}
        self._given = b""
        self._arrivals: deque[tuple[float, bytes]] = deque()
        self._awaited: dict[int, _Awaited] = {}
        self.first = True
        self._last_time = 0.0

    def expect(self, source: int, now: float) -> None:
        """A log is about to be opened."""
        if self.first:
            self._awaited[source] = _Awaited(now + OPEN_SECONDS, now + OPEN_SECONDS)

    def forget(self, source: int) -> None:
        """A log will say nothing more."""
        self._awaited.pop(source, None)
        self._newest.pop(source, None)

    def feed(self, source: int, batch: Batch, now: float) -> None:
        if awaited := self._awaited.get(source):
            awaited.lines += len(batch)
            awaited.until = min(awaited.at_most, now + QUIET_SECONDS)
            if self._most is not None and awaited.lines >= self._most:
                del self._awaited[source]
        if not batch:
            return
        newest, number, given = self._newest.get(source, b""), self._number, self._given
        append = self._pending.append
        for kind, line in zip(batch.kinds, batch.lines, strict=True):
            key = key_of(line)
            if key > newest:  # noqa: PLR1730 - for every line, and max() costs three times as much
                newest = key
            number += 1
            append((newest, source, number, kind | LATE if newest < given else kind, line))
        self._newest[source], self._number = newest, number
        self._arrivals.append((now, newest))
        self.bytes += batch.size
        self.lines += len(batch)

    def tell(self, source: int, item: Event, now: float) -> None:
        """It keeps its place behind the lines that this log has given."""
        self._number += 1
        key = max(self._newest.get(source, b""), self._given)
        self._pending.append((key, source, self._number, 0, item))
        self._arrivals.append((now, key))
        if isinstance(item, Opened) and source in self._awaited:
            self._awaited[source] = _Awaited(now + FIRST_SECONDS, now + TAIL_SECONDS)
        elif isinstance(item, Lost | End):
            self._awaited.pop(source, None)

    def due(self, now: float, limit: int) -> Iterator[Merged | Told]:
        """What may be given now, in pieces of at most `limit` bytes (or of one line), each made when it is taken."""
        if self.first:
            if self._begins() > now:
                return
            self.first = False
            self.prune()
        while self._arrivals and self._arrivals[0][0] + WINDOW_SECONDS <= now:
            self._given = max(self._given, self._arrivals.popleft()[1])
        self._pending.sort()
        stop = bisect_left(self._pending, (self._given + b"\0",))
        if stop:
            self._last_time = now
            ready, self._pending = self._pending[:stop], self._pending[stop:]
            yield from self._pieces(ready, limit)

    def wake(self) -> float | None:
        """When there will be something to give; None when nothing waits."""
        if self.first:
            return self._begins() if self._awaited or self._pending else None
        if not self._arrivals:
            return None
        return max(self._arrivals[0][0] + WINDOW_SECONDS, self._last_time + PAUSE_SECONDS)

    def prune(self) -> None:
        """Keep the newest lines, as many as are wanted of those that were there at first."""
        if self._most is None or len(self._pending) <= self._most:
            return
        self._pending.sort()
        surplus = sum(isinstance(entry[4], bytes) for entry in self._pending) - self._most
        kept: list[_Entry] = []
        for entry in self._pending:
            if surplus > 0 and isinstance(entry[4], bytes):
                surplus -= 1
                self.bytes -= len(entry[4]) + 2
                self.lines -= 1
            else:
                kept.append(entry)
        self._pending = kept

    def _begins(self) -> float:
        return max((awaited.until for awaited in self._awaited.values()), default=0.0)

    def _pieces(self, ready: list[_Entry], limit: int) -> Iterator[Merged | Told]:
        piece, size = Merged(), 0
        for _key, source, _number, kind, item in ready:
            if isinstance(item, bytes):
                if piece and size + len(item) + 4 > limit:
                    yield piece
                    piece, size = Merged(), 0
                piece.kinds.append(kind)
                piece.lines.append(item)
                piece.sources.append(source)
                size += len(item) + 4
                self.bytes -= len(item) + 2
                self.lines -= 1
            else:
                if piece:
                    yield piece
                    piece, size = Merged(), 0
                yield Told(source, item)
        if piece:
            yield piece

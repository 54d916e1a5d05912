"""Where was a log read up to? So that reading on repeats no line and leaves none out, whatever the timestamps do.

Timestamps may be equal, and a little out of order (the pieces of a long line bear its beginning's). So reading starts
again *at* a timestamp, and as many lines are dropped as were seen that are not older.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from dataclasses import dataclass

from hosts.engine.frames import Batch, stamp_of

_KEPT = 1000
_SECOND = 1_000_000_000
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a log: `seen` lines that bear the time `at` (nanoseconds since 1970) or a later one have been read.

    None of them is newer than `newest`, which is `at` where nothing is out of order.
    """

    at: int
    seen: int
    newest: int = 0

    @property
    def before(self) -> Place:
        """Where its time begins: what was seen of it comes again."""
        return Place(self.at, 0, self.newest)

    @property
    def since(self) -> str:
        """As the engine's API takes it."""
        return f"{self.at // _SECOND}.{self.at % _SECOND:09d}"


def nanoseconds(line: bytes) -> int | None:
    """The time in front of a line, in nanoseconds since 1970; None when there is none that a calendar could show."""
    stamp = stamp_of(line).decode("ascii")
    if not stamp:
        return None
    zone_at = 19
    while stamp[zone_at] in ".0123456789":
        zone_at += 1
    try:
        whole = dt.datetime.fromisoformat(stamp[:19] + stamp[zone_at:-1])
    except ValueError:
        return None
    seconds = (whole - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(seconds=1)
    # An offset can put it outside of the years that there are.
    if not _FIRST_SECOND <= seconds <= _LAST_SECOND:
        return None
    return seconds * _SECOND + int(stamp[20:zone_at].ljust(9, "0") or 0)


class Cursor:
    """Follows what is read; after a break `place()` says where to go on, and `unseen()` drops what comes again."""

    def __init__(self, start: Place | None = None) -> None:
        self._start = start
        self._recent: deque[list[bytes]] = deque()
        self._count = 0
        self._left, self._newest = 0, 0
        # Whether what is read now reaches back to what was read before: no line between them can be missing.
        self.reached = True
        if start is not None:
            self._left, self._newest = start.seen, max(start.at, start.newest)

    def saw(self, batch: Batch) -> None:
        self._recent.append(batch.lines)
        self._count += len(batch)
        while self._count - len(self._recent[0]) >= _KEPT:
            self._count -= len(self._recent.popleft())

    def place(self, begun: bytes = b"") -> Place | None:
        """Where to go on; `begun` is the timestamp of an unfinished line, which must be read again from its start.

        None when no line with a time was read yet.
        """
        times = [time for lines in self._recent for time in map(nanoseconds, lines) if time is not None]
        if times:
            at = min(times[-1], nanoseconds(begun) or times[-1])
            before = self._start.seen if self._start and self._start.at >= at else 0
            self._left, self._newest = before + sum(time >= at for time in times), max(times)
            self.reached = False
            return Place(at, self._left, self._newest)
        if self._start:
            self._left, self._newest = self._start.seen, max(self._start.at, self._start.newest)
            self.reached = False
        return self._start

    def unseen(self, batch: Batch) -> Batch:
        """Without the lines that were read before the break."""
        if not self._left:
            if not self.reached and batch:
                # Of a place behind nothing of its time: that time itself is still there.
                first = nanoseconds(batch.lines[0])
                self.reached = first is not None and first <= self._newest
            return batch
        for number, line in enumerate(batch.lines):
            time = nanoseconds(line)
            # Nothing newer than all that was read can have been read: the engine has dropped older lines meanwhile.
            if not self._left or (time is not None and time > self._newest):
                self._left = 0
                return batch.part(number)
            self._left -= time is not None
            self.reached = not self._left
        return Batch()

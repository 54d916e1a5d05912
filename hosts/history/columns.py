"""What are lines as columns: where each came from, when (nanoseconds since 1970), and its text without the timestamp?

So times become a few bytes a line, and a search runs over text alone.
"""

from __future__ import annotations

import datetime as dt
import functools
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from hosts.engine.cursor import nanoseconds
from hosts.engine.frames import CUT, ENGINE, Batch, stamp_of

# Beside CUT in a line's kind. A line without a timestamp has the time of the one before it.
UNTIMED = 0x40
# Lines before this one may be missing: the engine no longer had them when they could be read.
HOLE = 0x20
STREAM = 0x0F

_SECOND = 1_000_000_000
_MOST = 1 << 62  # about the year 2116: the step from any time to any other fits in 64 bits
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - printed without a zone


def no_times() -> array[int]:
    return array("q")


@dataclass(slots=True)
class Columns:
    """Lines in the engine's order."""

    kinds: bytearray = field(default_factory=bytearray)
    times: array[int] = field(default_factory=no_times)
    texts: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.texts)

    def part(self, start: int) -> Columns:
        return Columns(self.kinds[start:], self.times[start:], self.texts[start:])


def columns_of(batches: Sequence[Batch], before: int = 0) -> Columns:
    """The lines of the batches, without what the engine says itself; `before` is the time of the line before them."""
    found = Columns()
    kinds, times, texts = found.kinds, found.times, found.texts
    second, seconds = b"", 0
    for batch in batches:
        for kind, line in zip(batch.kinds, batch.lines, strict=True):
            # Docker's own form, in the second of the line before: all but one line a second.
            if line[:20] == second and line[29:31] == b"Z " and line[20:29].isdigit():
                before, text = seconds + int(line[20:29]), line[31:]
            elif kind & ~CUT == ENGINE:
                continue
            else:
                time = nanoseconds(line)
                timed = time is not None and -_MOST <= time <= _MOST
                before, text = (time, line[len(stamp_of(line)) :]) if time is not None and timed else (before, line)
                kind |= 0 if timed else UNTIMED  # noqa: PLW2901
                second, seconds = (
                    (line[:20], before // _SECOND * _SECOND) if timed and line[29:31] == b"Z " else (b"", 0)
                )
            kinds.append(kind)
            times.append(before)
            texts.append(text)
    return found


def stamp(at: int) -> bytes:
    """The time as Docker writes it in front of a line, with the space after it."""
    return b"%s.%09dZ " % (_whole_second(at // _SECOND), at % _SECOND)


@functools.lru_cache(4096)
def _whole_second(seconds: int) -> bytes:
    return (_EPOCH + dt.timedelta(seconds=seconds)).isoformat().encode()

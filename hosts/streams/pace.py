"""Work over many lines on the event loop: it is done piece by piece, and others have their turn in between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence

from hosts.engine.frames import Batch

# What is dear takes some tens of microseconds a line, or a millisecond for one of 64 KiB.
PIECE_LINES, PIECE_BYTES = 100, 32 << 10
# Others wait for so long, and for one piece more.
HOLD_SECONDS = 0.002


class Pace:
    """`rest()` after each piece of work gives the others their turn when they have waited long enough."""

    __slots__ = ("_since",)

    def __init__(self) -> None:
        self._since = time.monotonic()

    async def rest(self) -> None:
        if time.monotonic() - self._since >= HOLD_SECONDS:
            await asyncio.sleep(0)
            self._since = time.monotonic()


def pieces(lines: Sequence[bytes]) -> Iterator[slice]:
    """Neighbours, each piece of few lines and few bytes; a line stays whole."""
    first, size = 0, 0
    for place, line in enumerate(lines):
        size += len(line)
        if size > PIECE_BYTES or place - first >= PIECE_LINES:
            if place > first:
                yield slice(first, place)
            first, size = place, len(line)
    if first < len(lines):
        yield slice(first, len(lines))


async def column(lines: Sequence[bytes], work: Callable[[slice], bytes | bytearray]) -> bytes:
    """One byte for each line, as `work` gives them for a piece."""
    found, pace = bytearray(), Pace()
    for piece in pieces(lines):
        found += work(piece)
        await pace.rest()
    return bytes(found)


async def batches(batch: Batch, work: Callable[[Batch], Batch]) -> Batch:
    """What `work` makes of the batch, piece by piece; the batch itself when it leaves all as it is."""
    found, is_same, pace = Batch(), True, Pace()
    for piece in pieces(batch.lines):
        part = Batch(batch.kinds[piece], batch.lines[piece])
        made = work(part)
        is_same = is_same and made is part
        found.kinds += made.kinds
        found.lines += made.lines
        await pace.rest()
    return batch if is_same else found

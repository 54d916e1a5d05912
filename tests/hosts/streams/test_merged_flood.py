"""Many logs of very short lines at once: what is put in order together stays small, whatever comes."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from hosts.access import Target
from hosts.engine.frames import STDOUT, Batch
from hosts.engine.logs import LogQuery
from hosts.streams.merge import Merged
from hosts.streams.merged import WAITING_LINES, MergedView

LOGS, PIECE = 60, 2000


class Endless:
    """A viewer of a log that always has another piece of lines which hold one letter."""

    def __init__(self) -> None:
        self.given = 0

    async def take(self, _limit: int) -> Batch:
        await asyncio.sleep(0)  # meanwhile the other logs take theirs
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()).encode()
        first, self.given = self.given, self.given + PIECE
        lines = [b"%b.%09dZ x" % (stamp, (first + number) % 10**9) for number in range(PIECE)]
        return Batch(bytearray([STDOUT]) * PIECE, lines)


class Flood:
    """In the place of the hub: a hundred real logs that all flood cannot be had here at once."""

    @contextlib.asynccontextmanager
    async def view(self, *_asked: Any) -> AsyncIterator[Endless]:
        yield Endless()


async def test_a_flood_of_short_lines_is_put_in_order_bit_by_bit() -> None:
    view = MergedView(Flood(), 100)  # type: ignore[arg-type]
    for source in range(LOGS):
        view.join(source, Target("container", id=f"{source:064x}"), LogQuery(tail=None))
    most, pieces, until = 0, 0, time.monotonic() + 3
    try:
        while time.monotonic() < until or pieces < 20:
            given = await view.take(64 << 10)
            pieces += isinstance(given, Merged)
            most = max(most, view._merge.lines)
            await asyncio.sleep(0)
    finally:
        await view.close()
    assert most > WAITING_LINES - PIECE, "the flood came"
    assert most <= WAITING_LINES + PIECE

"""What did a log say last? The newest lines of one stream, within bounds, for a viewer who comes late."""

from __future__ import annotations

from collections import deque

from hosts.engine.cursor import nanoseconds
from hosts.engine.frames import Batch

LINES, BYTES = 10_000, 2 << 20
# Lines of stdout and stderr may stand in another order than their times say, by no more than this (nanoseconds).
_DISORDER = 1_000_000_000


class Ring:
    def __init__(self) -> None:
        self._batches: deque[tuple[Batch, int]] = deque()
        self._bytes = 0
        self.lines = 0
        self.dropped = 0

    def add(self, batch: Batch, size: int) -> None:
        self._batches.append((batch, size))
        self._bytes += size
        self.lines += len(batch)
        while len(self._batches) > 1 and (self.lines > LINES or self._bytes > BYTES):
            oldest, its_size = self._batches.popleft()
            self._bytes -= its_size
            self.lines -= len(oldest)
            self.dropped += len(oldest)

    def tail(self, count: int | None = None) -> Batch:
        """The last lines, or all that are kept."""
        whole = Batch()
        for batch, _size in self._batches:
            whole.kinds += batch.kinds
            whole.lines += batch.lines
        return whole if count is None else whole.part(max(0, len(whole) - count))

    def since(self, at: int) -> Batch:
        """The lines from the first one on that bears this time or a later one, in nanoseconds."""
        whole = self.tail()
        begin = len(whole)
        for place in range(len(whole) - 1, -1, -1):
            time = nanoseconds(whole.lines[place])
            if time is None or time >= at:
                begin = place
            elif time < at - _DISORDER:
                break
        return whole.part(begin)

    def oldest(self) -> int | None:
        """The time of the oldest line that is kept, in nanoseconds."""
        return nanoseconds(self._batches[0][0].lines[0]) if self._batches else None

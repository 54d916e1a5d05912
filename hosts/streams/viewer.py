"""What is one viewer still to be given? A bounded queue: what does not fit is counted, and said as skipped."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from hosts.engine.frames import Batch
from hosts.engine.logs import End, Gap, Lost, Opened

QUEUE_BYTES = 512 << 10
# A viewer may hold up the log for others for this many seconds at once, and for one part in fifty of the time.
_CREDIT, _REFILL = 1.0, 0.02


@dataclass(frozen=True, slots=True)
class Skipped:
    """This many lines were not given to this viewer, who takes them too slowly."""

    lines: int


Given = Opened | Batch | Lost | Gap | End | Skipped


class Viewer:
    def __init__(self, taken: Callable[[Viewer], None]) -> None:
        self._taken = taken
        self._queue: deque[tuple[Given, int]] = deque()
        self._bytes = 0
        self._skipped = 0
        self._arrived = asyncio.Event()
        self._credit, self._credited_at = _CREDIT, asyncio.get_running_loop().time()

    @property
    def queued(self) -> int:
        """Bytes that wait for this viewer."""
        return self._bytes

    @property
    def full(self) -> bool:
        # Who has begun to skip goes on until there is room for more than one batch, so that gaps are few.
        return self._bytes > (QUEUE_BYTES // 2 if self._skipped else QUEUE_BYTES)

    def patience(self) -> float:
        """For how many seconds the log may wait for this viewer now."""
        now = asyncio.get_running_loop().time()
        self._credit = min(_CREDIT, self._credit + (now - self._credited_at) * _REFILL)
        self._credited_at = now
        return 0.0 if self._skipped else max(0.0, self._credit)

    def charge(self, seconds: float) -> None:
        self._credit -= seconds

    def forgive(self) -> None:
        """Nobody else was held up."""
        self._credit = _CREDIT

    def offer(self, batch: Batch, size: int) -> None:
        if self.full:
            self._skipped += len(batch)
            return
        self._say_skipped()
        self._put(batch, size)

    def tell(self, item: Opened | Lost | Gap | End) -> None:
        self._say_skipped()
        self._put(item, 0)

    def hand(self, batch: Batch) -> None:
        """What was said before the viewer came; it may be more than fits."""
        if batch:
            self._put(batch, batch.size)

    async def take(self, limit: int) -> Given:
        """The next thing; batches that wait are put together, up to `limit` bytes on the wire."""
        while not self._queue:
            if self._skipped:
                self._say_skipped()
                break
            self._arrived.clear()
            await self._arrived.wait()
        item, size = self._queue.popleft()
        if isinstance(item, Batch):
            item, size = self._together(item, size, limit)
        self._bytes -= size
        self._taken(self)
        return item

    def _together(self, batch: Batch, size: int, limit: int) -> tuple[Batch, int]:
        if size > limit:
            return self._divided(batch, size, limit)
        parts = [batch]
        while self._queue:
            more, its_size = self._queue[0]
            if not isinstance(more, Batch) or size + its_size > limit:
                break
            self._queue.popleft()
            parts.append(more)
            size += its_size
        if len(parts) == 1:
            return batch, size
        whole = Batch()
        for part in parts:
            whole.kinds += part.kinds
            whole.lines += part.lines
        return whole, size

    def _divided(self, batch: Batch, size: int, limit: int) -> tuple[Batch, int]:
        """As many lines as fit; the rest goes back to the head of the queue. One line always fits."""
        first = 0
        for count, line in enumerate(batch.lines):
            if count and first + len(line) + 2 > limit:
                self._queue.appendleft((batch.part(count), size - first))
                return batch.part(0, count), first
            first += len(line) + 2
        return batch, size

    def _say_skipped(self) -> None:
        if self._skipped:
            self._put(Skipped(self._skipped), 0)
            self._skipped = 0

    def _put(self, item: Given, size: int) -> None:
        self._queue.append((item, size))
        self._bytes += size
        self._arrived.set()

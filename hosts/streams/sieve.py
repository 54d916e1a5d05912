"""Which of the lines that come does a person want to see? A filter over batches, which counts what it saw and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from hosts.engine.frames import KIND, Batch
from hosts.lines.filters import Filter
from hosts.streams.pace import batches

# A pattern may take long over a hostile line: half a second at worst, in which other threads run.
_matching = ThreadPoolExecutor(2, thread_name_prefix="patterns")


class Sieve:
    """Without a filter all lines pass, and nothing is counted."""

    def __init__(self, wanted: Filter | None = None) -> None:
        self._wanted = wanted
        self._turn = asyncio.Lock()
        self.read = 0
        self.kept = 0

    @property
    def counts(self) -> bool:
        return self._wanted is not None

    def places(self, lines: Sequence[bytes], kinds: Sequence[int], source: str = "") -> Sequence[int]:
        """Where the lines stand that pass."""
        if self._wanted is None:
            return range(len(lines))
        at = self._wanted.select(lines, bytes(kind & KIND for kind in kinds), source)
        self.read += len(lines)
        self.kept += len(at)
        return at

    async def pass_on(self, batch: Batch, source: str = "") -> Batch:
        """As `passed`, without holding the event loop."""
        if self._wanted is None:
            return batch
        if not self._wanted.has_patterns:
            return await batches(batch, lambda part: self.passed(part, source))
        # One batch of each sieve at a time, so that a view of many logs waits no less than others.
        async with self._turn:
            return await asyncio.get_running_loop().run_in_executor(_matching, self.passed, batch, source)

    def passed(self, batch: Batch, source: str = "") -> Batch:
        """The lines of a batch that pass, in their order."""
        at = self.places(batch.lines, batch.kinds, source)
        if len(at) == len(batch):
            return batch
        return Batch(bytearray(batch.kinds[place] for place in at), [batch.lines[place] for place in at])

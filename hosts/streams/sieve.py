"""Which of the lines that come does a person want to see? A filter over batches, which counts what it saw and kept."""

from __future__ import annotations

from collections.abc import Sequence

from hosts.engine.frames import KIND, Batch
from hosts.lines.filters import Filter


class Sieve:
    """Without a filter all lines pass, and nothing is counted."""

    def __init__(self, wanted: Filter | None = None) -> None:
        self._wanted = wanted
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

    def passed(self, batch: Batch, source: str = "") -> Batch:
        """The lines of a batch that pass, in their order."""
        at = self.places(batch.lines, batch.kinds, source)
        if len(at) == len(batch):
            return batch
        return Batch(bytearray(batch.kinds[place] for place in at), [batch.lines[place] for place in at])

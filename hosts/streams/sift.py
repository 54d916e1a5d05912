"""Which lines of the past are looked for? Masked first, then filtered; of a long line a hit holds an excerpt."""

from __future__ import annotations

from typing import NamedTuple

from hosts.engine.cursor import nanoseconds
from hosts.engine.frames import CUT, KIND, Batch, stamp_of
from hosts.lines.filters import Filter
from hosts.lines.redaction import Redactor

# So much of a line is kept, and so much of it before the first word that was looked for.
EXCERPT_BYTES, BEFORE_BYTES = 2 << 10, 200
_ELLIPSIS = "…".encode()


class Hit(NamedTuple):
    """A line that passed, masked, with its time (nanoseconds since 1970)."""

    at: int
    kind: int
    line: bytes


class Sift:
    """For the lines of one log, from any place on in their order."""

    def __init__(
        self, wanted: Filter, hides: Redactor, source: str = "", since: int | None = None, until: int | None = None
    ) -> None:
        self._wanted, self._hides, self._source = wanted, hides, source
        self._since, self._until = since, until
        self._words = [word.encode("utf-8", "replace").lower() for word in wanted.words]
        self.begin()

    def begin(self) -> None:
        """What comes now does not follow what came before."""
        self._masking = self._hides.masking()

    def pick(self, batch: Batch, first: int = 0) -> list[Hit]:
        """The hits from line `first` on; those before it only tell what is hidden."""
        lines, _count = self._masking.lines(batch.lines)
        wanted, kinds = lines[first:], batch.kinds[first:]
        found = []
        for place in self._wanted.select(wanted, bytes(kind & KIND for kind in kinds), self._source):
            at = nanoseconds(wanted[place])
            if at is not None and self._holds(at):
                found.append(self.hit(at, kinds[place], wanted[place]))
        return found

    def hit(self, at: int, kind: int, line: bytes) -> Hit:
        """Of a line that has passed."""
        if len(line) <= EXCERPT_BYTES:
            return Hit(at, kind, line)
        stamp = stamp_of(line)
        low = line.lower()
        found = [place for word in self._words if (place := low.find(word, len(stamp))) >= 0]
        start = max(len(stamp), min(found, default=0) - BEFORE_BYTES)
        text = line[start : start + EXCERPT_BYTES].decode("utf-8", "ignore").encode()
        before = _ELLIPSIS if start > len(stamp) else b""
        return Hit(at, kind | CUT, stamp + before + text)

    def _holds(self, at: int) -> bool:
        return (self._since is None or at >= self._since) and (self._until is None or at < self._until)

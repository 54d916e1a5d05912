"""Which lines of the past are looked for? Masked first, then filtered; of a long line a hit holds an excerpt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hosts.engine.cursor import nanoseconds
from hosts.engine.frames import CUT, KIND, Batch, stamp_of
from hosts.history.columns import stamp
from hosts.lines.filters import Filter
from hosts.lines.hiding import hide
from hosts.lines.redaction import Redactor
from hosts.streams.merge import key_of

# So much of a line is kept, and so much of it before the first word that was looked for.
EXCERPT_BYTES, BEFORE_BYTES = 2 << 10, 200
LONG_BYTES = EXCERPT_BYTES + 64  # an excerpt, its timestamp and the sign before it are not cut again
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
        # As the times in front of lines compare.
        self._since, self._until = (b"" if at is None else key_of(stamp(at)) for at in (since, until))
        self._words = [word.encode("utf-8", "replace").lower() for word in wanted.words]
        self.begin()

    def begin(self) -> None:
        """What comes now does not follow what came before."""
        self._masking = self._hides.masking()

    def pick(self, batch: Batch, first: int = 0) -> list[tuple[int, bytes]]:
        """The lines from `first` on that pass, with their kinds; those before it only tell what is hidden."""
        lines, _count = hide(batch.lines, self._masking, self._hides)
        wanted, kinds = lines[first:], batch.kinds[first:]
        places = self._wanted.select(wanted, bytes(kind & KIND for kind in kinds), self._source)
        return [self._excerpt(kinds[place], wanted[place]) for place in places if self._holds(wanted[place])]

    def hits(self, picked: Iterable[tuple[int, bytes]]) -> list[Hit]:
        """Of those that are wanted in the end, for it takes its time; a line without one can stand nowhere."""
        timed = [(nanoseconds(line), kind, line) for kind, line in picked]
        return [self.hit(at, kind, line) for at, kind, line in timed if at is not None]

    def hit(self, at: int, kind: int, line: bytes) -> Hit:
        """Of a line that has passed."""
        return Hit(at, *self._excerpt(kind, line))

    def _excerpt(self, kind: int, line: bytes) -> tuple[int, bytes]:
        if len(line) <= LONG_BYTES:
            return kind, line
        begins = stamp_of(line)
        low = line.lower()
        found = [place for word in self._words if (place := low.find(word, len(begins))) >= 0]
        start = max(len(begins), min(found, default=0) - BEFORE_BYTES)
        text = line[start : start + EXCERPT_BYTES].decode("utf-8", "ignore").encode()
        before = _ELLIPSIS if start > len(begins) else b""
        return kind | CUT, begins + before + text

    def _holds(self, line: bytes) -> bool:
        if not self._since and not self._until:
            return True
        key = key_of(line)
        return key >= self._since and (not self._until or key < self._until)

"""Which pieces hold the lines of a time: sealed chunks by their rows, and the chunk that still grows by its file?

The growing chunk is looked at first and the rows second: a chunk that is sealed in between is found once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hosts.history import places, tail
from hosts.history.block import Block, Damaged, Sealed, joined
from hosts.history.sources import Source
from hosts.models import KeptChunk

_MOST_IN_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` on, to before `until`, in nanoseconds; None is without end."""

    since: int | None = None
    until: int | None = None

    def touches(self, first_at: int, last_at: int) -> bool:
        return (self.since is None or last_at >= self.since) and (self.until is None or first_at < self.until)

    def holds(self, at: int) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Piece:
    """`grows` when its lines were in the growing chunk. It is loaded when it is wanted; that raises Damaged."""

    source: Source
    number: int
    first_at: int
    last_at: int
    lines: int
    grows: bool = field(default=False, kw_only=True)

    def load(self) -> Block:
        """Its lines, and none that have come since."""
        return (self._growing() or self.sealed().block()).first(self.lines)

    def text(self) -> bytes:
        """Of its lines, and perhaps of some that have come since."""
        growing = self._growing()
        return growing.text if growing else self.sealed().text()

    def sealed(self) -> Sealed:
        try:
            return Sealed(places.file_of(self.source.folder, self.number).read_bytes())
        except FileNotFoundError as error:
            raise Damaged("its file is gone") from error

    def _growing(self) -> Block | None:
        there = tail.read(self.source.folder) if self.grows else None
        return joined(there[1]) if there and there[0] == self.number else None


def pieces(sources: Iterable[Source], span: Span) -> list[Piece]:
    """In no particular order."""
    found: list[Piece] = []
    wanted = {source.pk: source for source in sources}
    growing = {pk: piece for pk, source in wanted.items() if (piece := _growing(source))}
    found += [piece for piece in growing.values() if span.touches(piece.first_at, piece.last_at)]
    keys = list(wanted)
    for start in range(0, len(keys), _MOST_IN_A_QUERY):
        rows = KeptChunk.objects.filter(log__in=keys[start : start + _MOST_IN_A_QUERY])
        if span.since is not None:
            rows = rows.filter(last_at__gte=span.since)
        if span.until is not None:
            rows = rows.filter(first_at__lt=span.until)
        for pk, number, *told in rows.values_list("log_id", "number", "first_at", "last_at", "lines"):
            if pk not in growing or number < growing[pk].number:
                found.append(Piece(wanted[pk], number, *told))
    return found


def _growing(source: Source) -> Piece | None:
    try:
        there = tail.read(source.folder)
    except Damaged:
        return None
    if there is None or not there[1]:
        return None
    number, blocks, _end = there
    whole = joined(blocks)
    return Piece(source, number, whole.first_at, whole.last_at, len(whole), grows=True)

"""What was said when? Kept lines of any sources, merged by time, forwards or backwards, a piece of each at a time.

The lines of one source stay in the engine's order, even where its timestamps do not.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from hosts.history.block import Block, Damaged
from hosts.history.lines import Line, Unreadable
from hosts.history.pieces import Piece, Span, pieces
from hosts.history.sources import Source

Place = tuple[int, int]


def read(
    sources: Iterable[Source],
    since: int | None = None,
    until: int | None = None,
    limit: int | None = None,
    *,
    backwards: bool = False,
    beyond: Mapping[int, Place] | None = None,
) -> Iterator[Line | Unreadable]:
    """The lines from `since` on, to before `until` (nanoseconds), at most `limit` of them.

    `beyond` says, by a source's `pk`, after which place to begin (before which, backwards): so that one goes on where
    another reading stopped without a line twice, whatever the timestamps.
    """
    span, given = Span(since, until), 0
    chains = _chains(pieces(sources, span), backwards)
    places = beyond or {}
    readers = [_OneSource(chain, span, limit, backwards, places.get(chain[0].source.pk)) for chain in chains]
    for item in _merged(readers, backwards):
        if limit is not None and given >= limit:
            return
        given += isinstance(item, Line)
        yield item


def _chains(found: list[Piece], backwards: bool) -> list[list[Piece]]:
    """The pieces of each source, in the order in which they are read; the sources always in the same order, so that
    lines of one time lie as they lay when another span was read."""
    chains: dict[int, list[Piece]] = {}
    for piece in sorted(found, key=lambda piece: (piece.source.pk, piece.number), reverse=backwards):
        chains.setdefault(piece.source.pk, []).append(piece)
    return list(chains.values())


class _OneSource:
    """The lines of one source in its own order. Iterating gives lists, so that a merge looks at few things."""

    def __init__(
        self, chain: list[Piece], span: Span, limit: int | None, backwards: bool, beyond: Place | None
    ) -> None:
        self.begins = chain[0].last_at if backwards else chain[0].first_at
        self._chain, self._span, self._limit = chain, span, limit
        self._backwards, self._beyond = backwards, beyond

    def __iter__(self) -> Iterator[Line | Unreadable]:
        for piece in self._chain:
            if self._passed(piece):
                continue
            try:
                block = piece.load()
            except Damaged as error:
                yield Unreadable(piece.source, piece.first_at, piece.last_at, piece.lines, str(error))
            else:
                yield from self._lines(piece, block)

    def _passed(self, piece: Piece) -> bool:
        if self._beyond is None:
            return False
        return piece.number > self._beyond[0] if self._backwards else piece.number < self._beyond[0]

    def _lines(self, piece: Piece, block: Block) -> list[Line]:
        order = range(len(block))
        beyond, number, holds = self._beyond, piece.number, self._span.holds
        if beyond is not None and beyond[0] == number:
            order = order[: beyond[1]] if self._backwards else order[beyond[1] + 1 :]
        wanted = [index for index in order if holds(block.times[index])]
        if self._backwards:
            wanted.reverse()
        wanted = wanted[: self._limit]
        texts, kinds, times = block.text.split(b"\n"), block.kinds, block.times
        return [Line(piece.source, times[at], number, at, kinds[at], texts[at]) for at in wanted]


def _merged(readers: list[_OneSource], backwards: bool) -> Iterator[Line | Unreadable]:
    """By time; of a source whose time goes back, each line counts as late as the latest before it."""
    sign = -1 if backwards else 1
    order = count()
    heap: list[tuple[int, int, Iterator[Line | Unreadable], Line | Unreadable | None]] = [
        # Nothing is loaded before its time has come.
        (sign * reader.begins, next(order), iter(reader), None)
        for reader in readers
    ]
    heapq.heapify(heap)
    while heap:
        key, rank, items, item = heap[0]
        if item is not None:
            yield item
        after = next(items, None)
        if after is None:
            heapq.heappop(heap)
            continue
        at = after.at if isinstance(after, Line) else after.last_at if backwards else after.first_at
        heapq.heapreplace(heap, (max(key, sign * at), rank, items, after))

"""Which kept lines match? Newest first, piece by piece, telling how far back it has come, until it is stopped.

A needle is looked for in the text of a whole piece at once. Only lines that hold it, and only their times, are taken
apart.
"""

from __future__ import annotations

import heapq
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, Protocol, TypeVar

from hosts.history.block import Block, Damaged
from hosts.history.lines import Line, Unreadable
from hosts.history.pieces import Piece, Span, pieces
from hosts.history.sources import Source

_SAY_SECONDS = 0.1

T = TypeVar("T")


class Filter(Protocol):
    """`literals` must all occur in a line that matches, whatever the case of their ASCII letters; there may be none.

    `matches` decides, and is given a line's text without its timestamp.
    """

    @property
    def literals(self) -> Sequence[bytes]: ...

    def matches(self, line: bytes, /) -> bool: ...


class Progress(NamedTuple):
    """All lines from `back_to` on have been looked at (nanoseconds); of `of` lines in all, `lines`. `ended` is said
    once, at the end; `stopped` with it when there was more to look at."""

    back_to: int | None
    lines: int
    of: int
    hits: int
    ended: bool = False
    stopped: bool = False


def search(
    sources: Iterable[Source],
    wanted: Filter,
    since: int | None = None,
    until: int | None = None,
    *,
    most: int = 1000,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Progress | Line | Unreadable]:
    """The newest `most` lines that match, newest first, and now and then a Progress; the last thing is one that ended.

    `stop` is asked between pieces, some milliseconds apart, from whatever thread this runs in.
    """
    span = Span(since, until)
    chain = newest_first(sources, span)
    return Search(chain, span, wanted, most).run(stop)


def take(items: Iterator[T], most: int = 500, seconds: float = 0.1) -> list[T]:
    """What comes within about so many seconds, at most so many things; nothing only at the end.

    For a thread: `await asyncio.to_thread(take, items)`.
    """
    found = list(islice(items, 1))
    until = time.monotonic() + seconds
    while found and len(found) < most and time.monotonic() < until:
        after = list(islice(items, 1))
        if not after:
            break
        found += after
    return found


def newest_first(sources: Iterable[Source], span: Span) -> list[Piece]:
    """The pieces that a search goes through."""
    return sorted(pieces(sources, span), key=lambda piece: piece.last_at, reverse=True)


class Search:
    """Whoever decides in another way what a hit is, gives another `hits`."""

    def __init__(self, chain: list[Piece], span: Span, wanted: Filter, most: int) -> None:
        self._chain, self._span, self._most = chain, span, most
        self._needles = sorted({needle.lower() for needle in wanted.literals if needle}, key=len, reverse=True)
        self._matches = wanted.matches
        # Hits that an older piece may still have newer ones than: a heap by time, newest first.
        self._held: list[tuple[int, int, int, int, Line]] = []
        self._lines, self._given = 0, 0
        self._of = sum(piece.lines for piece in chain)

    def run(self, stop: Callable[[], bool]) -> Iterator[Progress | Line | Unreadable]:
        said, stopped = time.monotonic(), False
        for piece in self._chain:
            yield from self._newer_than(piece.last_at)
            stopped = self._given >= self._most or stop()
            if stopped:
                break
            if time.monotonic() - said > _SAY_SECONDS:
                yield self._progress(piece.last_at)
                said = time.monotonic()
            try:
                self._hold(self.hits(piece))
            except Damaged as error:
                yield Unreadable(piece.source, piece.first_at, piece.last_at, piece.lines, str(error))
            self._lines += piece.lines
        if not stopped:
            yield from self._newer_than(None)
            yield self._progress(self._chain[-1].first_at if self._chain else None)._replace(ended=True)
        else:
            yield self._progress(None)._replace(ended=True, stopped=True)

    def _progress(self, back_to: int | None) -> Progress:
        return Progress(back_to, self._lines, self._of, self._given + len(self._held))

    def _hold(self, lines: Iterable[Line]) -> None:
        for line in lines:
            heapq.heappush(self._held, (-line.at, line.source.pk, -line.chunk, -line.row, line))
        room = self._most - self._given
        if len(self._held) > 2 * room:
            self._held = heapq.nsmallest(room, self._held)

    def _newer_than(self, at: int | None) -> Iterator[Line]:
        while self._held and self._given < self._most and (at is None or -self._held[0][0] > at):
            self._given += 1
            yield heapq.heappop(self._held)[-1]

    def hits(self, piece: Piece) -> Iterator[Line]:
        """The lines of a piece that match, within the span."""
        text = piece.text()
        found = candidates(text, self._needles)
        hits = [(index, line) for index, line in found if index < piece.lines and self._matches(line)]
        if not hits:
            return
        kinds, times = columns(piece)
        for index, line in hits:
            if self._span.holds(times[index]):
                yield Line(piece.source, times[index], piece.number, index, kinds[index], line)


def columns(piece: Piece) -> tuple[bytes, array[int]]:
    """The kinds and the times of its lines, and perhaps of some that have come since."""
    if piece.grows:
        block: Block = piece.load()
        return block.kinds, block.times
    return piece.sealed().columns()


def candidates(text: bytes, needles: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines that hold every needle, with their numbers; all lines when there is no needle."""
    if not needles:
        yield from enumerate(text.split(b"\n"))
        return
    low, first = text.lower(), needles[0]
    at, counted, index = low.find(first), 0, 0
    while at >= 0:
        index += low.count(b"\n", counted, at)
        start, end = low.rfind(b"\n", 0, at) + 1, low.find(b"\n", at)
        end = len(low) if end < 0 else end
        if all(low.find(needle, start, end) >= 0 for needle in needles[1:]):
            yield index, text[start:end]
        # Where the line ends, so that it is found once; its newline is counted next time.
        counted, at = end, low.find(first, end)

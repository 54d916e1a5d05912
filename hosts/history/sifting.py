"""Which kept lines may a person find? What is hidden is hidden first, and a filter asks only what is left.

Most pieces hold no line with the words that are looked for: of these nothing is masked. In the others all lines are, in
their order, for a private key goes over many lines; what may have begun in the pieces before is read there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from hosts.engine.frames import KIND
from hosts.history.block import Damaged
from hosts.history.columns import STREAM, stamp
from hosts.history.lines import Line, Unreadable
from hosts.history.pieces import Piece, Span
from hosts.history.searching import Progress, Search, candidates, columns, newest_first
from hosts.history.sources import Source
from hosts.lines.credentials import PEM_BODY
from hosts.lines.filters import Filter
from hosts.lines.hiding import hide
from hosts.lines.redaction import KEY_LINES, Masking, Redactor

_ESC = b"\x1b"
# As good as the beginning of a key that is no longer there.
_BEGUN = b"-----BEGIN PRIVATE KEY-----"


def sift(
    sources: Iterable[Source],
    wanted: Filter,
    hides: Redactor,
    since: int | None = None,
    until: int | None = None,
    *,
    most: int = 1000,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Progress | Line | Unreadable]:
    """As `search`, of what a person may see: the text of the lines that come is masked."""
    span = Span(since, until)
    return _Sift(newest_first(sources, span), span, wanted, hides, most).run(stop)


class _Sift(Search):
    def __init__(self, chain: list[Piece], span: Span, wanted: Filter, hides: Redactor, most: int) -> None:
        super().__init__(chain, span, _Needles(wanted.needles), most)
        self._wanted, self._hides = wanted, hides

    def hits(self, piece: Piece) -> Iterator[Line]:
        text = piece.text()
        rows = [row for row in _likely(text, self._wanted.needles) if row < piece.lines]
        if not rows:
            return
        kinds, times = columns(piece)
        rows = [row for row in rows if self._span.holds(times[row])]
        if not rows:
            return
        texts = text.split(b"\n")[: piece.lines]
        masked, _count = hide(texts, self._masking(piece, texts[:KEY_LINES]), self._hides)
        # With a timestamp in front, as an engine's: one that the container wrote is then part of the text.
        asked = [stamp(times[row]) + masked[row] for row in rows]
        streams = bytes(kinds[row] & STREAM & KIND for row in rows)
        for place in self._wanted.select(asked, streams, piece.source.name):
            row = rows[place]
            yield Line(piece.source, times[row], piece.number, row, kinds[row], masked[row])

    def _masking(self, piece: Piece, first: Sequence[bytes]) -> Masking:
        """Where the first lines may be of a key, it knows what the lines before them were."""
        masking = self._hides.masking()
        if piece.number > 1 and PEM_BODY.among(first):
            hide(_before(piece), masking, self._hides)
        return masking


def _before(piece: Piece) -> Sequence[bytes]:
    """The last lines before it, of as many pieces as hold so many."""
    lines: list[bytes] = []
    for number in range(piece.number - 1, 0, -1):
        if len(lines) >= KEY_LINES:
            break
        try:
            lines = replace(piece, number=number).sealed().text().split(b"\n") + lines
        except Damaged:
            return [_BEGUN, *lines]
    return lines[-KEY_LINES:]


class _Needles:
    """What the search itself asks of a filter; what matches is decided by the sift."""

    def __init__(self, literals: Sequence[bytes]) -> None:
        self.literals = literals

    def matches(self, line: bytes, /) -> bool:
        raise NotImplementedError


def _likely(text: bytes, needles: Sequence[bytes]) -> list[int]:
    """The rows that may match: those with every needle, and those in which escapes may stand within one."""
    lowered = sorted({needle.lower() for needle in needles}, key=len, reverse=True)
    found = {row for row, _line in candidates(text, lowered)}
    if needles and _ESC in text:
        found |= {row for row, _line in candidates(text, [_ESC])}
    return sorted(found)

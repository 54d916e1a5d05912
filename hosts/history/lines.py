"""One kept line, or the place of some that are lost, as a reader gets them."""

from __future__ import annotations

from typing import NamedTuple

from hosts.engine.frames import CUT
from hosts.history.columns import HOLE, STREAM, UNTIMED, stamp
from hosts.history.sources import Source


class Line(NamedTuple):
    """`at` is nanoseconds since 1970; (`chunk`, `row`) is the line's place in its source, which never changes and
    grows with time. `kind` is as in `hosts.engine.frames`: the stream, and CUT; `text` is without the timestamp."""

    source: Source
    at: int
    chunk: int
    row: int
    flags: int
    text: bytes

    @property
    def kind(self) -> int:
        return self.flags & (STREAM | CUT)

    @property
    def after_hole(self) -> bool:
        """Whether lines may be missing before this one: the engine had dropped them before they could be kept."""
        return bool(self.flags & HOLE)

    @property
    def stamped(self) -> bytes:
        """As the engine sends it, timestamp and all."""
        return self.text if self.flags & UNTIMED else stamp(self.at) + self.text

    @property
    def place(self) -> tuple[int, int]:
        return self.chunk, self.row


class Unreadable(NamedTuple):
    """`lines` lines of a source, from `first_at` to `last_at`, that were kept and can no longer be read."""

    source: Source
    first_at: int
    last_at: int
    lines: int
    reason: str

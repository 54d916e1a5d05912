"""Which lines do the bytes of a log stream hold? No I/O, bounded, and fast: whole frames are cut in bulk.

Docker frames a log as `kind 0 0 0 size(4, big-endian) payload`, one frame a message; with a terminal (TTY) the bytes
come bare. A message longer than 16 KiB comes in pieces, each with the timestamp of the whole. A header may claim 4 GiB,
a line may never end, the bytes may be no UTF-8: no more is kept than one line of `LINE_LIMIT` bytes a kind, and as much
of a frame.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import Protocol

LINE_LIMIT = 64 << 10
STDOUT, STDERR, ENGINE = 1, 2, 3
KIND = 0x3F  # what is left of a line's kind without what else is said in it
CUT = 0x80  # set in the kind of a line that was longer than LINE_LIMIT: its end is missing

_HEADER = struct.Struct(">II")
_KINDS = {0: STDOUT, STDOUT << 24: STDOUT, STDERR << 24: STDERR, ENGINE << 24: ENGINE}
# Docker writes nine digits and Z; Podman and the driver `local` may write fewer digits, and an offset.
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) ")
_LONGEST_STAMP = 40
_PIECE = 16 << 10
_NEWLINE = 10


class NotFrames(ValueError):
    """The bytes are no multiplexed stream."""


@dataclass(slots=True)
class Batch:
    """Lines in the engine's order, as columns: `kinds[n]` says where line n came from, and whether it was cut.

    A line is the engine's bytes without the newline, with its timestamp and one space in front if those were asked for.
    """

    kinds: bytearray = field(default_factory=bytearray)
    lines: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def size(self) -> int:
        """Bytes on the way to a browser: each line, its newline and its kind."""
        return sum(map(len, self.lines)) + 2 * len(self.lines)

    def part(self, start: int, stop: int | None = None) -> Batch:
        return Batch(self.kinds[start:stop], self.lines[start:stop])


class Demultiplexer(Protocol):
    def feed(self, data: bytes) -> Batch:
        """The lines that these bytes complete."""

    def flush(self) -> Batch:
        """What has begun and not ended, as lines: for the true end of a stream."""

    def restart(self) -> bytes:
        """Forget what has begun, for the stream broke; the earliest timestamp among that, or nothing."""


def stamp_of(line: bytes) -> bytes:
    """The timestamp in front of a line, with the space after it; empty when there is none."""
    match = _STAMP.match(line)
    return match[0] if match else b""


class _Begun:
    """A line that has begun: takes pieces, keeps LINE_LIMIT bytes of text."""

    __slots__ = ("cut", "stamp", "text")

    def __init__(self, stamp: bytes) -> None:
        self.stamp, self.text, self.cut = stamp, bytearray(), False

    def add(self, piece: bytes) -> None:
        room = LINE_LIMIT - len(self.text)
        self.cut = self.cut or len(piece) > room
        self.text += piece[:room]

    def end(self, kind: int, batch: Batch) -> None:
        batch.kinds.append(kind | CUT if self.cut else kind)
        batch.lines.append(self.stamp + (_whole_characters(self.text) if self.cut else self.text))


def _whole_characters(text: bytearray) -> bytes:
    """Without the beginning of a UTF-8 character that a cut left at the end."""
    for back in range(1, min(4, len(text)) + 1):
        byte = text[-back]
        if byte & 0xC0 != 0x80:
            needs = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
            return bytes(text[:-back] if needs > back else text)
    return bytes(text)


class Frames:
    """The multiplexed stream of a container without a terminal."""

    def __init__(self, timestamps: bool = True) -> None:
        self._timestamps = timestamps
        self._rest = b""
        self._begun: dict[int, _Begun] = {}
        # Within a frame too long to wait for: its kind, its timestamp, and how much of it is still to come.
        self._kind, self._stamp, self._left = 0, b"", 0

    def feed(self, data: bytes) -> Batch:
        data = self._rest + data if self._rest else data
        batch = Batch()
        at = 0
        while True:
            if self._left:
                piece = data[at : at + self._left]
                self._take(self._kind, self._stamp, piece, batch)
                self._left -= len(piece)
                at += len(piece)
            at = self._whole_frames(data, at, batch)
            text_at = self._long_frame(data, at)
            if not text_at:
                break
            at = text_at
        self._rest = data[at:]
        return batch

    def flush(self) -> Batch:
        batch = Batch()
        for kind, line in self._begun.items():
            line.end(kind, batch)
        self.restart()
        return batch

    def restart(self) -> bytes:
        earliest = min((line.stamp for line in self._begun.values() if line.stamp), default=b"")
        self._rest, self._left = b"", 0
        self._begun.clear()
        return earliest

    def _whole_frames(self, data: bytes, start: int, batch: Batch) -> int:
        """Take the frames that are there and of a usual size; where they end. The one loop that runs for every line."""
        words, lines = list[int](), list[bytes]()
        unpack, at, end, simple = _HEADER.unpack_from, start, len(data), not self._begun
        while end - at >= 8:
            word, size = unpack(data, at)
            stop = at + 8 + size
            if stop > end or size > LINE_LIMIT:
                break
            words.append(word)
            lines.append(data[at + 8 : stop - 1])
            if data[stop - 1] != _NEWLINE:
                simple = False
            at = stop
        if not _KINDS.keys() >= set(words):
            raise NotFrames
        if simple and b"\n".join(lines).count(b"\n") == max(0, len(lines) - 1):
            batch.kinds += bytes(map(_KINDS.__getitem__, words))
            batch.lines += lines
        else:
            self._one_by_one(data[start:at], batch)
        return at

    def _one_by_one(self, data: bytes, batch: Batch) -> None:
        """Frames among which some are not one whole line."""
        at = 0
        while at < len(data):
            word, size = _HEADER.unpack_from(data, at)
            payload = data[at + 8 : at + 8 + size]
            stamp = stamp_of(payload) if self._timestamps else b""
            self._take(_KINDS[word], stamp, payload[len(stamp) :], batch)
            at += 8 + size

    def _long_frame(self, data: bytes, at: int) -> int:
        """Step into a frame too long to wait for, if one begins here: where its text begins, else 0."""
        if len(data) - at < 8:
            return 0
        word, size = _HEADER.unpack_from(data, at)
        if word not in _KINDS:
            raise NotFrames
        if size <= LINE_LIMIT or len(data) - at < 8 + _LONGEST_STAMP:
            return 0
        self._kind = _KINDS[word]
        self._stamp = stamp_of(data[at + 8 : at + 8 + _LONGEST_STAMP]) if self._timestamps else b""
        self._left = size - len(self._stamp)
        return at + 8 + len(self._stamp)

    def _take(self, kind: int, stamp: bytes, text: bytes, batch: Batch) -> None:
        """A message or a piece of one. It goes on with the line that has begun when it bears the same timestamp."""
        line = self._begun.pop(kind, None)
        if line is not None and stamp and stamp != line.stamp:
            line.end(kind, batch)
            line = None
        *ended, rest = text.split(b"\n")
        for piece in ended:
            line = line or _Begun(stamp)
            line.add(piece)
            line.end(kind, batch)
            line = None
        if rest or line:
            line = line or _Begun(stamp)
            line.add(rest)
            self._begun[kind] = line


class TerminalLines:
    """The bare stream of a container with a terminal, where stdout and stderr are one."""

    _LIMIT = LINE_LIMIT + (LINE_LIMIT // _PIECE + 1) * _LONGEST_STAMP  # with the timestamps that repeat within a line

    def __init__(self, timestamps: bool = True) -> None:
        self._timestamps = timestamps
        self._rest = bytearray()
        self._cut = False

    def feed(self, data: bytes) -> Batch:
        *ended, rest = data.split(b"\n")
        batch = Batch()
        if ended:
            self._grow(ended[0])
            batch = self.flush(even_empty=True)
            if max(map(len, ended)) <= _PIECE:
                batch.kinds += bytes([STDOUT]) * (len(ended) - 1)
                batch.lines += ended[1:]
            else:
                for line in ended[1:]:
                    self._grow(line)
                    more = self.flush(even_empty=True)
                    batch.kinds += more.kinds
                    batch.lines += more.lines
        self._grow(rest)
        return batch

    def flush(self, even_empty: bool = False) -> Batch:
        if not self._rest and not even_empty:
            return Batch()
        raw, batch = bytes(self._rest), Batch()
        line = _Begun(stamp_of(raw) if self._timestamps else b"")
        at = len(line.stamp)
        while line.stamp and raw.startswith(line.stamp, at + _PIECE):
            line.add(raw[at : at + _PIECE])
            at += _PIECE + len(line.stamp)
        line.add(raw[at:])
        line.cut = line.cut or self._cut
        line.end(STDOUT, batch)
        self._rest, self._cut = bytearray(), False
        return batch

    def restart(self) -> bytes:
        earliest = stamp_of(bytes(self._rest[:_LONGEST_STAMP])) if self._timestamps else b""
        self._rest, self._cut = bytearray(), False
        return earliest

    def _grow(self, piece: bytes) -> None:
        room = self._LIMIT - len(self._rest)
        self._cut = self._cut or len(piece) > room
        self._rest += piece[:room]

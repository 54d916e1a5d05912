"""How do lines lie on the disk? A block is a run of lines; it is a record of a chunk that grows, or a sealed chunk.

A sealed chunk is a zstd file whose content is the plain text (`zstd -dc` prints it); what else we know of its lines
stands in front, in a frame that zstd skips. A checksum covers all of it.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import zstandard

from hosts.history.columns import Columns, no_times

LEVEL = 3

_SKIPPABLE = struct.Struct("<II")
_SKIPPED = 0x184D2A5B
_HEAD = struct.Struct("<4sIIqqII")
_MAGIC = b"QSL1"
_PROLOGUE = _SKIPPABLE.size + _HEAD.size
_WORD = 8


class Damaged(Exception):
    """The bytes are not what was once written."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a sealed chunk says of itself: `first_at` and `last_at` are the earliest and the latest time in it."""

    number: int
    lines: int
    first_at: int
    last_at: int
    raw: int
    crc: int


@dataclass(frozen=True, slots=True)
class Block:
    """`text` is the lines joined by newlines."""

    kinds: bytes
    times: array[int]
    text: bytes

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def first_at(self) -> int:
        return min(self.times)

    @property
    def last_at(self) -> int:
        return max(self.times)

    def first(self, lines: int) -> Block:
        if lines >= len(self):
            return self
        return Block(self.kinds[:lines], self.times[:lines], b"\n".join(self.text.split(b"\n", lines)[:lines]))


def block_of(columns: Columns) -> Block:
    return Block(bytes(columns.kinds), columns.times, b"\n".join(columns.texts))


def joined(blocks: Sequence[Block]) -> Block:
    """At least one block, as one."""
    times = no_times()
    for block in blocks:
        times += block.times
    return Block(b"".join(block.kinds for block in blocks), times, b"\n".join(block.text for block in blocks))


def little_endian(times: array[int]) -> bytes:
    if sys.byteorder == "little":
        return times.tobytes()
    swapped = times[:]
    swapped.byteswap()
    return swapped.tobytes()


def from_little_endian(data: bytes | memoryview) -> array[int]:
    times = no_times()
    times.frombytes(data)
    if sys.byteorder == "big":
        times.byteswap()
    return times


def sealed(number: int, block: Block) -> tuple[Head, bytes]:
    """The block as a file, and what is known of it."""
    press = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
    columns = press.compress(block.kinds + _transposed(_steps(block.times)))
    text = press.compress(block.text)
    crc = zlib.crc32(text, zlib.crc32(columns))
    head = Head(number, len(block), block.first_at, block.last_at, len(block.text) + 1, crc)
    packed = _HEAD.pack(_MAGIC, number, head.lines, head.first_at, head.last_at, head.raw, crc)
    return head, _SKIPPABLE.pack(_SKIPPED, _HEAD.size + len(columns)) + packed + columns + text


class Sealed:
    """The bytes of a sealed chunk, unpacked as far as they are asked for; raises Damaged."""

    def __init__(self, data: bytes) -> None:
        if len(data) < _PROLOGUE:
            raise Damaged("it is cut short")
        skipped, length = _SKIPPABLE.unpack_from(data)
        magic, *fields = _HEAD.unpack_from(data, _SKIPPABLE.size)
        self._text_at = _SKIPPABLE.size + length
        if (skipped, magic) != (_SKIPPED, _MAGIC) or not _PROLOGUE <= self._text_at <= len(data):
            raise Damaged("it is no chunk of log lines")
        self.head = Head(*fields)
        self._data = memoryview(data)
        if zlib.crc32(self._data[_PROLOGUE:]) != self.head.crc:
            raise Damaged("its checksum is wrong")

    def text(self) -> bytes:
        return _unpressed(self._data[self._text_at :], self.head.raw - 1)

    def columns(self) -> tuple[bytes, array[int]]:
        """The kinds and the times."""
        lines = self.head.lines
        data = _unpressed(self._data[_PROLOGUE : self._text_at], lines * (1 + _WORD))
        return data[:lines], array("q", accumulate(from_little_endian(_straight(data[lines:]))))

    def block(self) -> Block:
        kinds, times = self.columns()
        return Block(kinds, times, self.text())


def _unpressed(data: memoryview, size: int) -> bytes:
    try:
        found = zstandard.ZstdDecompressor().decompress(data, max_output_size=size)
    except zstandard.ZstdError as error:
        raise Damaged(str(error)) from error
    if len(found) != size:
        raise Damaged("it is shorter than it says")
    return found


def _steps(times: array[int]) -> array[int]:
    """The first time, and how far it is from each to the next."""
    return array("q", [times[0], *(after - before for before, after in pairwise(times))])


def _transposed(steps: array[int]) -> bytes:
    """All lowest bytes first, then all second ones and so on: the high ones are alike, and pack to nothing."""
    data = little_endian(steps)
    return b"".join(data[place::_WORD] for place in range(_WORD))


def _straight(data: bytes) -> bytes:
    lines = len(data) // _WORD
    found = bytearray(len(data))
    for place in range(_WORD):
        found[place::_WORD] = data[place * lines : (place + 1) * lines]
    return bytes(found)

"""The chunk that still grows: records are added to a file, and whatever a crash left behind the last whole one is cut.

One process writes, any number read at the same time: a reader stops at what is not whole yet.
"""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

from hosts.history.block import Block, Damaged, from_little_endian, joined, little_endian

NAME = "open"

_FILE = struct.Struct("<4sI")
_MAGIC = b"QST1"
_RECORD = struct.Struct("<III")
_WORD = 8


def read(folder: Path) -> tuple[int, list[Block], int] | None:
    """The number of the chunk that grows, its whole records, and how many bytes those take; None when none grows."""
    try:
        data = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return None
    if len(data) < _FILE.size:
        return None
    magic, number = _FILE.unpack_from(data)
    if magic != _MAGIC:
        raise Damaged("it is no chunk of log lines")
    blocks, at = [], _FILE.size
    while record := _record(data, at):
        block, at = record
        blocks.append(block)
    return number, blocks, at


def _record(data: bytes, at: int) -> tuple[Block, int] | None:
    """The record that begins there, and where it ends; None when it is not whole."""
    if len(data) - at < _RECORD.size:
        return None
    crc, lines, length = _RECORD.unpack_from(data, at)
    body = at + _RECORD.size
    times, text = body + lines, body + lines * (1 + _WORD)
    end = text + length
    if not lines or end > len(data) or zlib.crc32(memoryview(data)[at + 4 : end]) != crc:
        return None
    return Block(data[body:times], from_little_endian(data[times:text]), data[text:end]), end


class Tail:
    """The writer's hold on the file, which is open only while something is written."""

    def __init__(self, folder: Path, number: int) -> None:
        """Begin with what is there, cut to its whole records; `number` is for a chunk that is yet to begin."""
        self.number, self.lines, self.raw = number, 0, 0
        self.first_at: int | None = None
        self.last_at: int | None = None
        self.size = 0
        self._path = folder / NAME
        try:
            found = read(folder)
        except Damaged:
            found = None
        if found is None or not found[1]:
            self._path.unlink(missing_ok=True)
            return
        self.number, blocks, self.size = found
        os.truncate(self._path, self.size)
        for block in blocks:
            self._count(block)

    def add(self, block: Block) -> None:
        """Written whole, or not at all: raises OSError when the disk is full, and nothing has changed then."""
        body = block.kinds + little_endian(block.times) + block.text
        counts = _RECORD.pack(0, len(block), len(block.text))[4:]
        crc = zlib.crc32(body, zlib.crc32(counts))
        begins = self.size == 0
        record = (_FILE.pack(_MAGIC, self.number) if begins else b"") + crc.to_bytes(4, "little") + counts + body
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        file = os.open(self._path, flags, 0o600)
        try:
            _write(file, record)
        except OSError:
            os.ftruncate(file, self.size)
            raise
        finally:
            os.close(file)
        self.size += len(record)
        self._count(block)

    def block(self) -> Block:
        """All that is in it."""
        found = read(self._path.parent)
        if found is None or found[2] != self.size:
            raise Damaged("it is not as it was written")
        return joined(found[1])

    def sync(self) -> None:
        """Down to the disk."""
        if self.size:
            file = os.open(self._path, os.O_RDONLY)
            try:
                os.fdatasync(file)
            finally:
                os.close(file)

    def remove(self) -> None:
        """It has been sealed: the next one begins."""
        self._path.unlink(missing_ok=True)
        self.number, self.lines, self.raw, self.size = self.number + 1, 0, 0, 0
        self.first_at = self.last_at = None

    def _count(self, block: Block) -> None:
        first, last = block.first_at, block.last_at
        self.first_at = first if self.first_at is None else min(self.first_at, first)
        self.last_at = last if self.last_at is None else max(self.last_at, last)
        self.lines += len(block)
        self.raw += len(block.text) + 1


def _write(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]

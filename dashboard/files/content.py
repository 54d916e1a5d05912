"""A file's bytes as they come into being, never held as a whole: lines of any logs, or a zip with a file for each."""

from __future__ import annotations

import asyncio
import contextlib
import zipfile
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from dashboard.files.formats import Format
from hosts.engine.frames import Batch
from hosts.engine.logs import LogQuery
from hosts.lines.filters import Filter
from hosts.lines.redaction import Redactor
from hosts.streams.merge import Merged
from hosts.streams.taking import Log, Said, in_time, take
from hosts.streams.whole import Over

TRUNCATED = "TRUNCATED.txt"
# Smaller pieces would be more work for the compressor's thread than compressing them.
_PIECE = 256 << 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What of which logs; `names` are what they are called in words. `missing` says what is left out from the start."""

    logs: Sequence[Log]
    names: Sequence[str]
    query: LogQuery
    filter: Filter | None
    hides: Redactor
    missing: list[str] = field(default_factory=list)


async def one_file(asked: Asked, form: Format) -> AsyncGenerator[bytes, None]:
    """All lines in the order of their timestamps; at the end what is missing."""
    reasons = list(asked.missing)
    async with contextlib.aclosing(in_time(asked.logs, asked.query, asked.filter, asked.hides)) as items:
        async for told in items:
            if isinstance(told, Merged):
                yield await asyncio.to_thread(form.lines, told)
            elif text := _noted(told, reasons, asked.names):
                yield form.note(text, told.source)
    if reasons:
        yield form.truncated(reasons)


def _noted(told: Said, reasons: list[str], names: Sequence[str]) -> str:
    """What is to be said where it happens; that a log breaks off is kept for the end."""
    if isinstance(told.item, Over):
        if told.item.why:
            reasons.append(_whose(told.item.why, told.source, names))
        return ""
    return told.item.sentence


def _whose(why: str, source: int, names: Sequence[str]) -> str:
    return f"{names[source]}: {why}" if len(names) > 1 else why


async def zipped(asked: Asked, files: Sequence[str], form_of: Callable[[int], Format]) -> AsyncGenerator[bytes, None]:
    """A zip archive with these files, one log after the other; TRUNCATED.txt tells of those that are not whole."""
    reasons, sink = list(asked.missing), _Sink()
    archive = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED)
    for number, log in enumerate(asked.logs):
        form, before = form_of(number), len(reasons)
        with archive.open(_info(files[number]), "w", force_zip64=True) as entry:
            async with contextlib.aclosing(_texts(asked, number, log, form, reasons)) as texts:
                async for text in texts:
                    await asyncio.to_thread(entry.write, text)
                    if piece := sink.taken():
                        yield piece
            if len(reasons) > before:
                entry.write(form.truncated([reasons[-1]]))
    if reasons:
        archive.writestr(_info(TRUNCATED), "\n".join([*reasons, ""]))
    archive.close()
    yield sink.taken()


async def _texts(asked: Asked, number: int, log: Log, form: Format, reasons: list[str]) -> AsyncGenerator[bytes, None]:
    """What stands in the file of one log, in pieces that are worth compressing."""
    waiting, size = list[bytes](), 0
    async with contextlib.aclosing(take(log, asked.query, asked.filter, asked.hides)) as items:
        async for told in items:
            if isinstance(told, Batch):
                merged = Merged(told.kinds, told.lines, [0] * len(told))
                waiting.append(await asyncio.to_thread(form.lines, merged))
            elif text := _noted(Said(number, told), reasons, asked.names):
                waiting.append(form.note(text, 0))
            else:
                continue
            size += len(waiting[-1])
            if size >= _PIECE:
                yield b"".join(waiting)
                waiting, size = [], 0
    yield b"".join(waiting)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, timezone.now().timetuple()[:6])
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    return info


class _Sink:
    """Takes what the archive writes, which never goes back in it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """There is nothing to close."""

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)

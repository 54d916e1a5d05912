"""Checkpoints (c2sp.org/tlog-checkpoint): the size and the root of the chain at a time, signed, in a file of their own.

The file is only added to; it holds one signed note after the other, with an empty line between them. A checkpoint has
extension lines: `time`, and after a backup was restored `restored KEPT LOST`, which says that what the log before it
had beyond KEPT leaves, up to LOST, is gone for that reason. Such a checkpoint begins a log with an origin of its own,
for a log never signs two roots that contradict each other.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from hosts.audit.notes import DASH, NoteError, Verifier, open_note

_TAIL = 65_536
_MOST_LINES = 100
_SIZE = re.compile("0|[1-9][0-9]{0,17}")
_RESTORED = re.compile("restored (0|[1-9][0-9]{0,17}) ([1-9][0-9]{0,17})")
_GENERATION = re.compile("/r([1-9][0-9]{0,8})$")
# How a checkpoint stands in a line of syslog: as a JSON string.
_IN_SYSLOG = re.compile(r'checkpoint ("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True, slots=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes
    at: str = ""
    restored: tuple[int, int] | None = None

    @classmethod
    def now(cls, origin: str, size: int, root: bytes, restored: tuple[int, int] | None = None) -> Checkpoint:
        return cls(origin, size, root, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), restored)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """From the text of a note; lines that we don't know are passed over. NoteError when it is no checkpoint."""
        origin, size, root, *more = text.removesuffix("\n").split("\n") if text.count("\n") > 2 else [""] * 3
        if not origin or not _SIZE.fullmatch(size) or not all(more):
            raise NoteError("it is no checkpoint")
        try:
            digest = base64.b64decode(root, validate=True)
        except (binascii.Error, ValueError) as error:
            raise NoteError("it is no checkpoint") from error
        if len(digest) != 32:
            raise NoteError("it is no checkpoint")
        at = next((line.removeprefix("time ") for line in more if line.startswith("time ")), "")
        restored = next((match for line in more if (match := _RESTORED.fullmatch(line))), None)
        return cls(origin, int(size), digest, at, (int(restored[1]), int(restored[2])) if restored else None)

    @property
    def generation(self) -> int:
        """How many restored backups its log has behind it."""
        match = _GENERATION.search(self.origin)
        return int(match[1]) if match else 0

    @property
    def text(self) -> str:
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode("ascii")]
        lines += [f"time {self.at}"] * bool(self.at)
        lines += [f"restored {self.restored[0]} {self.restored[1]}"] if self.restored else []
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Unusable:
    """Something in a file that is no checkpoint of ours. `forged` when it was a whole note, and not by a known key."""

    number: int
    reason: str
    forged: bool


def read(file: Path, verifiers: Sequence[Verifier]) -> Iterator[Checkpoint | Unusable]:
    """What a file holds, in its order: a file of checkpoints, or lines of syslog with checkpoints among others."""
    with file.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, piece in enumerate(_pieces(lines), 1):
            yield _read_one(number, piece, verifiers)


def last(file: Path, verifiers: Sequence[Verifier]) -> Checkpoint | None:
    """The last good checkpoint near the end of a file; None where there is none, or no file."""
    try:
        with file.open("rb") as raw:
            raw.seek(max(0, raw.seek(0, os.SEEK_END) - _TAIL))
            lines = raw.read().decode("utf-8", "replace").splitlines(keepends=True)
    except FileNotFoundError:
        return None
    found = (_read_one(0, piece, verifiers) for piece in _pieces(lines))
    return next((one for one in reversed(list(found)) if isinstance(one, Checkpoint)), None)


def append(file: Path, note: str) -> None:
    """Add a note, on disk when this returns; an OSError leaves the file as it was."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b", buffering=0) as raw:
        fcntl.flock(raw, fcntl.LOCK_EX)
        end = raw.seek(0, os.SEEK_END)
        text = f"{_before(raw, end)}{note}\n".encode()
        try:
            while text:
                text = text[raw.write(text) :]
            os.fsync(raw.fileno())
        except OSError:
            raw.truncate(end)
            raise


def for_syslog(note: str) -> str:
    """The note in one line of ASCII."""
    return f"checkpoint {json.dumps(note)}"


def _before(raw: IO[bytes], end: int) -> str:
    """What has to come first, where a write that was cut off ends the file."""
    raw.seek(max(0, end - 2))
    return "" if end == 0 or raw.read(2) == b"\n\n" else "\n\n"


def _read_one(number: int, piece: str, verifiers: Sequence[Verifier]) -> Checkpoint | Unusable:
    whole = "\n\n" in piece
    try:
        return Checkpoint.parse(open_note(piece, verifiers))
    except NoteError as error:
        return Unusable(number, str(error), whole)


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    """Each note, and each run of lines that is none."""
    text: list[str] = []
    signatures: list[str] = []
    ended = from_syslog = False
    for line in lines:
        in_syslog = _IN_SYSLOG.search(line)
        if ended and line.startswith(DASH):
            signatures.append(line)
            continue
        if ended or in_syslog or len(text) >= _MOST_LINES:
            if text and not from_syslog:
                yield _joined(text, signatures)
            text, signatures, ended = [], [], False
        if in_syslog:
            from_syslog = True
            yield _unquoted(in_syslog[1])
        elif line == "\n":
            ended = bool(text)
        else:
            text.append(line)
    if text and not from_syslog:
        yield _joined(text, signatures)


def _joined(text: list[str], signatures: list[str]) -> str:
    return "".join([*text, "\n", *signatures] if signatures else text)


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text

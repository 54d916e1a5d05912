"""Writes the lines of one container: into the chunk that grows, which is sealed when it is big or old enough.

Only one process writes (`alone` sees to that), and one thread of it. A sealed chunk is on the disk for good before its
row is made and before the growing one goes: after a crash at any point each line is there once.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import Max

from hosts.engine.frames import Batch
from hosts.history import places
from hosts.history.block import Block, Damaged, Head, Sealed, block_of, sealed
from hosts.history.columns import columns_of
from hosts.history.resume import Resume, a_while_before, stored_since
from hosts.history.tail import NAME, Tail
from hosts.models import Container, KeptChunk, KeptLog

CHUNK_BYTES = 512 << 10
_WASTE = (errno.ENOSPC, errno.EDQUOT)

log = logging.getLogger(__name__)


class Dropped(Exception):
    """The log is to be kept no more: its row is gone, or its lines were dropped."""


class Writer:
    """Opening it mends what a crash has left."""

    def __init__(self, kept: KeptLog) -> None:
        self.kept = kept
        self.folder = places.folder_of(kept)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._tail = Tail(self.folder, self._recover() + 1)
        if self._tail.number in places.numbers_in(self.folder):
            self._tail.remove()
        self._before = self._tail.last_at or self._newest_sealed() or 0
        self._resume: Resume | None = None
        self._failed: OSError | None = None

    def resume(self) -> Resume:
        """Where the reading of the log begins; what is written from now on is laid against what is stored."""
        self._resume = self._where_to_go_on()
        self._failed = None
        return self._resume

    def write(self, batches: Sequence[Batch]) -> int:
        """Keep these lines, which follow those written before; how many were new. Raises OSError and Dropped.

        After an OSError nothing more is taken until `resume` says again where to go on: there must be no hole.
        """
        if self._failed is not None:
            raise self._failed
        columns = columns_of(batches, self._before)
        if self._resume is not None:
            columns = self._resume.unseen(columns)
        if not columns:
            return 0
        try:
            self._tail.add(block_of(columns))
            self._before = columns.times[-1]
            if self._tail.raw >= CHUNK_BYTES:
                self.seal()
        except OSError as error:
            self._failed = error
            raise
        return len(columns)

    def seal(self) -> None:
        """Let the chunk that grows become one that does not."""
        if not self._tail.lines:
            return
        head, data = sealed(self._tail.number, self._tail.block())
        _write_for_good(self.folder, head.number, data)
        self._add_row(head, len(data))
        self._tail.remove()

    def note(self) -> bool:
        """Let the log's row tell of the chunk that grows; whether it told something else."""
        tail = self._tail
        return self._tell(open_lines=tail.lines, open_size=tail.size, open_first=tail.first_at, open_last=tail.last_at)

    def say(self, problem: str, **more: str) -> bool:
        """Why nothing more is kept, or an empty text."""
        return self._tell(problem=problem, **more)

    def sync(self) -> None:
        self._tail.sync()

    def seal_if_old(self, before: int) -> None:
        """Seal a chunk that began before that time, so that it comes of age like others."""
        if self._tail.first_at is not None and self._tail.first_at < before:
            self.seal()

    def _where_to_go_on(self) -> Resume:
        times = [at for at in (self._newest_sealed(), self._tail.last_at) if at is not None]
        dropped = KeptLog.objects.filter(pk=self.kept.pk).values_list("dropped_at", flat=True).first()
        if not times:
            return Resume(None if dropped is None else dropped + 1, [])
        since = a_while_before(max(times))
        if dropped is not None:
            since = max(since, dropped + 1)
        rows = KeptChunk.objects.filter(log=self.kept, last_at__gte=since).order_by("number")
        blocks = [block for number in rows.values_list("number", flat=True) if (block := self._load(number))]
        if self._tail.lines:
            blocks.append(self._tail.block())
        return Resume(since, stored_since(blocks, since))

    def _newest_sealed(self) -> int | None:
        newest: int | None = KeptChunk.objects.filter(log=self.kept).aggregate(newest=Max("last_at"))["newest"]
        return newest

    def _load(self, number: int) -> Block | None:
        try:
            return Sealed(places.file_of(self.folder, number).read_bytes()).block()
        except (Damaged, FileNotFoundError) as error:
            log.warning("kept lines of %s cannot be read: chunk %s, %s", self.kept.name, number, error)
            return None

    def _recover(self) -> int:
        """Make the rows tell of the sealed chunks that are there; the highest number that was ever used."""
        for unfinished in self.folder.glob("*.new"):
            unfinished.unlink()
        rows = set(KeptChunk.objects.filter(log=self.kept).values_list("number", flat=True))
        there = places.numbers_in(self.folder)
        for number in there:
            if number not in rows:
                self._adopt(number)
        lost = rows - set(there)
        if lost:
            log.warning("kept lines of %s are gone: %s chunks", self.kept.name, len(lost))
            KeptChunk.objects.filter(log=self.kept, number__in=lost).delete()
        return max([self.kept.sealed, *rows, *there])

    def _adopt(self, number: int) -> None:
        path = places.file_of(self.folder, number)
        data = path.read_bytes()
        try:
            head = Sealed(data).head
        except Damaged as error:
            log.warning("chunk %s of %s is dropped: %s", number, self.kept.name, error)
            path.unlink()
        else:
            self._add_row(head, len(data))

    def _add_row(self, head: Head, size: int) -> None:
        """The row of a chunk whose file is there."""
        told = {"lines": head.lines, "first_at": head.first_at, "last_at": head.last_at, "raw": head.raw}
        try:
            with transaction.atomic():
                KeptChunk.objects.create(log=self.kept, number=head.number, crc=head.crc, size=size, **told)
                self._update(sealed=head.number, open_lines=0, open_size=0, open_first=None, open_last=None)
        except IntegrityError as error:
            raise Dropped from error

    def _tell(self, **values: object) -> bool:
        if all(getattr(self.kept, name) == value for name, value in values.items()):
            return False
        self._update(**values)
        return True

    def _update(self, **values: object) -> None:
        if not KeptLog.objects.filter(pk=self.kept.pk, dropping=False).update(**values):
            raise Dropped
        for name, value in values.items():
            setattr(self.kept, name, value)


def _write_for_good(folder: Path, number: int, data: bytes) -> None:
    """The file is whole and on the disk, or it is not there."""
    path = places.file_of(folder, number)
    unfinished = path.with_suffix(".new")
    try:
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def remove_files(kept: KeptLog) -> None:
    """All lines of a log that nobody writes."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(places.folder_of(kept))


def is_want_of_room(error: OSError) -> bool:
    return error.errno in _WASTE


def seal_what_was_left(kept: KeptLog, before: int) -> bool:
    """Seal the growing chunk of a log that nobody writes: of a container that is gone, or one that began long ago."""
    if not (places.folder_of(kept) / NAME).exists():
        return False
    writer = Writer(kept)
    if Container.objects.filter(host=kept.host_id, engine_id=kept.engine_id, gone_at=None).exists():
        writer.seal_if_old(before)
    else:
        writer.seal()
    return writer.note()


@contextlib.contextmanager
def alone() -> Iterator[bool]:
    """Whether this process may write: one at a time, and until it ends."""
    places.root().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (places.root() / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True

"""How much is kept, and what goes first? The oldest chunks: beyond a log's days, its bytes, or the bytes of all."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Aggregate, BigIntegerField, Max, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from hosts.history import places
from hosts.history.writer import remove_files
from hosts.models import Container, KeptChunk, KeptLog

_DAY = 86_400 * 1_000_000_000
_STRANGE_SECONDS = 86_400
_AT_ONCE = 500

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes on the disk, and how many there may be."""

    size: int
    limit: int

    @property
    def percent(self) -> int:
        return min(100, self.size * 100 // self.limit)


def usage() -> Usage:
    sealed = KeptChunk.objects.aggregate(size=Sum("size"))["size"] or 0
    growing = KeptLog.objects.aggregate(size=Sum("open_size"))["size"] or 0
    return Usage(sealed + growing, settings.HISTORY_BYTES)


def with_totals() -> QuerySet[KeptLog]:
    """The logs with `chunk_lines`, `chunk_size` and `chunk_first`, `chunk_last` of their sealed chunks."""
    return KeptLog.objects.filter(dropping=False).annotate(
        chunk_lines=Coalesce(_of_chunks(Sum("lines")), 0),
        chunk_size=Coalesce(_of_chunks(Sum("size")), 0),
        chunk_first=_of_chunks(Min("first_at")),
        chunk_last=_of_chunks(Max("last_at")),
    )


def drop_what_is_too_much(now: int | None = None) -> int:
    """How many chunks were dropped."""
    now = time.time_ns() if now is None else now
    dropped = 0
    most = {pk: each - growing for pk, each, growing in KeptLog.objects.values_list("pk", "bytes_each", "open_size")}
    for days in KeptLog.objects.values_list("days", flat=True).distinct():
        old = KeptChunk.objects.filter(log__days=days, last_at__lt=now - days * _DAY)
        while some := list(old.select_related("log").order_by("last_at")[:_AT_ONCE]):
            dropped += _drop(some)
    for log_id, size in KeptChunk.objects.values_list("log").annotate(size=Sum("size")).order_by():
        kept = most.get(log_id)
        if kept is not None and size > kept:
            dropped += _drop_oldest(KeptChunk.objects.filter(log=log_id), size - kept)
    whole = usage()
    return dropped + _drop_oldest(KeptChunk.objects.all(), whole.size - whole.limit)


def remove_what_is_dropped() -> None:
    """Logs that are to go, and those of containers that are gone and of which nothing is left."""
    for kept in KeptLog.objects.filter(dropping=True):
        remove_files(kept)
        kept.delete()
    alive = Container.objects.filter(host=OuterRef("host"), engine_id=OuterRef("engine_id"), gone_at=None)
    empty = KeptLog.objects.filter(chunks=None, open_lines=0, dropped_at__isnull=False)
    for kept in empty.annotate(row=Subquery(alive.values("pk")[:1])).filter(row=None):
        remove_files(kept)
        kept.delete()


def _of_chunks(what: Aggregate) -> Subquery:
    chunks = KeptChunk.objects.filter(log=OuterRef("pk")).order_by().values("log")
    return Subquery(chunks.annotate(total=what).values("total"), output_field=BigIntegerField())


def _drop_oldest(chunks: QuerySet[KeptChunk], too_much: int) -> int:
    dropped = 0
    while too_much > 0:
        some = []
        for chunk in chunks.select_related("log").order_by("last_at")[:_AT_ONCE]:
            some.append(chunk)
            too_much -= chunk.size
            if too_much <= 0:
                break
        if not some:
            return dropped
        dropped += _drop(some)
    return dropped


def _drop(chunks: Iterable[KeptChunk]) -> int:
    """The rows first: a file without a row is found again by whoever writes that log, and dropped then."""
    chunks = list(chunks)
    newest: dict[int, int] = {}
    for chunk in chunks:
        newest[chunk.log_id] = max(chunk.last_at, newest.get(chunk.log_id, chunk.last_at))
    with transaction.atomic():
        for pk, at in newest.items():
            KeptLog.objects.filter(pk=pk).exclude(dropped_at__gte=at).update(dropped_at=at)
        KeptChunk.objects.filter(pk__in=[chunk.pk for chunk in chunks]).delete()
    for chunk in chunks:
        places.file_of(places.folder_of(chunk.log), chunk.number).unlink(missing_ok=True)
    return len(chunks)


def remove_strange_folders() -> None:
    """Folders of logs without a row (their host was removed), when nothing was written there for a day."""
    known = {places.folder_of(kept) for kept in KeptLog.objects.only("host_id", "engine_id")}
    for folder in places.root().glob("*/*"):
        if folder not in known and time.time() - folder.stat().st_mtime > _STRANGE_SECONDS:
            log.info("kept lines of a host that is gone are removed: %s", folder.name)
            shutil.rmtree(folder)

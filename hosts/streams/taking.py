"""A log that somebody takes away: masked, then filtered, only for as long as they may; alone or with others in time.

Nothing of it is held but what the next piece is made of. Work that takes time per line is done beside the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
from bisect import bisect_left
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from channels.db import database_sync_to_async
from django.utils.translation import gettext as _

from hosts.access import Denied, Grant, grant
from hosts.engine.frames import Batch
from hosts.engine.logs import LogQuery
from hosts.history import Source
from hosts.lines.filters import Filter
from hosts.lines.redaction import Masking, Redactor
from hosts.streams.masks import hidden, must_reveal
from hosts.streams.merge import Merged, key_of
from hosts.streams.sieve import Sieve
from hosts.streams.whole import Missing, Over, Told, whole

# So often it is asked anew whether all this may be read.
_ASK_AGAIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Log:
    """One that is taken: `name` is what a filter knows it by. `reveal` is the grant to see credentials in it, `away`
    why its engine need not be asked. `still` says whether who takes it is still there to take it."""

    answer: Grant
    name: str
    kept: Source | None = None
    reveal: Grant | None = None
    away: str = ""
    still: Callable[[], bool] | None = None

    def __post_init__(self) -> None:
        must_reveal(self.reveal, self.answer.host)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one log, by its number, in its place among the lines."""

    source: int
    item: Missing | Over


async def take(log: Log, query: LogQuery, wanted: Filter | None, hides: Redactor) -> AsyncGenerator[Told, None]:
    """Batches of what may be seen and passes, at last one Over."""
    masking, sieve = None if log.reveal else hides.masking(torn=True), Sieve(wanted)
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    async with contextlib.aclosing(whole(log.answer, query, log.kept, log.away)) as items:
        async for told in items:
            if loop.time() - asked_at > _ASK_AGAIN_SECONDS:
                if not await database_sync_to_async(_may_still, thread_sensitive=False)(log):
                    yield Over(_("You may no longer read this log."))
                    return
                asked_at = loop.time()
            if not isinstance(told, Batch):
                if masking and isinstance(told, Missing):
                    masking.tear()
                yield told
            elif passed := await asyncio.to_thread(_passed, told, masking, hides, sieve, log.name):
                yield passed


async def in_time(
    logs: Sequence[Log], query: LogQuery, wanted: Filter | None, hides: Redactor
) -> AsyncGenerator[Merged | Said, None]:
    """The lines of all in the order of their timestamps, each log's own in the engine's; one Over for each log."""
    async with contextlib.AsyncExitStack() as stack:
        taken = [await stack.enter_async_context(contextlib.aclosing(take(log, query, wanted, hides))) for log in logs]
        heads = [_Head(number, items) for number, items in enumerate(taken)]
        while heads:
            for head in heads:
                async for said in head.fill():
                    yield said
            heads = [head for head in heads if head.entries]
            if merged := await asyncio.to_thread(_together, heads):
                yield merged


# Its time, its log, its number there, its kind and itself. No comparison gets beyond the number.
_Entry = tuple[bytes, int, int, int, bytes]


class _Head:
    """The lines of one log that come next: at least one, as long as there is one."""

    def __init__(self, source: int, items: AsyncGenerator[Told, None]) -> None:
        self.entries: list[_Entry] = []
        self._source, self._items = source, items
        self._latest, self._number = b"", 0

    async def fill(self) -> AsyncGenerator[Said, None]:
        while not self.entries:
            try:
                told = await anext(self._items)
            except StopAsyncIteration:
                return
            if isinstance(told, Batch):
                self._add(told)
            else:
                yield Said(self._source, told)

    def _add(self, batch: Batch) -> None:
        for kind, line in zip(batch.kinds, batch.lines, strict=True):
            self._latest = max(self._latest, key_of(line))
            self._number += 1
            self.entries.append((self._latest, self._source, self._number, kind, line))


def _together(heads: Sequence[_Head]) -> Merged | None:
    """What can be given: nothing that comes later is older than the last line of any head."""
    if not heads:
        return None
    limit = min(head.entries[-1][0] for head in heads)
    ready: list[_Entry] = []
    for head in heads:
        stop = bisect_left(head.entries, (limit + b"\0",))
        ready += head.entries[:stop]
        del head.entries[:stop]
    ready.sort()
    return Merged(bytearray(entry[3] for entry in ready), [entry[4] for entry in ready], [entry[1] for entry in ready])


def _passed(batch: Batch, masking: Masking | None, hides: Redactor, sieve: Sieve, name: str) -> Batch:
    return sieve.passed(hidden(batch, masking, hides) if masking else batch, name)


def _may_still(log: Log) -> bool:
    if log.still is not None and not log.still():
        return False
    return not any(
        isinstance(grant(each.actor, each.capability, each.target), Denied) for each in (log.answer, log.reveal) if each
    )

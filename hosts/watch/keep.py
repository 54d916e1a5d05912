"""Which containers' lines are kept now? Looks at the rules and the inventory, and has a task for each such container.

Nothing that goes wrong here stops the watcher: a container whose lines cannot be kept says why, and is tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import structlog
from django.db import DatabaseError
from django.utils.translation import gettext as _

from hosts import nudges
from hosts.engine.frames import Batch
from hosts.engine.logs import End, Why
from hosts.history import limits, places, rules
from hosts.history.rules import Wanted
from hosts.history.writer import Dropped, Writer, alone, is_want_of_room, seal_what_was_left
from hosts.models import KeptLog
from hosts.watch.keeping import Keeping, close, in_history

LOOK_SECONDS, BREATH_SECONDS = 5.0, 0.3
WRITE_SECONDS = 0.5
TIDY_SECONDS, THOROUGH_SECONDS = 30.0, 3600.0
_OLD = 86_400 * 1_000_000_000
_REST = {Why.STOPPED: 1.0, Why.REMOVED: 15.0}
_LONG_REST = 30.0

Key = tuple[int, str]

log = structlog.get_logger(__name__)


class Keeper:
    def __init__(self) -> None:
        self._tasks: dict[Key, tuple[Keeping, asyncio.Task[End]]] = {}
        self._not_before: dict[Key, float] = {}
        # The life of a container whose log has been read to its end: nothing comes until it has another.
        self._over: dict[Key, str] = {}
        self._changed = asyncio.Event()
        # Who opens a writer, and who seals what nobody writes, must not do so at once.
        self._opening = asyncio.Lock()
        self._is_full = False
        self._thorough_at = 0.0

    def look_soon(self) -> None:
        """A container has come, gone or changed."""
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled; then what has been read is written."""
        while True:
            try:
                with alone() as mine:
                    if mine:
                        await self._keep()
                    log.warning("another process keeps the history of this folder")
            except OSError as error:
                log.warning("history cannot be kept", reason=str(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def _keep(self) -> None:
        try:
            await asyncio.gather(_forever(self._look), _forever(self._write), _forever(self._tidy))
        finally:
            for keeping, task in self._tasks.values():
                task.cancel()
                await _quietly(in_history(_leave, keeping.writer, keeping.taken()))
            close()

    async def _look(self) -> None:
        began = time.monotonic()
        self._changed.clear()
        async with self._opening:
            await self._begin_and_end()
        await asyncio.sleep(max(BREATH_SECONDS, 10 * (time.monotonic() - began)))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._changed.wait()

    async def _begin_and_end(self) -> None:
        for key, (keeping, task) in list(self._tasks.items()):
            if task.done():
                del self._tasks[key]
                await self._has_ended(keeping, task)
        wanted = {one.key: one for one in await self._wanted()}
        dropping = await in_history(_dropping)
        for key, (keeping, _task) in list(self._tasks.items()):
            if key not in wanted or keeping.writer.kept.pk in dropping:
                await self._end(key)
        self._over = {} if dropping else {key: life for key, life in self._over.items() if key in wanted}
        self._not_before = {key: at for key, at in self._not_before.items() if key in wanted}
        if dropping:
            await in_history(limits.remove_what_is_dropped)
        for key, one in wanted.items():
            if key not in self._tasks and self._over.get(key) != one.life and self._may_begin(key):
                await self._begin(one)

    async def _wanted(self) -> list[Wanted]:
        """None while the disk is full."""
        wanted = await in_history(rules.wanted)
        full = bool(wanted) and await in_history(places.is_full)
        if full != self._is_full:
            self._is_full = full
            log.warning("the disk is full: no lines are kept" if full else "there is room: lines are kept again")
            await nudges.asend("history", "room")
        return [] if full else wanted

    def _may_begin(self, key: Key) -> bool:
        return self._not_before.get(key, 0.0) <= time.monotonic()

    async def _begin(self, one: Wanted) -> None:
        try:
            writer = await in_history(_writer, one)
        except (OSError, DatabaseError) as error:
            log.warning("lines cannot be kept", container=one.name, reason=str(error))
            self._not_before[one.key] = time.monotonic() + _LONG_REST
            return
        if writer is None:
            self._over[one.key] = one.life
            return
        keeping = Keeping(one, writer)
        task = asyncio.create_task(keeping.run(), name=f"history of {one.name}")
        task.add_done_callback(lambda _task: self._changed.set())
        self._tasks[one.key] = keeping, task

    async def _end(self, key: Key) -> None:
        """Keep this one no more."""
        keeping, task = self._tasks.pop(key)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await _quietly(in_history(_leave if self._is_full else _finish, keeping.writer, keeping.taken()))

    async def _has_ended(self, keeping: Keeping, task: asyncio.Task[End]) -> None:
        one = keeping.wanted
        error = keeping.trouble if task.cancelled() else task.exception()
        if error is None and not task.cancelled():
            end = task.result()
            self._not_before[one.key] = time.monotonic() + _REST.get(end.why, _LONG_REST)
            await _quietly(in_history(_note_end, keeping.writer, one, end))
            return
        if isinstance(error, Dropped):
            return
        self._not_before[one.key] = time.monotonic() + _LONG_REST
        log.warning("lines are kept no more for now", container=one.name, reason=str(error))
        await _quietly(in_history(keeping.writer.say, _in_words(error)))

    async def _write(self) -> None:
        await asyncio.sleep(WRITE_SECONDS)
        dirty = [(keeping, batches) for keeping, _task in self._tasks.values() if (batches := keeping.taken())]
        if not dirty:
            return
        for keeping, error in await in_history(_write_all, dirty):
            keeping.trouble = error
            self._tasks[keeping.wanted.key][1].cancel()

    async def _tidy(self) -> None:
        thorough = time.monotonic() >= self._thorough_at
        async with self._opening:
            writers = [keeping.writer for keeping, _task in self._tasks.values()]
            changed = await in_history(_tidy_up, writers, thorough)
        if thorough:
            self._thorough_at = time.monotonic() + THOROUGH_SECONDS
        if changed:
            await nudges.asend("history", "kept")
        await asyncio.sleep(TIDY_SECONDS)


keeper = Keeper()


async def _forever(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:
            log.exception("keeping history failed")
            await asyncio.sleep(LOOK_SECONDS)


async def _quietly(work: Awaitable[object]) -> None:
    """What cannot be written now is read again from the engine later."""
    try:
        await work
    except (Dropped, OSError, DatabaseError) as error:
        log.info("the last lines were not written", reason=str(error))


def _in_words(error: BaseException | None) -> str:
    if isinstance(error, OSError) and is_want_of_room(error):
        return _("The disk is full: no lines are kept until there is room.")
    if isinstance(error, OSError):
        return _("The lines cannot be written: %(reason)s.") % {"reason": error.strerror or error}
    return _("Quayside itself failed to keep this log.")


def _writer(one: Wanted) -> Writer | None:
    """None when its log has been read to its end in this life."""
    kept = rules.kept_log(one)
    if kept.read_as == one.life:
        return None
    writer = Writer(kept)
    writer.say("")
    return writer


def _dropping() -> set[int]:
    return set(KeptLog.objects.filter(dropping=True).values_list("pk", flat=True))


def _write_all(dirty: list[tuple[Keeping, list[Batch]]]) -> list[tuple[Keeping, Exception]]:
    failed: list[tuple[Keeping, Exception]] = []
    for keeping, batches in dirty:
        try:
            keeping.writer.write(batches)
        except (Dropped, OSError, DatabaseError) as error:
            failed.append((keeping, error))
    return failed


def _leave(writer: Writer, batches: list[Batch]) -> None:
    writer.write(batches)
    writer.sync()
    writer.note()


def _finish(writer: Writer, batches: list[Batch]) -> None:
    writer.write(batches)
    writer.seal()


def _note_end(writer: Writer, one: Wanted, end: End) -> None:
    if end.why is Why.REMOVED:
        writer.seal()
    else:
        writer.sync()
        writer.note()
    over = end.why is Why.UNREADABLE or (end.why is Why.STOPPED and one.has_ended)
    problem = end.sentence if end.why in (Why.UNREADABLE, Why.GARBLED) else ""
    writer.say(problem, read_as=one.life if over else "")  # so that a restart of ours reads no finished log again


def _tidy_up(writers: list[Writer], thorough: bool) -> bool:
    """Whether anything has changed that a page shows."""
    changed, old = 0, time.time_ns() - _OLD
    for writer in writers:
        with contextlib.suppress(Dropped):
            writer.seal_if_old(old)
            changed += writer.note()
    if thorough:
        mine = [writer.kept.pk for writer in writers]
        for kept in KeptLog.objects.filter(dropping=False).exclude(pk__in=mine):
            with contextlib.suppress(Dropped):
                changed += seal_what_was_left(kept, old)
        limits.remove_strange_folders()
    changed += limits.drop_what_is_too_much()
    limits.remove_what_is_dropped()
    return changed > 0

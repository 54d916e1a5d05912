"""What has one log said in all? First the lines that the console kept and the engine no longer has, then the engine's.

The engine is asked first, and where its lines begin the kept ones end: none comes twice, and its own are the newest.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from channels.db import database_sync_to_async
from django.utils.translation import gettext as _

from hosts.access import Grant
from hosts.engine.cursor import nanoseconds
from hosts.engine.errors import EngineError
from hosts.engine.frames import Batch, stamp_of
from hosts.engine.logs import End, LogQuery, Why, follow
from hosts.engine.wire import open_wire
from hosts.history import Line, Source, Unreadable
from hosts.history import read as read_kept

_AT_ONCE = 2000
_SECOND = 1_000_000_000
# Lines of stdout and stderr may stand in another order than their times say, by no more than this.
_DISORDER = _SECOND
# So many kept lines are given of a removed container's end, for they are held together.
_MOST_OF_AN_END = 10_000


@dataclass(frozen=True, slots=True)
class Missing:
    """Lines may be missing in this place."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing more comes; `why` says what is missing at the end, and is empty when all was given."""

    why: str = ""


Told = Batch | Missing | Over


async def whole(answer: Grant, query: LogQuery, kept: Source | None, away: str = "") -> AsyncGenerator[Told, None]:
    """Batches in the engine's order and with their timestamps, at last one Over. Nothing in them is hidden yet.

    `query` must follow nothing. `away` is why an engine need not be asked: it is known not to answer.
    """
    if away:
        async for told in _older(kept, query, None):
            yield told
        yield Over(away)
        return
    async with contextlib.aclosing(follow(lambda: open_wire(answer), answer.target.id, query)) as items:
        first: Batch | None = None
        over: Over | None = None
        try:
            first, over = await _beginning(items, kept is not None)
        except EngineError as error:
            over = Over(error.sentence)
        async for told in _older(kept, query, first):
            yield told
        if first:
            yield first
        if over is None:
            async for each in _rest(items):
                yield each
        else:
            yield over


async def _beginning(items: AsyncGenerator[object, None], has_kept: bool) -> tuple[Batch | None, Over | None]:
    async for item in items:
        if isinstance(item, Batch):
            return item, None
        if isinstance(item, End):
            return None, _over(item, has_kept)
    return None, Over()


async def _rest(items: AsyncGenerator[object, None]) -> AsyncGenerator[Told, None]:
    try:
        async for item in items:
            if isinstance(item, Batch):
                yield item
            elif isinstance(item, End):
                yield _over(item, False)
    except EngineError as error:
        yield Over(error.sentence)


def _over(end: End, has_kept: bool) -> Over:
    """A removed container's log is as whole as it will ever be where its lines were kept."""
    is_whole = end.why is Why.DONE or (end.why is Why.REMOVED and has_kept)
    return Over("" if is_whole else end.sentence)


async def _older(kept: Source | None, query: LogQuery, first: Batch | None) -> AsyncGenerator[Told, None]:
    """The kept lines before the engine's first one, or all of them where the engine has none."""
    if kept is None:
        return
    if query.tail is not None:
        if first is None:
            for told in _batches(await database_sync_to_async(_end_of, thread_sensitive=False)(kept, query)):
                yield told
        return
    items = read_kept([kept], at(query.since), after(at(query.until)))
    before = Before(first.lines[0]) if first else None
    given = False
    while some := await database_sync_to_async(_some, thread_sensitive=False)(items):
        for told in _batches(before.feed(some) if before else some):
            given = True
            yield told
        if before and before.over:
            break
    if before and given and not before.reached:
        yield Missing(_("Lines may be missing here: the engine had dropped them before they could be kept."))


class Before:
    """Which kept lines came before this one, the oldest that the engine still has? Fed in the engine's order."""

    def __init__(self, line: bytes) -> None:
        self._at, self._text = nanoseconds(line), line[len(stamp_of(line)) :]
        self._held: list[Line | Unreadable] = []
        self.over = False
        self.reached = False

    def feed(self, items: Sequence[Line | Unreadable]) -> list[Line | Unreadable]:
        found: list[Line | Unreadable] = []
        for item in items:
            if self.over:
                break
            at = item.at if isinstance(item, Line) else item.first_at
            if isinstance(item, Line) and item.text == self._text and self._at in (at, None):
                self.reached = self.over = True
                found += self._held
            elif self._at is None or at <= self._at:
                found += [*self._held, item]
                self._held = []
            elif at <= self._at + _DISORDER:
                self._held.append(item)
            else:
                self.over = True
        return found


def _batches(items: Sequence[Line | Unreadable]) -> Iterator[Batch | Missing]:
    batch = Batch()
    for item in items:
        if gap := _gap(item):
            if batch:
                yield batch
            batch = Batch()
            yield Missing(gap)
        if isinstance(item, Line):
            batch.kinds.append(item.kind)
            batch.lines.append(item.stamped)
    if batch:
        yield batch


def _gap(item: Line | Unreadable) -> str:
    """What is missing before this line or in place of it, in words."""
    if isinstance(item, Unreadable):
        words = {"lines": item.lines, "reason": item.reason}
        return _("%(lines)s kept lines can no longer be read here: %(reason)s.") % words
    if item.after_hole:
        return _("Lines may be missing here: the engine had dropped them before they could be kept.")
    return ""


def _end_of(kept: Source, query: LogQuery) -> list[Line | Unreadable]:
    most = min(query.tail or 0, _MOST_OF_AN_END)
    newest_first = read_kept([kept], at(query.since), after(at(query.until)), most, backwards=True)
    return list(newest_first)[::-1]


def _some(items: Iterator[Line | Unreadable]) -> list[Line | Unreadable]:
    return list(islice(items, _AT_ONCE))


def at(time: str) -> int | None:
    """A time as the engine takes it (seconds since 1970), in nanoseconds; None where there is none."""
    if not time:
        return None
    seconds, _dot, fraction = time.partition(".")
    return int(seconds) * _SECOND + int(fraction.ljust(9, "0")[:9] or 0)


def after(time: int | None) -> int | None:
    """The engine's `until` is the last moment that counts, and that of kept lines the first that does not."""
    return None if time is None else time + 1

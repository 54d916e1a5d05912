"""What stood around a moment, in one log or in many as one: for a hit of a search, a link to a line, or a time."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from dashboard.live.search_sources import Looked, find_logs
from dashboard.live.search_wish import SearchWish, Unclear, moment, wish_in
from dashboard.live.wish import MOST_SOURCES, Source, refusal_recorded
from dashboard.pages.lists import is_away
from hosts import history
from hosts.access import Actor, Capability
from hosts.engine.errors import EngineError
from hosts.engine.frames import Batch
from hosts.history.columns import stamp
from hosts.history.reach import Reach, reaches
from hosts.inventory.read.query import QueryError
from hosts.lines.filters import Filter
from hosts.lines.redaction import Redactor
from hosts.models import redactor
from hosts.operations.recording import Inputs, record_readings
from hosts.streams.around import Around, around_kept, around_on_engine
from hosts.streams.backwards import Gone
from hosts.streams.looking_back import connect_for
from hosts.streams.merge import key_of

USUAL_LINES, MOST_LINES = 500, 2_000
_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class AroundWish:
    """So many lines before the moment and after it; the `nth` line of that moment is meant, in the log of this id."""

    asked: SearchWish
    at: int
    lines: int
    nth: int
    of: str


@dataclass(slots=True)
class Context:
    """Lines of all logs in true time; `mark` is the place of the one that is meant, or the first after the moment."""

    sources: list[Source]
    kinds: bytearray = field(default_factory=bytearray)
    lines: list[bytes] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    mark: int | None = None
    exact: bool = False
    older: bool = False
    newer: bool = False
    notes: list[str] = field(default_factory=list)


def around_wish(message: dict[str, Any]) -> AroundWish:
    """Of a message `around`; raises Unclear."""
    texts = {name: message.get(name) or "" for name in ("query", "at", "of")}
    lines, nth = message.get("lines", USUAL_LINES), message.get("nth", 0)
    if not all(isinstance(text, str) for text in texts.values()) or type(lines) is not int or type(nth) is not int:
        raise Unclear("at", _("“query”, “at” and “of” are texts, “lines” and “nth” numbers."))
    at = moment("at", texts["at"])
    if at is None:
        raise Unclear("at", _("Say which moment is meant."))
    asked = SearchWish(wish_in(texts["query"]), Filter.parse(""), None, None, 1, {})
    return AroundWish(asked, at, max(1, min(lines, MOST_LINES)), max(0, nth), texts["of"][:64])


def admitted(wish: AroundWish, actor: Actor) -> tuple[Looked, dict[int, Reach], Redactor]:
    """Which logs are meant and may be read; the trail has it, and each refusal. Raises Unclear."""
    hides = redactor()
    at = stamp(wish.at).decode().strip()
    try:
        with refusal_recorded(actor, wish.asked.wish):
            looked = find_logs(wish.asked, actor, MOST_SOURCES)
    except QueryError as error:
        raise Unclear("query", str(error)) from error
    inputs: Inputs = lambda host: {"at": at, "query": wish.asked.wish.recorded(hides, host)}  # noqa: E731
    record_readings(actor, Capability.CONTAINER_LOGS, looked.targets, inputs, looked.refused)
    return looked, reaches(looked.kept.values()), hides


async def context_of(
    wish: AroundWish, looked: Looked, reach: dict[int, Reach], hides: Redactor, actor: Actor
) -> Context:
    found = Context(looked.sources, notes=[why for _target, why in looked.refused])
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(number: int, source: Source) -> Around:
        kept = looked.kept.get(number)
        async with turns:
            try:
                return await _of_one(wish, source, kept, reach.get(kept.pk) if kept else None, hides, actor)
            except (Gone, EngineError) as error:
                found.notes.append(f"{source.name}: {error.sentence if isinstance(error, EngineError) else error}")
                return Around()

    parts = await asyncio.gather(*(one(number, source) for number, source in enumerate(looked.sources)))
    await asyncio.to_thread(_merge, wish, parts, found)
    return found


async def _of_one(
    wish: AroundWish, source: Source, kept: history.Source | None, reach: Reach | None, hides: Redactor, actor: Actor
) -> Around:
    """Kept lines are at hand; an engine must look for its own."""
    host = source.target.host
    has_engine = host is not None and source.state != "gone" and not is_away(host)
    if kept is not None and reach is not None and (not has_engine or reach.first <= wish.at <= reach.last):
        return await asyncio.to_thread(around_kept, kept, wish.at, wish.lines, wish.lines, hides)
    if not has_engine:
        return Around()
    connect = connect_for(actor, source.target)
    return await around_on_engine(connect, source.target.id, wish.at, wish.lines, wish.lines, hides)


def _merge(wish: AroundWish, parts: list[Around], found: Context) -> None:
    """In true time; the lines of one log keep the engine's order."""
    entries: list[tuple[bytes, int, int, int, bytes]] = []
    for number, part in enumerate(parts):
        entries += _ordered(number, part.batch)
        found.older, found.newer = found.older or part.older, found.newer or part.newer
    entries.sort()
    at = key_of(stamp(wish.at))
    split = bisect_right([entry[0] for entry in entries], at)
    first, last = max(0, split - wish.lines), min(len(entries), split + wish.lines)
    found.older, found.newer = found.older or first > 0, found.newer or last < len(entries)
    for _key, number, _place, kind, line in entries[first:last]:
        found.kinds.append(kind)
        found.lines.append(line)
        found.numbers.append(number)
    _mark(wish, at, split - first, found)


def _ordered(number: int, batch: Batch) -> list[tuple[bytes, int, int, int, bytes]]:
    entries, newest = [], b""
    for place, (kind, line) in enumerate(zip(batch.kinds, batch.lines, strict=True)):
        newest = max(newest, key_of(line))
        entries.append((newest, number, place, kind, line))
    return entries


def _mark(wish: AroundWish, at: bytes, split: int, found: Context) -> None:
    """The line that is meant; where none has that very time, the first after it, or the last of all."""
    of = next((number for number, source in enumerate(found.sources) if wish.of and source.target.id == wish.of), None)
    same = [
        place
        for place, line in enumerate(found.lines)
        if key_of(line) == at and (of is None or found.numbers[place] == of)
    ]
    found.exact = bool(same)
    if same:
        found.mark = same[min(wish.nth, len(same) - 1)]
    elif found.lines:
        found.mark = min(split, len(found.lines) - 1)

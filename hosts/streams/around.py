"""What stood around a line? So many lines before a moment and after it, of one log, masked as ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field
from itertools import islice

from hosts.engine.cursor import nanoseconds
from hosts.engine.frames import Batch
from hosts.engine.logs import Connect, End, LogQuery, Why, follow
from hosts.history import Line, Source, read
from hosts.lines.redaction import KEY_LINES, Redactor
from hosts.streams.backwards import Gone
from hosts.streams.masks import hidden

# The engine finds the last lines at little cost: first these, then eight times as many.
_FIRST_TAIL, _GROWTH, _LARGEST = 4_000, 8, 1 << 30


@dataclass(slots=True)
class Around:
    """Lines in the engine's order; whether there are older and newer ones."""

    batch: Batch = field(default_factory=Batch)
    older: bool = False
    newer: bool = False


async def around_on_engine(
    connect: Connect, container: str, at: int, before: int, after: int, hides: Redactor
) -> Around:
    """The last lines up to the time `at` and those that follow it. Raises Gone and EngineError."""
    tail, first, is_whole = _FIRST_TAIL, b"", False
    look = _Look(at, before, after)
    while not is_whole:
        look = _Look(at, before, after)
        await look.read(connect, container, str(tail))
        is_whole = not look.first or look.first == first
        if is_whole and look.is_late:
            # It begins after that moment: its first lines are the nearest.
            look = _Look(at, before, after, waits=False)
            await look.read(connect, container, "all")
        if look.is_enough:
            break
        first, tail = look.first, min(tail * _GROWTH, _LARGEST)
    return await asyncio.to_thread(look.found, hides, is_whole)


class _Look:
    """One reading: the lines before the moment, as many as are wanted and those that tell of a key, and those after."""

    def __init__(self, at: int, before: int, after: int, *, waits: bool = True) -> None:
        self._at, self._most_before, self._most_after, self._waits = at, before, after, waits
        self._before: deque[tuple[int, bytes]] = deque(maxlen=before + KEY_LINES)
        self._after = Batch()
        self.first = b""
        self.is_late, self._more = False, False

    @property
    def is_enough(self) -> bool:
        return len(self._before) == self._before.maxlen

    async def read(self, connect: Connect, container: str, tail: str) -> None:
        query = LogQuery(tail=None if tail == "all" else int(tail), follow=False)
        async with contextlib.aclosing(follow(connect, container, query)) as items:
            async for item in items:
                if isinstance(item, End) and item.why is not Why.DONE:
                    raise Gone(item.sentence)
                if isinstance(item, Batch) and not await asyncio.to_thread(self._take, item):
                    return

    def _take(self, batch: Batch) -> bool:
        """Whether more is wanted."""
        if not self.first and batch:
            self.first = batch.lines[0]
            self.is_late = self._waits and (nanoseconds(self.first) or 0) > self._at
        if self.is_late:
            return False
        for kind, line in zip(batch.kinds, batch.lines, strict=True):
            if not self._after and (nanoseconds(line) or 0) <= self._at:
                self._before.append((kind, line))
            elif len(self._after) < self._most_after:
                self._after.kinds.append(kind)
                self._after.lines.append(line)
            else:
                self._more = True
                return False
        return True

    def found(self, hides: Redactor, is_whole: bool) -> Around:
        kinds = bytearray(kind for kind, _line in self._before) + self._after.kinds
        lines = [line for _kind, line in self._before] + self._after.lines
        batch = hidden(Batch(kinds, lines), hides.masking(), hides)
        spare = max(0, len(self._before) - self._most_before)
        # Of what does not begin where the log does, the first lines may be the rest of a key, and the first one torn.
        cut = spare if is_whole else max(spare, min(KEY_LINES, len(self._before)))
        return Around(batch.part(cut), not is_whole or spare > 0, self._more)


def around_kept(source: Source, at: int, before: int, after: int, hides: Redactor) -> Around:
    """The same of kept lines, whose files are read: for a thread."""
    most = before + KEY_LINES
    older = list(islice(read([source], until=at + 1, limit=most, backwards=True), most))
    newer = list(islice(read([source], since=at + 1, limit=after + 1), after + 1))
    lines = [line for line in (*reversed(older), *newer[:after]) if isinstance(line, Line)]
    whole = Batch(bytearray(line.kind for line in lines), [line.stamped for line in lines])
    batch = hidden(whole, hides.masking(), hides)
    spare = max(0, len(older) - before)
    return Around(batch.part(spare), spare > 0, len(newer) > after)

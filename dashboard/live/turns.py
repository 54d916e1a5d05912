"""Who looks through logs now? So many at once in this process, each person one at a time, the others in their order.

Sockets and pages without scripts share the turns, so they are handed on across threads and event loops. Nobody keeps a
turn who waits for their browser, nor for long while others wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

AT_ONCE = 4
# A turn is given back when the browser takes no more for so long, and after so long when others wait.
_BLOCKED_SECONDS, _SLICE_SECONDS = 0.25, 2.0


@dataclass(eq=False)
class _Waiting:
    person: int
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[None]


class Turns:
    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._lock = threading.Lock()
        self._busy: set[int] = set()
        self._queue: list[_Waiting] = []

    def is_free(self, person: int) -> bool:
        with self._lock:
            return self._may_go(person)

    @property
    def is_wanted(self) -> bool:
        """Whether anybody waits."""
        return bool(self._queue)

    async def take(self, person: int) -> None:
        with self._lock:
            if self._may_go(person):
                self._free -= 1
                self._busy.add(person)
                return
            loop = asyncio.get_running_loop()
            mine = _Waiting(person, loop, loop.create_future())
            self._queue.append(mine)
        try:
            await mine.future
        except asyncio.CancelledError:
            with self._lock:
                is_waiting = mine in self._queue
                if is_waiting:
                    self._queue.remove(mine)
            if not is_waiting and not mine.future.cancelled():
                self.give(person)
            raise

    def give(self, person: int) -> None:
        """Hand the turn on to who has waited longest, and holds none."""
        with self._lock:
            self._free += 1
            self._busy.discard(person)
            while next_one := next((each for each in self._queue if self._may_go(each.person, first=True)), None):
                self._queue.remove(next_one)
                with contextlib.suppress(RuntimeError):  # its loop has ended, and whoever waited with it
                    next_one.loop.call_soon_threadsafe(self._begin, next_one)
                    self._free -= 1
                    self._busy.add(next_one.person)

    def _may_go(self, person: int, *, first: bool = False) -> bool:
        waits = any(each.person not in self._busy for each in self._queue)
        return self._free > 0 and person not in self._busy and (first or not waits)

    def _begin(self, waiting: _Waiting) -> None:
        if waiting.future.cancelled():
            self.give(waiting.person)
        elif not waiting.future.done():
            waiting.future.set_result(None)


turns = Turns(AT_ONCE)


class Turn:
    """One person's, for as long as `turn_of` is entered."""

    def __init__(self, person: int) -> None:
        self._person, self._since, self._held = person, 0.0, False

    async def take(self) -> None:
        await turns.take(self._person)
        self._held, self._since = True, monotonic()

    def give(self) -> None:
        if self._held:
            self._held = False
            turns.give(self._person)

    async def while_sending(self, sending: Awaitable[None]) -> None:
        """Send something; who waits for a browser, or has had the turn for long, lets others go first."""
        task = asyncio.ensure_future(sending)
        try:
            done, _rest = await asyncio.wait({task}, timeout=_BLOCKED_SECONDS)
            if not done or (turns.is_wanted and monotonic() - self._since > _SLICE_SECONDS):
                self.give()
            await task
        finally:
            task.cancel()
        if not self._held:
            await self.take()


@contextlib.asynccontextmanager
async def turn_of(person: int, waits: Callable[[], Awaitable[None]] | None = None) -> AsyncIterator[Turn]:
    """A turn, waited for; `waits` is called when it must be."""
    turn = Turn(person)
    if waits and not turns.is_free(person):
        await waits()
    await turn.take()
    try:
        yield turn
    finally:
        turn.give()

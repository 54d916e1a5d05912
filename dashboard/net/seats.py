"""Who has how much open at once, over all processes: a lease for each, renewed as long as it is open here."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Mapping

from hosts.limits import Leases

_leases = Leases("open", seconds=60)


class Seats:
    """Of this process, and one task that renews them while there are any."""

    def __init__(self) -> None:
        self._held: dict[str, Mapping[str, int]] = {}
        self._here: Counter[str] = Counter()
        self._task: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def taken(self, wanted: Mapping[str, int], free: int = 0) -> AsyncIterator[str]:
        """Gives nothing, or the key that has no more. Below `free` in this process no other process is asked."""
        owner = uuid.uuid4().hex
        self._here.update(wanted)
        asks = any(self._here[key] > free for key in wanted)
        try:
            full = await _asked(owner, wanted) if asks else ""
            if asks and not full:
                self._hold(owner, wanted)
            yield full
        finally:
            self._leave(wanted)
            if self._held.pop(owner, None) is not None:
                # Without waiting, for this task may have been cancelled.
                self._later(owner, wanted)

    def _hold(self, owner: str, wanted: Mapping[str, int]) -> None:
        self._held[owner] = wanted
        if self._task is None:
            self._task = asyncio.create_task(self._renew(), name="leases of what is open")

    def _leave(self, wanted: Mapping[str, int]) -> None:
        for key in wanted:
            self._here[key] -= 1
            if not self._here[key]:
                del self._here[key]

    def _later(self, owner: str, wanted: Mapping[str, int]) -> None:
        _leases.release_soon(owner, wanted)
        if not self._held and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(_leases.seconds / 3)
            await _leases.arenew({owner: list(wanted) for owner, wanted in self._held.items()})


async def _asked(owner: str, wanted: Mapping[str, int]) -> str:
    asked = asyncio.ensure_future(_leases.ahold(owner, wanted))
    try:
        return await asyncio.shield(asked)
    except asyncio.CancelledError:
        asked.add_done_callback(lambda _done: _leases.release_soon(owner, wanted))
        raise


seated = Seats().taken

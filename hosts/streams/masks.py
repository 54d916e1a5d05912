"""Hides credentials in a log before anybody is given a line of it: viewers, filters and files get what is left."""

from __future__ import annotations

import asyncio

from channels.db import database_sync_to_async

from hosts.access import Capability, Grant
from hosts.engine.frames import Batch
from hosts.lines.hiding import hide
from hosts.lines.redaction import Masking, Redactor
from hosts.models import Host, redactor

# A rule that is added counts for open logs after this many seconds at the latest.
_LOOK_AGAIN_SECONDS = 10.0
# What is masked on the event loop: at worst a millisecond or two. A thread costs a tenth of one.
_FEW_LINES, _FEW_BYTES = 40, 16 << 10


def hidden(batch: Batch, masking: Masking, redactor: Redactor) -> Batch:
    """All at once: for a thread, or for few lines."""
    lines, count = hide(batch.lines, masking, redactor)
    return Batch(batch.kinds, list(lines)) if count else batch


async def hide_all(batch: Batch, masking: Masking, redactor: Redactor) -> Batch:
    """As `hidden`, on an event loop: few short lines at once, all others on a thread, for RE2 lets the loop run."""
    lines = batch.lines
    if len(lines) <= _FEW_LINES and sum(map(len, lines)) <= (_FEW_BYTES if masking.built_in else _FEW_BYTES // 8):
        return hidden(batch, masking, redactor)
    return await asyncio.to_thread(hidden, batch, masking, redactor)


def must_reveal(reveal: Grant | None, host: Host) -> None:
    """Nothing is left unmasked but by the grant for just that, on the host whose lines they are."""
    if reveal and (reveal.capability is not Capability.LOGS_UNMASKED or reveal.host.pk != host.pk):
        raise TypeError("This is not the right to see the credentials in this log")


class Masks:
    """For the lines of one log in their order. Where the rules cannot be read, no line is given: it raises."""

    def __init__(self) -> None:
        self._redactor: Redactor | None = None
        self._masking: Masking | None = None
        self._looked_at = 0.0

    def tear(self) -> None:
        """What comes now does not follow what came before."""
        if self._masking:
            self._masking.tear()

    async def hide(self, batch: Batch) -> Batch:
        """The batch itself when there is nothing to hide in it."""
        return await hide_all(batch, *await self._current())

    async def _current(self) -> tuple[Masking, Redactor]:
        now = asyncio.get_running_loop().time()
        if self._masking is None or self._redactor is None or now - self._looked_at > _LOOK_AGAIN_SECONDS:
            current = await database_sync_to_async(redactor, thread_sensitive=False)()
            if self._masking is None or current is not self._redactor:
                self._redactor, self._masking = current, current.masking(torn=True)
            self._looked_at = now
        return self._masking, self._redactor

"""How many sockets a session and a person may have open, and how much they may say: over all web processes together."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections.abc import AsyncIterator

from django.conf import settings
from django.utils.translation import gettext as _

from dashboard.net.seats import seated
from hosts.limits import Bucket

# Taken from the bucket at once by who says much, so that Redis is not asked for each message.
_CHUNK = 20.0
# Who is a little too fast is waited for; who is so for long, or much too fast, is told so.
_PATIENCE_SECONDS, _PATIENCE_A_SECOND = 3.0, 0.1


@contextlib.asynccontextmanager
async def seat(session_key: str, user_id: int) -> AsyncIterator[str]:
    """Held while a socket is open; gives the sentence for whoever has too many of them."""
    session, person = f"session:{named(session_key)}", f"person:{user_id}"
    most = {session: settings.LIMIT_SOCKETS_PER_SESSION, person: settings.LIMIT_SOCKETS_PER_PERSON}
    async with seated(most) as full:
        if full:
            yield _("Too many pages of the console are open at once: close some. This one goes on by itself then.")
        else:
            yield ""


class Allowance:
    """What one socket may still say, out of what its session may."""

    def __init__(self, session_key: str) -> None:
        a_minute = settings.LIMIT_MESSAGES_PER_MINUTE
        self._bucket = Bucket("messages", a_minute / 2, a_minute / 60)
        self._key = named(session_key)
        self._left = self._spent = 0.0
        self._patience, self._at = _PATIENCE_SECONDS, time.monotonic()

    async def spend(self, cost: float) -> bool:
        """Whether it may be said, at once or after a moment."""
        while self._left < cost:
            lacks = cost - self._left
            chunk = min(max(lacks, min(_CHUNK, self._spent)), self._bucket.most)
            wait = await self._bucket.atake(self._key, chunk)
            if wait and chunk > lacks:
                chunk = lacks
                wait = await self._bucket.atake(self._key, chunk)
            if not wait:
                self._left = max(cost, self._left + chunk)
                break
            if not self._waits_for(wait):
                return False
            await asyncio.sleep(wait)
        self._left -= cost
        self._spent += cost
        return True

    def _waits_for(self, seconds: float) -> bool:
        now = time.monotonic()
        self._patience = min(_PATIENCE_SECONDS, self._patience + (now - self._at) * _PATIENCE_A_SECOND) - seconds
        self._at = now
        return self._patience >= 0


def named(session_key: str) -> str:
    """Another name for a session: its key opens the console, and Redis is not to know it."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:32]

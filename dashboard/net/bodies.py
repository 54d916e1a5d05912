"""How large may a request's body be, how long may it take, and how many requests of one client run at once?"""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from dashboard.language import speak_as_asked
from dashboard.net.addresses import group_of
from dashboard.net.refusals import refuse
from dashboard.net.seats import seated

_RETRY_SECONDS = 5
# So many requests of an address are not counted over all processes: pages are not to ask Redis for each.
_FREE = 8


async def limited(application: Any, scope: Any, receive: Any, send: Any) -> None:
    """The application, for a request whose body is small enough and comes in time."""
    if not scope["quayside.proxied"]:
        # Its connection has been counted when it was made.
        await _with_body(application, scope, receive, send)
        return
    address = group_of(scope["client"][0])
    async with seated({f"requests:{address}": settings.LIMIT_CONNECTIONS_PER_ADDRESS}, free=_FREE) as full:
        if full:
            await _refuse(scope, receive, send, 429)
        else:
            await _with_body(application, scope, receive, send)


async def _with_body(application: Any, scope: Any, receive: Any, send: Any) -> None:
    body = Body(scope, receive)
    if body.is_too_large:
        await _refuse(scope, receive, send, 413)
        return

    async def answer(message: Any) -> None:
        # The application was told that nobody listens any more; what it may still say is not the answer.
        if not body.status:
            await send(message)

    await application(scope, body.receive, answer)
    if body.status:
        await _refuse(scope, receive, send, body.status)


class Body:
    """A request's body as it comes in; `status` is what to answer when it may not go on."""

    def __init__(self, scope: Any, receive: Any) -> None:
        self._receive = receive
        self._left = settings.LIMIT_BODY_BYTES
        self._until = asyncio.get_running_loop().time() + settings.LIMIT_BODY_SECONDS
        self._is_whole = False
        self.status = 0
        said = [value for name, value in scope["headers"] if name == b"content-length"]
        self.is_too_large = any(not value.isdigit() or int(value[:20]) > self._left for value in said)

    async def receive(self) -> Any:
        if self._is_whole:
            return await self._receive()
        if self.status:
            return {"type": "http.disconnect"}
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.status = 408
            return {"type": "http.disconnect"}
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.status = 413
            return {"type": "http.disconnect"}
        self._is_whole = message["type"] != "http.request" or not message.get("more_body")
        return message


async def _refuse(scope: Any, receive: Any, send: Any, status: int) -> None:
    speak_as_asked(scope)
    title, sentence = _WORDS[status]()
    await refuse(receive, send, status, title, sentence, _RETRY_SECONDS if status == 429 else 0)


def _too_large() -> tuple[str, str]:
    most = settings.LIMIT_BODY_BYTES >> 20
    return _("Too large"), _("That is more than the console takes at once: at most %(most)s MiB.") % {"most": most}


def _too_slow() -> tuple[str, str]:
    seconds = settings.LIMIT_BODY_SECONDS
    return _("Too slow"), _("What was sent did not come within %(seconds)s seconds.") % {"seconds": seconds}


def _too_many() -> tuple[str, str]:
    return _("Too many at once"), _("Too much is asked from your address at once. Try again in some seconds.")


_WORDS = {408: _too_slow, 413: _too_large, 429: _too_many}

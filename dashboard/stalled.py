"""A browser that takes nothing of its answer for a while is let go, and with it all that makes the answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

# Whoever takes one piece in so many seconds is waited for, however slow.
PIECE_BYTES, PATIENCE_SECONDS = 64 << 10, 60.0

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger(__name__)


class Stalled(Exception):
    """Nothing was taken for so long."""


def unless_stalled(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The same ASGI application, whose answers end when nobody takes them: engines and files are let go of then."""

    async def asked(scope: Message, receive: Any, send: Send) -> None:
        async def patiently(message: Message) -> None:
            for part in _pieces(message):
                try:
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        await send(part)
                except TimeoutError as error:
                    raise Stalled from error

        try:
            await app(scope, receive, patiently)
        except Stalled:
            log.info("an answer was not taken and has ended: %s", scope.get("path"))

    return asked


def _pieces(message: Message) -> Iterator[Message]:
    body = message.get("body", b"")
    if message["type"] != "http.response.body" or len(body) <= PIECE_BYTES:
        yield message
        return
    for start in range(0, len(body), PIECE_BYTES):
        is_last = start + PIECE_BYTES >= len(body)
        more = not is_last or message.get("more_body", False)
        yield {**message, "body": body[start : start + PIECE_BYTES], "more_body": more}

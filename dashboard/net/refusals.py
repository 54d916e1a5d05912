"""The answer to a request that reaches no view: a page of a title and a sentence, after which the connection ends."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from django.utils.html import format_html
from django.utils.translation import get_language

_TIMED_OUT = 408
# Who still sends when the answer goes out would lose it if the connection ended at once.
_LINGER_SECONDS, _LINGER_BYTES = 5.0, 32 << 20
_PAGE = '<!DOCTYPE html><html lang="{}"><title>{}</title><h1>{}</h1><p>{}</p></html>'


async def refuse(receive: Any, send: Any, status: int, title: str, sentence: str, retry_after: int = 0) -> None:
    """The whole answer, then what is still being sent is read and dropped for a while."""
    text = format_html(_PAGE, get_language() or "en", title, title, sentence).encode()
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    if retry_after:
        headers.append((b"retry-after", str(retry_after).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text, "more_body": True})
    if status != _TIMED_OUT:
        await _drop(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drop(receive: Any) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_SECONDS):
            dropped = 0
            while dropped < _LINGER_BYTES:
                message = await receive()
                dropped += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    break

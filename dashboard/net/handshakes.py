"""How often may a client ask for a socket? Asked before its session is looked up, which costs a query."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings

from dashboard.net.addresses import group_of
from dashboard.net.seats import seated
from hosts.limits import Bucket

# A browser whose console starts anew opens all its tabs' sockets at once. Without a session there is nothing to open.
_WITHOUT_SESSION = 10
# Who was told to wait is told so again for as long, at no cost.
_waits: dict[str, float] = {}
_MOST_WAITING = 10_000


async def admitted(application: Any, scope: Any, receive: Any, send: Any) -> None:
    """The application, unless this client asked too often or has too many sockets."""
    address = group_of(scope["client"][0])
    wait = await _wait(address, 1 if _has_session(scope) else _WITHOUT_SESSION)
    if wait:
        await _refuse(scope, receive, send, wait)
        return
    async with seated({f"sockets:{address}": settings.LIMIT_CONNECTIONS_PER_ADDRESS}) as full:
        if full:
            await _refuse(scope, receive, send, 30)
        else:
            await application(scope, receive, send)


async def _wait(address: str, cost: int) -> float:
    now = time.monotonic()
    if (until := _waits.get(address, 0)) > now:
        return until - now
    _waits.pop(address, None)
    per_second = settings.LIMIT_HANDSHAKES_PER_MINUTE / 60
    bucket = Bucket("handshakes", settings.LIMIT_CONNECTIONS_PER_ADDRESS + 100, per_second)
    wait = await bucket.atake(address, cost)
    if wait and len(_waits) < _MOST_WAITING:
        _waits[address] = now + min(wait, 1.0)
    return wait


def _has_session(scope: Any) -> bool:
    """Whether it says that it has one."""
    cookie = f"{settings.SESSION_COOKIE_NAME}=".encode()
    return any(name == b"cookie" and cookie in value for name, value in scope["headers"])


async def _refuse(scope: Any, receive: Any, send: Any, wait: float) -> None:
    await receive()  # websocket.connect
    if "websocket.http.response" in scope.get("extensions", {}):
        headers = [(b"retry-after", str(int(wait) + 1).encode()), (b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "websocket.http.response.start", "status": 429, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": b"Too many sockets from your address; wait.\n"})
    else:
        await send({"type": "websocket.close"})

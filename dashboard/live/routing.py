"""The addresses of the live sockets."""

from __future__ import annotations

from typing import Any, cast

from django.urls import re_path

from dashboard.live.logs import logs
from dashboard.live.search import search
from dashboard.live.session import Receive, Scope, Send
from dashboard.live.updates import updates


async def nowhere(_scope: Scope, receive: Receive, send: Send) -> None:
    """No socket has this address: the handshake is refused."""
    await receive()
    await send({"type": "websocket.close"})


websocket_urlpatterns = [
    re_path(r"^live/updates/?$", cast("Any", updates)),
    re_path(r"^live/logs/?$", cast("Any", logs)),
    re_path(r"^live/logs/search/?$", cast("Any", search)),
    re_path(r"", cast("Any", nowhere)),
]

"""What stands before the application: who asks, how much they may send, and how much at once."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from django.conf import settings

from dashboard.net.addresses import client_of, is_proxy, readable
from dashboard.net.bodies import limited
from dashboard.net.handshakes import admitted

Scope = MutableMapping[str, Any]
Application = Callable[[Any, Any, Any], Awaitable[None]]

# What only a proxy may tell of the one who asks.
_TOLD = (b"x-forwarded-", b"forwarded", b"x-real-ip", b"x-request-id")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_SCHEMES = {b"http", b"https"}
_MOST_WARNED = 20
_warned: set[str] = set()

log = structlog.get_logger(__name__)


def front(application: Application) -> Application:
    """The application for whoever may ask something of it."""
    before = {"http": limited, "websocket": admitted}

    async def guarded(scope: Scope, receive: Any, send: Any) -> None:
        ask = before.get(scope["type"])
        if ask is None:
            await application(scope, receive, send)
        else:
            await ask(application, told(scope), receive, send)

    return guarded


def told(scope: Scope) -> Scope:
    """The scope as a proxy that is believed tells it, and without what anybody else tells."""
    peer, port = scope.get("client") or ("", 0)
    client = peer = readable(peer) or peer
    headers = [(name, value) for name, value in scope["headers"] if not name.startswith(_TOLD)]
    proxied, scheme = is_proxy(peer), scope["scheme"]
    if not proxied:
        _warn(peer, scope)
    else:
        said = [(name, value) for name, value in scope["headers"] if name.startswith(_TOLD)]
        client = client_of(peer, [value.decode("latin-1") for name, value in said if name == b"x-forwarded-for"])
        # Where several say it, the nearest is the one we know.
        proto = next((value for name, value in reversed(said) if name == b"x-forwarded-proto"), b"")
        if (proto := proto.rpartition(b",")[2].strip().lower()) in _SCHEMES:
            headers.append((b"x-forwarded-proto", proto))
            scheme = proto.decode().replace("http", "ws") if scope["type"] == "websocket" else proto.decode()
        ids = [value for name, value in said if name == b"x-request-id"]
        if len(ids) == 1 and _REQUEST_ID.fullmatch(ids[0]):
            headers.append((b"x-request-id", ids[0]))
    here = (client, port if client == peer else 0)
    return {**scope, "client": here, "scheme": scheme, "headers": headers, "quayside.proxied": proxied}


def _warn(peer: str, scope: Scope) -> None:
    """Once for each who speaks like a proxy and is none: without a word its pages would be sent in circles."""
    if not settings.TRUST_PROXY or peer in _warned or len(_warned) >= _MOST_WARNED:
        return
    if any(name == b"x-forwarded-proto" for name, _value in scope["headers"]):
        _warned.add(peer)
        log.warning("not believed: TRUSTED_PROXIES does not name this proxy", address=peer)

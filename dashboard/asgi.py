"""The ASGI application: Django for HTTP, Channels for sockets from our own origins, all of it below SCRIPT_NAME."""

from __future__ import annotations

import logging
import os
from typing import Any
from urllib.parse import urlsplit

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
http = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402 - these need the apps to be loaded
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import OriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402

from dashboard.live.routing import websocket_urlpatterns  # noqa: E402
from dashboard.net.front import front  # noqa: E402

log = logging.getLogger(__name__)


class Origins(OriginValidator):  # type: ignore[misc]
    """Sockets from our own origins only; one that cannot be read, or is said twice, is none of them."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        said = [value for name, value in scope.get("headers", []) if name == b"origin"]
        if len(said) > 1 or not all(map(_is_readable, said)):
            scope = {**scope, "headers": [each for each in scope["headers"] if each[0] != b"origin"]}
        return await super().__call__(scope, receive, send)


def _is_readable(origin: bytes) -> bool:
    try:
        parts = urlsplit(origin.decode("latin1"))
        return bool(parts.scheme and parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


validated = Origins(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)), settings.ORIGINS)


async def sockets(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Whatever fails before a socket is open is logged, and the handshake refused."""
    begun = False

    async def saying(message: dict[str, Any]) -> None:
        nonlocal begun
        begun = True
        await send(message)

    try:
        await validated(scope, receive, saying)
    except Exception:
        if begun:
            raise
        log.exception("a socket could not be opened")
        await send({"type": "websocket.close", "code": 1011})


routes = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": sockets,
    }
)
guarded = front(routes)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The same for a proxy that passes the path on as it is, and for one that takes the prefix off it."""
    prefix = settings.FORCE_SCRIPT_NAME
    if prefix and "path" in scope:
        inner = scope["path"].removeprefix(prefix) if f"{scope['path']}/".startswith(f"{prefix}/") else scope["path"]
        scope = {**scope, "path": prefix + (inner or "/"), "root_path": prefix}
    await guarded(scope, receive, send)

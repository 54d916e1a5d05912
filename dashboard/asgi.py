"""The ASGI application: Django for HTTP, Channels for sockets from our own origins, all of it below SCRIPT_NAME."""

from __future__ import annotations

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
http = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402 - these need the apps to be loaded
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import OriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402

from dashboard.live.routing import websocket_urlpatterns  # noqa: E402
from dashboard.stalled import unless_stalled  # noqa: E402

routes = ProtocolTypeRouter(
    {
        "http": unless_stalled(http),
        "websocket": OriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)), settings.ORIGINS),
    }
)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The same for a proxy that passes the path on as it is, and for one that takes the prefix off it."""
    prefix = settings.FORCE_SCRIPT_NAME
    if prefix and "path" in scope:
        inner = scope["path"].removeprefix(prefix) if f"{scope['path']}/".startswith(f"{prefix}/") else scope["path"]
        scope = {**scope, "path": prefix + (inner or "/"), "root_path": prefix}
    await routes(scope, receive, send)

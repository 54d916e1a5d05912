"""The addresses of the live sockets."""

from __future__ import annotations

from typing import Any, cast

from django.urls import re_path

from dashboard.live.logs import logs
from dashboard.live.updates import updates

websocket_urlpatterns = [
    re_path(r"^live/updates/?$", cast("Any", updates)),
    re_path(r"^live/logs/?$", cast("Any", logs)),
]

"""Tells whoever looks that something changed: only *what*, never how it looks. Nothing that matters relies on it.

Topics: `hosts`, `host.<pk>`, `jobs`, `job.<id>`, `audit`, `people`, `registries`, `history`, `redaction`,
`views`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

GROUP = "nudges"
# What the watcher listens to: hosts that were added, edited or removed, and nothing that it says itself.
HOSTS_GROUP = "nudges.hosts"
OF_THE_WATCHER = "state"
# Who clicks waits for a Redis that hangs this long once, and is not asked to wait again for a while.
_DEADLINE_SECONDS = 1.0
_REST_SECONDS = 3.0

log = logging.getLogger(__name__)
_silenced = False
_rests_until = 0.0


def send(topic: str, what: str = "") -> bool:
    """From threads without an event loop; takes at most 1 s, never fails, and says whether Redis took it."""
    return async_to_sync(asend)(topic, what)


def hosts_channel() -> str:
    """The name in Redis of what the watcher listens to."""
    layers: Any = settings.CHANNEL_LAYERS
    return f"{layers['default']['CONFIG']['prefix']}__group__{HOSTS_GROUP}"


async def asend(topic: str, what: str = "") -> bool:
    """On an event loop; takes at most 1 s, never fails, and says whether Redis took it."""
    global _silenced, _rests_until  # noqa: PLW0603 - one word in the log when Redis goes, one when it is back
    layer = get_channel_layer()
    if layer is None or time.monotonic() < _rests_until:
        return False
    message = {"type": "nudge", "topic": topic, "what": what}
    try:
        async with asyncio.timeout(_DEADLINE_SECONDS):
            await layer.group_send(GROUP, message)
            if topic == "hosts" and what != OF_THE_WATCHER:
                await layer.group_send(HOSTS_GROUP, message)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with Redis: who acts must not be held up by it
        if not _silenced:
            log.warning("nudges are not sent: %s", str(error) or type(error).__name__)
        _silenced, _rests_until = True, time.monotonic() + _REST_SECONDS
        return False
    if _silenced:
        log.warning("nudges are sent again")
    _silenced = False
    return True

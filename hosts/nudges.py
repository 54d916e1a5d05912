"""Tells whoever looks that something changed: only *what*, never how it looks. Nothing that matters relies on it.

Topics: `hosts`, `host.<pk>`, `jobs`, `job.<id>`, `audit`, `people`, `registries`.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

GROUP = "nudges"
# What the watcher listens to: hosts that were added, edited or removed, and nothing that it says itself.
HOSTS_GROUP = "nudges.hosts"
OF_THE_WATCHER = "state"
_DEADLINE_SECONDS = 2.0

log = logging.getLogger(__name__)
_silenced = False


def send(topic: str, what: str = "") -> None:
    """From threads without an event loop; takes at most 2 s, and never fails."""
    async_to_sync(asend)(topic, what)


def hosts_channel() -> str:
    """The name in Redis of what the watcher listens to."""
    layers: Any = settings.CHANNEL_LAYERS
    return f"{layers['default']['CONFIG']['prefix']}__group__{HOSTS_GROUP}"


async def asend(topic: str, what: str = "") -> None:
    """On an event loop; takes at most 2 s, and never fails."""
    global _silenced  # noqa: PLW0603 - one word in the log when Redis goes, one when it is back
    layer = get_channel_layer()
    if layer is None:
        return
    message = {"type": "nudge", "topic": topic, "what": what}
    try:
        async with asyncio.timeout(_DEADLINE_SECONDS):
            await layer.group_send(GROUP, message)
            if topic == "hosts" and what != OF_THE_WATCHER:
                await layer.group_send(HOSTS_GROUP, message)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with Redis: who acts must not be held up by it
        if not _silenced:
            log.warning("nudges are not sent: %s", str(error) or type(error).__name__)
        _silenced = True
    else:
        if _silenced:
            log.warning("nudges are sent again")
        _silenced = False

"""What happens on an engine, as it happens: the events that the inventory and a person care about."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator

from hosts.engine import reasons
from hosts.engine.errors import BadAnswer
from hosts.engine.parse import events as parse
from hosts.engine.wire import Wire, parse_json
from hosts.facts import EngineEvent

_LINE_LIMIT = 1 << 20
# The engine leaves out the rest: health checks and terminals alone would bring dozens of exec events a second.
_FILTERS = json.dumps(
    {
        "type": ["container", "image", "network", "volume"],
        "event": [
            *("create", "start", "restart", "stop", "die", "kill", "oom", "pause", "unpause", "rename", "update"),
            *("destroy", "remove", "health_status", "connect", "disconnect", "prune"),
            *("pull", "tag", "untag", "delete", "import", "load"),
        ],
    }
)


@contextlib.asynccontextmanager
async def subscribed(wire: Wire) -> AsyncIterator[AsyncIterator[list[EngineEvent]]]:
    """Inside the `with` nothing is missed; iterate for the events, in the batches in which they come.

    The iterator ends with Lost when the engine closes the stream: it never ends by itself.
    """
    async with wire.stream("GET", "/events", {"filters": _FILTERS}) as answer:

        async def batches() -> AsyncIterator[list[EngineEvent]]:
            buffer = b""
            async for chunk in answer.content.iter_any():
                *lines, buffer = (buffer + chunk).split(b"\n")
                found = [event for line in lines if line.strip() for event in _read(line)]
                if found:
                    yield found
                if len(buffer) > _LINE_LIMIT:
                    raise reasons.bad_answer()
            raise reasons.lost()

        yield batches()


def _read(line: bytes) -> list[EngineEvent]:
    """One event, or none when the line is damaged; the next full sync finds what it would have told."""
    try:
        return [parse.event(parse_json(line))]
    except BadAnswer:
        return []

"""A made-up engine's event stream: every listener gets each event once, late ones the last 256, as from an engine."""

import asyncio
import json
import time
from collections import deque
from typing import Any

from aiohttp import web

from tests.fakes.landscape import StubContainer

KEPT = 256


class Events:
    def __init__(self) -> None:
        self.listeners: set[asyncio.Queue[bytes | None]] = set()
        self.kept: deque[tuple[float, bytes]] = deque(maxlen=KEPT)

    def send(self, event: dict[str, Any]) -> None:
        """Give it a time if it has none, and pass it to whoever listens."""
        now = time.time_ns()
        event = {"scope": "local", "time": now // 10**9, "timeNano": now, **event}
        line = json.dumps(event).encode() + b"\n"
        self.kept.append((event["timeNano"] / 1e9, line))
        for listener in self.listeners:
            listener.put_nowait(line)

    def send_container(self, action: str, container: StubContainer) -> None:
        attributes = {**container.labels, "image": container.image, "name": container.name}
        if action == "die":
            attributes["exitCode"] = str(container.exit_code)
        actor = {"ID": container.id, "Attributes": attributes}
        old_words = {"status": action, "id": container.id, "from": container.image}
        self.send(old_words | {"Type": "container", "Action": action, "Actor": actor})

    def drop(self) -> int:
        """End every open stream in good order, as a stopping engine does; how many there were."""
        for listener in self.listeners:
            listener.put_nowait(None)
        return len(self.listeners)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """GET /events with `since` and `until`; filters are left to the client, who must not rely on them."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        if "since" in request.query:
            since = float(request.query["since"])
            for at, line in list(self.kept):
                if at >= since:
                    await response.write(line)
        if float(request.query.get("until", "inf")) <= time.time():
            return response
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.listeners.add(queue)
        try:
            while (line_or_end := await queue.get()) is not None:
                await response.write(line_or_end)
        except ConnectionError:
            return response
        finally:
            self.listeners.discard(queue)
        return response

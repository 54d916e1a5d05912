"""Which objects did the events touch? Each once, however often; too many at once become a full sync."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from hosts.facts import EngineEvent, Noun
from hosts.watch.states import EVENTS_KEPT

# Beyond this many objects, three lists cost the engine less than looking at each.
TOO_MANY = 300


@dataclass(slots=True)
class Batch:
    """What to look at again; images are listed anew, for one tag's way from one to another touches both."""

    ids: dict[Noun, set[str]] = field(default_factory=dict)
    images: bool = False
    everything: bool = False
    events: deque[EngineEvent] = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))

    def add(self, event: EngineEvent) -> None:
        self.events.append(event)
        if event.action == "prune":
            self.everything = True
        elif event.kind == "image":
            self.images = True
        elif event.kind == "network" and event.action in ("connect", "disconnect"):
            self._touch(Noun.CONTAINER, event.attributes.get("container", ""))
        elif event.kind in (Noun.CONTAINER, Noun.NETWORK, Noun.VOLUME):
            self._touch(Noun(event.kind), event.id)

    def _touch(self, noun: Noun, engine_id: str) -> None:
        if engine_id and not self.everything:
            self.ids.setdefault(noun, set()).add(engine_id)
            self.everything = sum(map(len, self.ids.values())) > TOO_MANY


class Touched:
    """Collects events until somebody has time for them."""

    def __init__(self) -> None:
        self._batch = Batch()
        self._arrived = asyncio.Event()

    def add(self, events: Iterable[EngineEvent]) -> None:
        for event in events:
            self._batch.add(event)
        self._arrived.set()

    async def wait(self, seconds: float) -> bool:
        """Until something was touched, or for so long; whether there is something."""
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return False
        return True

    def take(self) -> Batch:
        batch, self._batch = self._batch, Batch()
        self._arrived.clear()
        return batch

"""One search a person, over all processes: a new one ends the one before it, wherever that runs.

Who searches stands in the cache, and who wants to next. While Redis is away each process keeps to this by itself.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from typing import TypeVar

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache

# What a process that has died held is free after the first; who searches looks every so often for a newer one.
_HELD_SECONDS, _LOOK_SECONDS, _WAIT_SECONDS = 10, 0.5, 0.1

Result = TypeVar("Result")


class Superseded(Exception):
    """The same person has begun another search."""


async def as_newest(person: int, work: Callable[[], Coroutine[None, None, Result]]) -> Result:
    """Do the work once the person's earlier search has ended; Superseded as soon as they begin another."""
    place = _Place(caches["default"], f"searching-{person}")
    await asyncio.to_thread(place.ask)
    while not await asyncio.to_thread(place.enter):
        await asyncio.sleep(_WAIT_SECONDS)
        if not await asyncio.to_thread(place.is_newest):
            raise Superseded
    tasks = working, looking = asyncio.create_task(work()), asyncio.create_task(_superseded(place))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        looking.result()
        raise Superseded
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(place.leave)


async def _superseded(place: _Place) -> None:
    while await asyncio.to_thread(place.is_newest):
        await asyncio.to_thread(place.stay)
        await asyncio.sleep(_LOOK_SECONDS)


class _Place:
    """What the processes agree on about one person."""

    def __init__(self, cache: BaseCache, name: str) -> None:
        self._cache, self._name, self._token = cache, name, uuid.uuid4().hex

    def ask(self) -> None:
        self._cache.set(f"{self._name}-next", self._token, 3600)

    def enter(self) -> bool:
        return self._cache.add(self._name, self._token, _HELD_SECONDS)

    def is_newest(self) -> bool:
        return self._cache.get(f"{self._name}-next") in (self._token, None)

    def stay(self) -> None:
        if not self._cache.touch(self._name, _HELD_SECONDS):
            self._cache.add(self._name, self._token, _HELD_SECONDS)

    def leave(self) -> None:
        if self._cache.get(self._name) == self._token:
            self._cache.delete(self._name)

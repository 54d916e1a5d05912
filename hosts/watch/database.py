"""Does the watcher's database work, on one thread of its own: the event loop never waits for a lock or a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, connection

_P = ParamSpec("_P")
_R = TypeVar("_R")

_thread = ThreadPoolExecutor(1, "database")


async def in_database(work: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
    """What `work` gives back. One thread, so works happen in the order in which they were asked for."""
    return await asyncio.get_running_loop().run_in_executor(_thread, lambda: _careful(work, *args, **kwargs))


def close() -> None:
    _thread.shutdown(wait=False, cancel_futures=True)


def _careful(work: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
    try:
        return work(*args, **kwargs)
    except (DatabaseError, InterfaceError):
        # The connection may be what is broken; the next work gets a new one.
        connection.close()
        raise

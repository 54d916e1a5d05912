"""Does the watcher's database work, on one thread of its own: the event loop never waits for a lock or a disk."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_P = ParamSpec("_P")
_R = TypeVar("_R")

_NAME = "database"
_thread = ThreadPoolExecutor(1, _NAME)


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


def _hurry(connection: BaseDatabaseWrapper, **_: object) -> None:
    """What this thread writes can be asked from the engines again: a power cut may take the last of it, and no write
    waits for the disk. The trail is written by others."""
    if threading.current_thread().name.startswith(_NAME):
        statement = "PRAGMA synchronous = NORMAL" if connection.vendor == "sqlite" else "SET synchronous_commit = off"
        with connection.cursor() as cursor:
            cursor.execute(statement)


connection_created.connect(_hurry)

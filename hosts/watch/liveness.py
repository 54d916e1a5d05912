"""Shows that the watcher lives, asks the worker whether it does, and sweeps up after those who died."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import DatabaseError, connection
from redis.exceptions import RedisError

from hosts import alive
from hosts.audit.notary import Notary

BEAT_SECONDS = 5.0
ALIVE_SECONDS = 15
CANARY_SECONDS = 30.0
SIGN_SECONDS = 1.0

log = structlog.get_logger(__name__)

# Threads of their own: a sweep that waits for a lock must not stop the heart.
_beating = ThreadPoolExecutor(1, "beat")
_sweeping = ThreadPoolExecutor(1, "sweep")
_signing = ThreadPoolExecutor(1, "sign")


async def beat() -> None:
    """Say every few seconds that we live; from the event loop, so that a loop that hangs is heard no more."""
    while True:
        await _in(_beating, lambda: alive.beat("watcher", ALIVE_SECONDS))
        await asyncio.sleep(BEAT_SECONDS)


async def sweep() -> None:
    while True:
        await _in(_sweeping, _sweep)
        await asyncio.sleep(BEAT_SECONDS)


async def canary() -> None:
    """A task that only a worker that works can answer."""
    while True:
        await _in(_sweeping, _send_canary)
        await asyncio.sleep(CANARY_SECONDS)


async def sign() -> None:
    """Checkpoints of the trail, as they are due; whatever goes wrong stops nothing else."""
    notary = Notary()
    while True:
        done = await _in(_signing, lambda: _look(notary))
        await asyncio.sleep(SIGN_SECONDS if done else BEAT_SECONDS)


def close() -> None:
    for pool in (_beating, _sweeping, _signing):
        pool.shutdown(wait=False, cancel_futures=True)


async def _in(pool: ThreadPoolExecutor, work: Callable[[], None]) -> bool:
    """Whether it was done."""
    try:
        await asyncio.get_running_loop().run_in_executor(pool, work)
        return True
    except (RedisError, OSError) as error:
        log.warning("Redis does not answer", reason=str(error))
    except Exception:
        log.exception("chore failed")
    return False


def _sweep() -> None:
    # Late: operations stand above, and nothing else of the watcher needs them.
    from hosts.operations.sweep import sweep as sweep_up

    try:
        sweep_up()
    except DatabaseError:
        connection.close()
        raise


def _look(notary: Notary) -> None:
    try:
        notary.look()
    except DatabaseError:
        connection.close()
        raise


def _send_canary() -> None:
    from celery import current_app
    from kombu.exceptions import OperationalError

    try:
        current_app.send_task("hosts.tasks.canary", retry=False, expires=CANARY_SECONDS)
    except OperationalError as error:
        raise RedisError(str(error)) from error

"""The watcher process: a task for each host, a heart, and an end within five seconds of SIGTERM."""

from __future__ import annotations

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor

import structlog

from hosts.watch import database, liveness, rules
from hosts.watch.keep import keeper
from hosts.watch.roster import Roster

STOP_SECONDS = 4.0

log = structlog.get_logger(__name__)


async def watch() -> None:
    """Until SIGTERM or SIGINT."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # Names are looked up here: with the few threads of the default, six dead name servers would stop all hosts.
    loop.set_default_executor(ThreadPoolExecutor(32, "names"))
    jobs = [
        *(Roster().run(), keeper.run(), rules.follow()),
        *(liveness.beat(), liveness.sweep(), liveness.canary(), liveness.sign()),
    ]
    tasks = [asyncio.create_task(job) for job in jobs]
    stopping = asyncio.create_task(stop.wait())
    log.info("watching")
    await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        if task.done() and not task.cancelled() and task.exception():
            log.error("a part of the watcher failed", exc_info=task.exception())
        task.cancel()
    await asyncio.wait(tasks, timeout=STOP_SECONDS)
    database.close()
    liveness.close()
    log.info("stopped watching")

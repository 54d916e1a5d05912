"""Which hosts are to be watched? Looked up at every nudge and every 15 s; a task for each, a new one after an edit."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import redis.asyncio
import structlog
from django.conf import settings
from redis.exceptions import RedisError

from hosts import nudges
from hosts.models import Host, HostState
from hosts.watch import states
from hosts.watch.database import in_database
from hosts.watch.host import HostWatch

LOOK_SECONDS = 15.0
_DECIDING = ("url", "tls_ca", "tls_cert", "tls_key", "ssh_key", "ssh_host_key", "engine_id", "name")

log = structlog.get_logger(__name__)


class Roster:
    def __init__(self) -> None:
        self._tasks: dict[int, tuple[HostWatch, asyncio.Task[None]]] = {}
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled; then every host's task ends too."""
        listener = asyncio.create_task(self._listen())
        try:
            while True:
                self._changed.clear()
                try:
                    await self._look()
                except Exception:
                    log.exception("hosts not read")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._changed.wait()
        finally:
            listener.cancel()
            await asyncio.gather(listener, *map(self._end, list(self._tasks)), return_exceptions=True)

    async def _look(self) -> None:
        wanted, disabled = await in_database(_hosts)
        for pk in list(self._tasks):
            if pk not in wanted or _signature(wanted[pk]) != _signature(self._tasks[pk][0].host):
                await self._end(pk)
            elif wanted[pk].state == HostState.UNKNOWN:
                await self._tasks[pk][0].say_again()
        for pk in disabled:
            if await in_database(states.set_state, pk, HostState.DISABLED):
                await nudges.asend("hosts", "state")
        for pk, host in wanted.items():
            if pk not in self._tasks:
                watch = HostWatch(host)
                self._tasks[pk] = watch, asyncio.create_task(watch.run(), name=f"host {host.name}")

    async def _end(self, pk: int) -> None:
        _, task = self._tasks.pop(pk)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _listen(self) -> None:
        """Hear that a host was added, edited or removed. Without Redis the next look finds it.

        Not through the channel layer, which wakes up ten times a second for whoever receives from it.
        """
        while True:
            try:
                async with redis.asyncio.Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as heard:
                    await heard.subscribe(nudges.hosts_channel())
                    self._changed.set()
                    async for _ in heard.listen():
                        self._changed.set()
            except (RedisError, OSError) as error:
                log.info("no nudges heard", reason=str(error))
            await asyncio.sleep(2)


def _hosts() -> tuple[dict[int, Host], list[int]]:
    """The enabled hosts, and the disabled ones that do not say so yet."""
    disabled = Host.objects.filter(enabled=False).exclude(state=HostState.DISABLED)
    return {host.pk: host for host in Host.objects.filter(enabled=True)}, list(disabled.values_list("pk", flat=True))


def _signature(host: Host) -> tuple[Any, ...]:
    return tuple(getattr(host, name) for name in _DECIDING)

"""Watches one host for as long as it is enabled: reach it, follow its events, and say how it is and since when.

Each host has a task, connections and deadlines of its own: one that hangs is felt by no other.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterator

import structlog

from hosts import nudges
from hosts.access import Actor, Capability, Denied, Target, grant
from hosts.engine import looking
from hosts.engine.address import Address, Scheme
from hosts.engine.errors import EngineError
from hosts.engine.events import subscribed
from hosts.engine.tunnel import Tunnel, shared_socket
from hosts.engine.wire import Wire, open_wire
from hosts.models import Host, HostState
from hosts.watch import states
from hosts.watch.database import in_database
from hosts.watch.mirror import Mirror
from hosts.watch.touched import Batch, Touched

BATCH_SECONDS = 0.05
SYNC_SECONDS = 300.0
PING_SECONDS = 10.0
PING_DEADLINE = 5.0
SLOWEST_RETRY = 15.0
_ENOUGH_FAILURES = 10

log = structlog.get_logger(__name__)


class HostWatch:
    """The task of one host. `host` is kept equal to the row in what concerns the connection."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._failures = 0
        self._up_at: float | None = None
        self._said: tuple[HostState, str] | None = None

    async def run(self) -> None:
        """Until cancelled; whatever goes wrong is written to the host and tried again."""
        while True:
            try:
                await self._once()
            except Exception:
                # The database, most likely: nothing may end this task but its being cancelled.
                log.exception("watching failed", host=self.host.name)
                self._failures += 1
            if self._failures:
                self._failures = min(self._failures, _ENOUGH_FAILURES)
                await asyncio.sleep(min(SLOWEST_RETRY, 2.0**self._failures / 2) * random.uniform(0.6, 1.0))  # noqa: S311

    async def _once(self) -> None:
        """One connection, from its opening to its end."""
        try:
            async with self._reach() as wire:
                await self._follow(wire)
        except EngineError as error:
            await self._failed(error)

    async def _failed(self, error: EngineError) -> None:
        """A connection that worked is tried anew at once, and only a second failure is told."""
        up_at, self._up_at = self._up_at, None
        if up_at is not None and asyncio.get_running_loop().time() - up_at > SLOWEST_RETRY:
            log.info("connection lost", host=self.host.name, reason=error.sentence)
            return
        self._failures += 1
        await self._is(states.state_of(error), error.sentence)

    async def say_again(self) -> None:
        """Write the state anew, after an edit has set it back that changed nothing about the connection."""
        if self._said:
            await self._is(*self._said)

    async def _is(self, state: HostState, reason: str = "") -> None:
        self._said = state, reason
        if await in_database(states.set_state, self.host.pk, state, reason):
            log.info("host state", host=self.host.name, state=str(state), reason=reason)
            await nudges.asend("hosts", "state")
            await nudges.asend(f"host.{self.host.pk}", "state")

    @contextlib.asynccontextmanager
    async def _reach(self) -> AsyncIterator[Wire]:
        """The engine; over SSH through the tunnel that all our processes then share."""
        answer = grant(Actor.system("watcher"), Capability.HOST_VIEW, Target("host", self.host, name=self.host.name))
        if isinstance(answer, Denied):
            raise TypeError(answer.reason)
        address = Address.of(self.host)
        if address.scheme is not Scheme.SSH:
            async with open_wire(answer) as wire:
                yield wire
            return
        async with Tunnel(address, shared_socket(address, self.host.pk)) as tunnel:
            try:
                async with open_wire(answer) as wire:
                    yield wire
            except EngineError as error:
                raise tunnel.reason(error) from error

    async def _follow(self, wire: Wire) -> None:
        """Mirror the engine until the connection breaks; of a strange engine, only whether it is still there."""
        info = await looking.info(wire)
        self.host.engine_id = await in_database(states.meet, self.host.pk, info)
        with _first_of_group():
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._ping(wire))
                if self.host.engine_id == info.id:
                    await self._mirror(wire, tasks)
                else:
                    error = states.changed_engine(info)
                    await self._is(HostState.CHANGED, error.sentence)

    async def _mirror(self, wire: Wire, tasks: asyncio.TaskGroup) -> None:
        mirror, touched = Mirror(self.host, wire), Touched()
        async with subscribed(wire) as batches:
            tasks.create_task(self._keep(mirror, touched))
            async for events in batches:
                touched.add(events)

    async def _keep(self, mirror: Mirror, touched: Touched) -> None:
        """Write what is touched as it comes, and everything now and then; begins when nothing can be missed."""
        await mirror.bring_all(after_a_gap=True)
        loop = asyncio.get_running_loop()
        self._failures, self._up_at = 0, loop.time()
        await self._is(HostState.UP)
        due = loop.time() + SYNC_SECONDS
        while True:
            if await touched.wait(max(0.0, due - loop.time())):
                await asyncio.sleep(BATCH_SECONDS)
                await self._bring(mirror, touched.take())
            if loop.time() >= due:  # also where events never cease
                await mirror.bring_all(after_a_gap=False)
                due = loop.time() + SYNC_SECONDS

    async def _bring(self, mirror: Mirror, batch: Batch) -> None:
        if batch.everything:
            await mirror.bring_all(after_a_gap=True)
            batch.ids.clear()
            batch.images = False
        await mirror.bring(batch)

    async def _ping(self, wire: Wire) -> None:
        """A dead peer closes no connection: only a question shows that nobody is there."""
        while True:
            await asyncio.sleep(PING_SECONDS)
            await wire.ping(timeout=PING_DEADLINE)


@contextlib.contextmanager
def _first_of_group() -> Iterator[None]:
    """Of the parts that fell together one is the cause: let that out alone."""
    try:
        yield
    except BaseExceptionGroup as group:
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from group

"""The task of one host: it survives its database, and syncs in full also where events never cease."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from hosts.engine.errors import Unreachable
from hosts.facts import EngineEvent, Noun
from hosts.models import Host, HostState
from hosts.watch import host as watch_host
from hosts.watch.host import HostWatch
from hosts.watch.mirror import Mirror
from hosts.watch.touched import TOO_MANY, Batch, Touched


class CountingMirror:
    """Counts what it is asked to bring."""

    def __init__(self) -> None:
        self.all: list[bool] = []
        self.batches: list[Batch] = []

    async def bring_all(self, *, after_a_gap: bool) -> None:
        self.all.append(after_a_gap)

    async def bring(self, batch: Batch) -> None:
        self.batches.append(batch)


def event(number: int = 1, kind: str = "container", action: str = "start", **attributes: str) -> EngineEvent:
    return EngineEvent(kind, action, f"id-{number}", f"name-{number}", datetime.now(UTC), attributes)


async def test_a_full_sync_also_where_events_never_cease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_host, "SYNC_SECONDS", 0.3)
    monkeypatch.setattr(watch_host, "BATCH_SECONDS", 0.01)
    watch, mirror, touched = HostWatch(Host(name="busy")), CountingMirror(), Touched()
    states: list[HostState] = []

    async def note(state: HostState, _reason: str = "") -> None:
        states.append(state)

    monkeypatch.setattr(watch, "_is", note)
    keeping = asyncio.create_task(watch._keep(cast("Mirror", mirror), touched))
    for _ in range(80):
        touched.add([event()])
        await asyncio.sleep(0.01)
    keeping.cancel()
    assert states == [HostState.UP]
    assert mirror.all[0] is True
    assert mirror.all[1:] == [False] * len(mirror.all[1:])
    assert len(mirror.all) >= 3
    assert mirror.batches


async def test_a_database_that_fails_does_not_end_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    async def broken(*_: Any, **__: Any) -> None:
        tries.append(1)
        raise OSError("the disk is full")

    def unreachable() -> Any:
        raise Unreachable("Nobody there.")

    monkeypatch.setattr(watch_host, "in_database", broken)
    monkeypatch.setattr(watch_host, "SLOWEST_RETRY", 0.01)
    watch = HostWatch(Host(name="broken", url="unix:///nowhere"))
    monkeypatch.setattr(watch, "_reach", unreachable)
    task = asyncio.create_task(watch.run())
    await asyncio.sleep(0.5)
    assert not task.done()
    assert len(tries) > 5
    task.cancel()


def test_each_object_once_and_too_many_become_everything() -> None:
    batch = Batch()
    for _ in range(50):
        batch.add(event(1))
    batch.add(event(2, "network", "connect", container="id-3"))
    batch.add(event(4, "image", "tag"))
    batch.add(event(5, "plugin", "enable"))
    assert batch.ids == {Noun.CONTAINER: {"id-1", "id-3"}}
    assert (batch.images, batch.everything, len(batch.events)) == (True, False, 53)
    for number in range(TOO_MANY + 1):
        batch.add(event(number))
    assert batch.everything
    pruned = Batch()
    pruned.add(event(1, "volume", "prune"))
    assert pruned.everything

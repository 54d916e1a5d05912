"""Podman's service in the place of an engine: known again, read, and worked with."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hosts.access import Actor, Grant, Target, grant
from hosts.engine.frames import Batch
from hosts.engine.logs import LogQuery, follow
from hosts.engine.wire import open_wire
from hosts.models import Container, Host
from tests import rows
from tests.hosts.engine.ways import WAYS, host, info
from tests.hosts.operations.conftest import Do
from tests.testbed.images import BASE_IMAGE
from tests.testbed.needs import started
from tests.testbed.podman import Podman

pytestmark = pytest.mark.engine
COUNTING = "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.1; done"


@pytest.fixture(scope="module")
def podman(workspace: Path) -> Iterator[Podman]:
    yield from started(Podman(workspace))


def test_it_is_the_same_engine_each_time_it_is_asked(podman: Podman) -> None:
    seen = [info(way, host(podman.url)) for way in WAYS * 2]
    assert {one.product for one in seen} == {"Podman"}, "told by the engine's own words"
    assert len({one.id for one in seen}) == 1


def test_its_containers_are_worked_with(db: None, do: Do, podman: Podman) -> None:
    container = podman.run("--name=counting", BASE_IMAGE, "sh", "-c", COUNTING)
    harbour = rows.host("harbour", url=podman.url, engine_id=info("sdk", host(podman.url)).id)
    target = Target("container", harbour, container, "counting")
    for name, state in (("stop", "exited"), ("start", "running"), ("pause", "paused"), ("unpause", "running")):
        done = do(f"container.{name}", target)
        assert done.ok, done.message
        assert Container.objects.get(engine_id=container).state == state
    assert "line 1" in asyncio.run(first_lines(podman.url, container))
    assert do("container.remove", target, force=True).ok
    assert container not in podman.podman("ps", "--all", "--quiet", "--no-trunc")


async def first_lines(url: str, container: str) -> list[str]:
    answer = grant(Actor.shell(), "container.logs", Target("container", Host(name="harbour", url=url)))
    assert isinstance(answer, Grant)
    found: list[str] = []
    query = LogQuery(tail=None)
    async with contextlib.aclosing(follow(lambda: open_wire(answer, bulk=True), container, query)) as items:
        async for item in items:
            if isinstance(item, Batch):
                found += [line.decode().partition(" ")[2] for line in item.lines]
            if len(found) > 3:
                break
    return found

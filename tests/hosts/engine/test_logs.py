"""The reader of logs against what goes wrong on the way: cut, frozen, restarted; no line twice, none missing."""

import asyncio
import contextlib
import functools
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hosts.access import Actor, Grant, Target, grant
from hosts.engine import logs as module
from hosts.engine.cursor import Place, nanoseconds
from hosts.engine.errors import EngineError
from hosts.engine.frames import Batch
from hosts.engine.logs import Cause, End, Gap, Item, LogQuery, Lost, Opened, Why, follow
from hosts.engine.wire import open_wire
from hosts.models import Host
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.process import wait_until
from tests.testbed.wire import Wire

Run = Callable[..., str]
PATIENCE = 60


def granted(url: str) -> Grant:
    answer = grant(Actor.shell(), "container.logs", Target("container", Host(name="harbour", url=url)))
    assert isinstance(answer, Grant)
    return answer


def numbers(items: list[Item]) -> list[int]:
    return [int(line.split()[-1]) for item in items if isinstance(item, Batch) for line in item.lines]


class Reading:
    """A log being read: what came so far, and waiting for more."""

    def __init__(self, url: str, container: str, query: LogQuery) -> None:
        self.items: list[Item] = []
        self._stream = follow(lambda: open_wire(granted(url), bulk=True), container, query)

    async def until(self, is_so: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not is_so():
                self.items.append(await anext(self._stream))

    async def until_lines(self, count: int) -> None:
        await self.until(lambda: len(numbers(self.items)) >= count)

    async def until_a(self, kind: type, count: int = 1) -> None:
        await self.until(lambda: sum(isinstance(item, kind) for item in self.items) >= count)

    async def close(self) -> None:
        await self._stream.aclose()


@contextlib.asynccontextmanager
async def reading(url: str, container: str, **query: object) -> AsyncIterator[Reading]:
    made = Reading(url, container, LogQuery(**query))  # type: ignore[arg-type]
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SILENCE_SECONDS", 0.5)
    monkeypatch.setattr(module, "_PING_SECONDS", 0.5)


@pytest.fixture
def counter(run_container: Run) -> str:
    """Writes numbers for as long as it lives, fifty at once."""
    script = "i=0; while :; do echo $i; i=$((i+1)); [ $((i % 50)) = 0 ] && sleep 0.02; done"
    return run_container(BASE_IMAGE, "sh", "-c", script)


@pytest.fixture
def wire(engine: Engine) -> Iterator[Wire]:
    with Wire(engine.socket) as made:
        yield made


async def test_a_wire_that_is_cut_again_and_again_costs_no_line(counter: str, wire: Wire) -> None:
    async with reading(f"tcp://127.0.0.1:{wire.port}", counter, tail=None) as log:
        for cuts in range(8):
            await log.until_lines(len(numbers(log.items)) + 37 * (cuts + 1))
            await asyncio.to_thread(wire.cut)
            # Whether it is said depends on whether the engine is there at once.
            await log.until_a(Opened, cuts + 2)
        await log.until_lines(len(numbers(log.items)) + 100)
        got = numbers(log.items)
        assert got == list(range(len(got)))
        assert not any(isinstance(item, Gap) for item in log.items), "nothing is missing"


async def test_lines_that_the_engine_dropped_meanwhile_are_a_gap(
    run_container: Run, engine: Engine, wire: Wire
) -> None:
    small = ("--log-opt=max-size=10k", "--log-opt=max-file=2")
    flood = "echo 0; until [ -e /go ]; do sleep 0.05; done; awk 'BEGIN { for (i = 1; i < 2000; i++) print i }'"
    container = run_container(*small, BASE_IMAGE, "sh", "-c", f"{flood}; sleep 100")
    async with reading(f"tcp://127.0.0.1:{wire.port}", container, tail=None) as log:
        await log.until_lines(1)
        wire.to = Path("/nowhere/docker.sock")
        await asyncio.to_thread(wire.cut)
        await log.until_a(Lost)
        await asyncio.to_thread(engine.docker, "exec", container, "touch", "/go")
        last = functools.partial(engine.docker, "logs", "--tail=1", container)
        await asyncio.to_thread(wait_until, lambda: last().startswith("1999"), 20, what="the last line")
        wire.to = engine.socket
        await log.until_a(Gap)
        await log.until_lines(2)
    before, after = [item for item in log.items if isinstance(item, Batch)][:2]
    (gap,) = [item for item in log.items if isinstance(item, Gap)]
    assert log.items.index(gap) == log.items.index(after) - 1, "in its place"
    begin, end = nanoseconds(before.lines[0]), nanoseconds(after.lines[0])
    assert gap == Gap(begin or 0, end or 0, Cause.LOST)
    assert 1 < numbers(log.items)[1] < 2000
    async with reading(engine.url, container, tail=None, after=Place(begin or 0, 1)) as again:
        await again.until_lines(1)
    assert again.items[1] == replace(gap, cause=Cause.AWAY)


async def test_a_slow_wire_that_is_cut_in_the_middle_of_frames_costs_no_line(
    run_container: Run, engine: Engine
) -> None:
    container = run_container(BASE_IMAGE, "awk", 'BEGIN { for (i = 0; i < 9000; i++) print i " " i }')
    engine.docker("wait", container)
    with Wire(engine.socket, bytes_per_second=600_000) as wire:
        async with reading(f"tcp://127.0.0.1:{wire.port}", container, tail=None) as log:
            for wanted in (100, 900, 2500, 6000):
                await log.until_lines(wanted)
                await asyncio.to_thread(wire.cut)
            wire.bytes_per_second = None
            await log.until_a(End)
    assert numbers(log.items) == list(range(9000))


async def test_a_wire_that_goes_dead_is_noticed_and_read_on_when_it_is_back(
    counter: str, wire: Wire, impatient: None
) -> None:
    async with reading(f"tcp://127.0.0.1:{wire.port}", counter, tail=None) as log:
        await log.until_lines(100)
        wire.freeze()
        await log.until_a(Lost)
        wire.thaw()
        await log.until_a(Opened, 2)
        await log.until_lines(len(numbers(log.items)) + 200)
        got = numbers(log.items)
        assert got == list(range(len(got)))


async def test_an_engine_that_stands_still_is_noticed(spare_engine: Engine, impatient: None) -> None:
    container = spare_engine.run(BASE_IMAGE, "sh", "-c", "echo 0; sleep 1000")
    async with reading(spare_engine.url, container) as log:
        await log.until_lines(1)
        spare_engine.stop_dead()
        try:
            await log.until_a(Lost)
        finally:
            spare_engine.resume()
        await log.until_a(Opened, 2)
        assert numbers(log.items) == [0]


async def test_a_restarted_engine_tells_how_the_container_ended(spare_engine: Engine) -> None:
    container = spare_engine.run(
        BASE_IMAGE, "sh", "-c", "trap 'echo 1; exit 9' TERM; echo 0; while :; do sleep 0.05; done"
    )
    async with reading(spare_engine.url, container) as log:
        await log.until_lines(1)
        await asyncio.to_thread(spare_engine.restart)
        await log.until_a(End)
    assert numbers(log.items) == [0, 1]
    assert log.items[-1] == End(Why.STOPPED, "The container stopped with code 9.", 9)


async def test_an_engine_that_is_not_there_is_waited_for(spare_engine: Engine) -> None:
    container = spare_engine.run(BASE_IMAGE, "sh", "-c", "echo 0; exit 4")
    await asyncio.to_thread(spare_engine.shut_down)
    async with reading(spare_engine.url, container) as log:
        await log.until_a(Lost)
        assert "docker.sock" in next(item.sentence for item in log.items if isinstance(item, Lost))
        await asyncio.to_thread(spare_engine.start)
        await log.until_a(End)
    assert [type(item) for item in log.items] == [Lost, Opened, Batch, End]


async def test_what_is_written_while_nobody_listens_comes_later(counter: str, wire: Wire) -> None:
    """With no line seen before the break, too."""
    async with reading(f"tcp://127.0.0.1:{wire.port}", counter, tail=3) as log:
        await log.until_a(Opened)
        await asyncio.to_thread(wire.cut)
        wire.freeze()
        await asyncio.sleep(0.3)
        wire.thaw()
        await log.until_lines(200)
        got = numbers(log.items)
        assert got == list(range(got[0], got[0] + len(got)))


async def test_a_reading_that_follows_nothing_fails_at_once(spare_engine: Engine) -> None:
    await asyncio.to_thread(spare_engine.shut_down)
    async with reading(spare_engine.url, "a" * 64, follow=False) as log:
        with pytest.raises(EngineError):
            await log.until_a(End)


async def test_a_reading_that_is_closed_leaves_no_connection(counter: str, wire: Wire) -> None:
    for _ in range(5):
        async with reading(f"tcp://127.0.0.1:{wire.port}", counter) as log:
            await log.until_lines(1)
    async with asyncio.timeout(5):
        for _ in itertools.count():
            if not wire._tasks:
                return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("container", ["../images/json", "a/b", "", "a?b=c", "a%2e"])
async def test_an_id_that_is_none_never_reaches_an_engine(container: str) -> None:
    with pytest.raises(EngineError):
        await anext(follow(lambda: open_wire(granted("unix:///nowhere")), container, LogQuery()))

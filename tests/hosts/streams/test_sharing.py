"""Who shares a log with whom, and who waits for whom: the hub's parts over a reader that says what a test wants."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from hosts.engine.cursor import Place, nanoseconds
from hosts.engine.frames import STDOUT, Batch
from hosts.engine.logs import End, Item, LogQuery, Lost, Opened, Why
from hosts.facts import Container
from hosts.streams import upstream as module
from hosts.streams.ring import LINES, Ring
from hosts.streams.upstream import Upstream
from hosts.streams.viewer import QUEUE_BYTES, Skipped, Viewer

OPENED = Opened(Container("a" * 64, "web", "nginx", "", "", None, "running"))
STAMP = b"2026-01-02T03:04:05.%09dZ "


def batch(first: int, count: int, width: int = 0) -> Batch:
    lines = [STAMP % number + b"%d" % number + b"." * width for number in range(first, first + count)]
    return Batch(bytearray([STDOUT]) * count, lines)


def numbers(lines: list[bytes]) -> list[int]:
    return [int(line.split()[1].rstrip(b".")) for line in lines]


class Script:
    """Stands in for the engine: what it is told is what the upstream reads."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Item] = asyncio.Queue()
        self.closed = False

    async def follow(self, *_asked: Any) -> AsyncGenerator[Item, None]:
        try:
            while True:
                item = await self.queue.get()
                yield item
                self.queue.task_done()
                if isinstance(item, End):
                    return
        finally:
            self.closed = True

    def say(self, *items: Item) -> None:
        for item in items:
            self.queue.put_nowait(item)

    async def all_read(self) -> None:
        """And handed on."""
        await self.queue.join()


@pytest_asyncio.fixture
async def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    made = Script()
    monkeypatch.setattr(module, "follow", made.follow)
    return made


@pytest_asyncio.fixture
async def upstream(script: Script) -> AsyncIterator[Upstream]:
    made = Upstream(lambda: None, "a" * 64, LogQuery(tail=500))  # type: ignore[arg-type, return-value]
    yield made
    await made.close()


async def take(viewer: Viewer, limit: int = 1 << 20) -> Any:
    async with asyncio.timeout(5):
        return await viewer.take(limit)


async def lines_until(viewer: Viewer, last: int) -> tuple[list[int], int]:
    """The numbers that come until the last one has come or been skipped, and how many were skipped."""
    got: list[int] = []
    skipped = 0
    while len(got) + skipped <= last:
        item = await take(viewer)
        if isinstance(item, Batch):
            got += numbers(item.lines)
        elif isinstance(item, Skipped):
            skipped += item.lines
    return got, skipped


async def test_a_late_viewer_is_given_the_tail_at_once_and_then_what_comes(upstream: Upstream, script: Script) -> None:
    first = upstream.join(LogQuery(tail=500))
    script.say(OPENED, batch(0, 20))
    await script.all_read()
    late = upstream.join(LogQuery(tail=5))
    script.say(batch(20, 2))
    await script.all_read()
    assert await take(late) is OPENED
    assert numbers((await take(late)).lines) == [15, 16, 17, 18, 19, 20, 21]
    assert await take(first) is OPENED
    assert numbers((await take(first)).lines) == list(range(22))


async def test_a_viewer_that_takes_nothing_is_skipped_and_delays_the_others_by_a_second_at_most(
    upstream: Upstream, script: Script
) -> None:
    slow, fast = upstream.join(upstream.query), upstream.join(upstream.query)
    many = [batch(number * 100, 100, 1000) for number in range(40)]  # 4 MB
    script.say(OPENED, *many)
    began = time.monotonic()
    assert await take(fast) is OPENED
    got, skipped = await lines_until(fast, 3999)
    assert (got, skipped) == (list(range(4000)), 0)
    assert time.monotonic() - began < 2
    script.say(batch(4000, 1))
    await script.all_read()
    assert await take(slow) is OPENED
    got, skipped = await lines_until(slow, 4000)
    assert skipped > 0
    assert got == [*range(len(got) - 1), 4000] or got == list(range(len(got))), "one gap, in its place"
    assert len(got) * 1030 <= QUEUE_BYTES * 1.5


async def test_a_viewer_who_is_alone_is_waited_for_while_it_takes(upstream: Upstream, script: Script) -> None:
    alone = upstream.join(upstream.query)
    script.say(OPENED, *(batch(number * 100, 100, 1000) for number in range(60)))
    assert await take(alone) is OPENED
    got: list[int] = []
    while len(got) < 6000:
        await asyncio.sleep(0.02)
        item = await take(alone, 64 << 10)
        assert isinstance(item, Batch), "nothing is skipped"
        got += numbers(item.lines)
    assert got == list(range(6000))


async def test_batches_travel_together_and_are_divided_at_the_limit(upstream: Upstream, script: Script) -> None:
    viewer = upstream.join(upstream.query)
    script.say(OPENED, *(batch(number, 1) for number in range(10)), batch(10, 100, 1000))
    await script.all_read()
    assert await take(viewer) is OPENED
    assert numbers((await take(viewer, 10_000)).lines) == list(range(10))
    divided = await take(viewer, 10_000)
    assert 0 < divided.size <= 10_000
    rest = await take(viewer, 1 << 20)
    assert numbers(divided.lines + rest.lines) == list(range(10, 110))
    assert bytes(divided.kinds + rest.kinds) == bytes([STDOUT]) * 100


async def test_what_is_lost_and_found_again_is_told_to_late_viewers_too(upstream: Upstream, script: Script) -> None:
    upstream.join(upstream.query)
    script.say(OPENED, batch(0, 3), Lost("away"))
    await script.all_read()
    late = upstream.join(LogQuery(tail=2))
    assert await take(late) is OPENED
    assert numbers((await take(late)).lines) == [1, 2]
    assert await take(late) == Lost("away")
    script.say(Opened(OPENED.container, again=True))
    assert (await take(late)).again


async def test_who_can_be_served(upstream: Upstream, script: Script) -> None:
    assert upstream.serves(upstream.query)
    assert not upstream.serves(LogQuery(tail=5)), "it may still be reading the past"
    script.say(OPENED, batch(0, 30))
    await script.all_read()
    await asyncio.sleep(0.4)
    assert upstream.serves(LogQuery(tail=5))
    assert upstream.serves(LogQuery(tail=400)), "there are no more than 30"
    assert not upstream.serves(LogQuery(tail=600))
    assert not upstream.serves(LogQuery(tail=None))
    assert not upstream.serves(LogQuery(tail=5, since="1"))
    assert not upstream.serves(LogQuery(tail=5, follow=False))
    script.say(batch(30, LINES + 1))
    await script.all_read()
    assert upstream.serves(LogQuery(tail=500))
    assert not upstream.serves(LogQuery(tail=LINES + 500))
    script.say(End(Why.STOPPED, "stopped", 0))
    await script.all_read()
    assert not upstream.serves(LogQuery(tail=5))


async def test_closing_ends_the_reading(script: Script) -> None:
    upstream = Upstream(lambda: None, "a" * 64, LogQuery())  # type: ignore[arg-type, return-value]
    script.say(OPENED)
    await script.all_read()
    await upstream.close()
    assert script.closed


def test_the_ring_keeps_the_newest_within_bounds() -> None:
    ring = Ring()
    for number in range(300):
        each = batch(number * 100, 100)
        ring.add(each, each.size)
    assert ring.lines <= LINES
    assert ring.dropped == 30_000 - ring.lines
    assert numbers(ring.tail(3).lines) == [29_997, 29_998, 29_999]
    assert len(ring.tail()) == ring.lines
    huge = batch(0, 3000, 1000)
    ring.add(huge, huge.size)
    assert ring.lines == 3000, "one batch is kept, however large"


async def test_who_comes_back_is_given_what_is_behind_the_last_line(upstream: Upstream, script: Script) -> None:
    script.say(OPENED, batch(0, 10))
    await script.all_read()
    at = nanoseconds(batch(6, 1).lines[0])
    assert at
    query = LogQuery(tail=None, after=Place(at, 1))
    assert upstream.serves(query)
    viewer = upstream.join(query)
    assert await take(viewer) == OPENED
    assert numbers((await take(viewer)).lines) == [7, 8, 9]

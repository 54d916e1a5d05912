"""Whatever people type and containers print, the event loop is held for some milliseconds at most."""

import asyncio
from typing import Any

import pytest

from dashboard.live.groups import Groups
from dashboard.live.lines import graded, lines_message
from dashboard.live.logs import MESSAGE_BYTES, Logs
from hosts.engine.frames import STDOUT, Batch
from hosts.lines.filters import Filter
from hosts.lines.redaction import Redactor
from hosts.streams.masks import hide_all
from hosts.streams.merge import WINDOW_SECONDS, Merge, Merged
from hosts.streams.sieve import Sieve
from hosts.streams.viewer import Viewer
from tests.gaps import longest_gap
from tests.hosts.lines import hostile

STAMP = b"2026-01-01T00:00:00.%09dZ "
LINES = hostile.lines()
# A line of 64 KiB costs up to five milliseconds on a machine like those this runs on; it was hundreds.
BAR = 0.05


def batch_of(text: bytes, lines: int) -> Batch:
    return Batch(bytearray([STDOUT]) * lines, [STAMP % each + text for each in range(lines)])


async def read(text: bytes, lines: int, wanted: Filter | None, *, masked: bool = False) -> int:
    """As a log goes from an engine to a browser, merged or alone; how many bytes go out."""
    viewer, sieve, groups, merge = Viewer(lambda _viewer: None), Sieve(wanted), Groups(), Merge(10_000)
    redactor = Redactor()
    masking, sent = redactor.masking(torn=True), 0
    viewer.hand(batch_of(text, lines))
    while viewer.queued:
        given = await viewer.take(MESSAGE_BYTES)
        assert isinstance(given, Batch)
        if masked:
            given = await hide_all(given, masking, redactor)
        merge.feed(0, await sieve.pass_on(given, "web"), 0.0)
        for piece in merge.due(WINDOW_SECONDS, MESSAGE_BYTES):
            assert isinstance(piece, Merged)
            kinds = await groups.marked_calmly(piece.kinds, piece.lines, piece.sources)
            grades = await graded(piece.lines)
            sent += len(lines_message(1, kinds, piece.lines, sources=piece.sources, grades=grades))
        await asyncio.sleep(0)
    return sent


FILTERS = {
    "none": "",
    "words": 'zzz -"q q" Error',
    "fields": "-a=zzz -b.c>2 -msg~z",
    "levels": "level>=warn",
    "a pattern": "-/a[ab]{100}c/",
    "a large pattern": r"-/\pL\d{3}$/",
    "letters": "-ärgerlich",
}


@pytest.mark.parametrize("name", LINES)
async def test_hostile_lines_hold_nobody_up(name: str) -> None:
    async with longest_gap() as gap:
        await read(LINES[name], 6, None)
        await read(LINES[name], 2, Filter.parse(FILTERS["fields"]))
    assert gap.longest < BAR


@pytest.mark.parametrize("wanted", FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("name", ["levels in quotes", "calls", "JSON: a level of spaces", "equal words"])
async def test_nor_with_any_filter(name: str, wanted: str) -> None:
    async with longest_gap() as gap:
        await read(LINES[name], 3, Filter.parse(wanted) if wanted else None)
    assert gap.longest < BAR


async def test_six_hundred_lines_of_the_worst_kind() -> None:
    async with longest_gap() as gap:
        sent = await read(LINES["levels in quotes"], 600, None)
    assert sent > 600 * hostile.LINE_BYTES
    assert gap.longest < BAR
    assert gap.rounds > 600


async def test_many_lines_that_cost_a_little_each() -> None:
    text = b'{"level":30,"a":{"b":{"c":1}},"msg":"request","status":200,"x":[1,2,3]}'
    for wanted in FILTERS.values():
        async with longest_gap() as gap:
            await read(text, 5_000, Filter.parse(wanted) if wanted else None)
        assert gap.longest < BAR


@pytest.mark.parametrize("name", ["passwords", "cards", "begun keys", "levels in quotes", "base64"])
async def test_masking_holds_nobody_up_for_long(name: str) -> None:
    async with longest_gap() as gap:
        await read(LINES[name], 3, None, masked=True)
    assert gap.longest < BAR


FLOODS = {
    "a class many times": r"/[\pL\pN]{1000}%d/",
    "classes": r"/%d" + r"\pL" * 150 + "/",
    "many patterns": r"/\pL%d/ " * 25,
    "what may be left out": "/%d" + "a{0,30}" * 60 + "/",
    "letters": "ärger%d" + "é" * 600,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
async def test_whoever_types_hostile_patterns_holds_nobody_up(flood: str) -> None:
    """A socket answers for the newest text, and not more often than five times a second."""
    said: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    async def receive() -> dict[str, Any]:
        return await asyncio.Future()

    sockets = [Logs({}, receive, send) for _each in range(4)]
    working = [asyncio.create_task(socket.work()) for socket in sockets]
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with longest_gap() as gap:
        for number in range(60):
            for socket in sockets:
                socket.hear("filter", {"text": flood.replace("%d", str(number))})
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
    took = loop.time() - began
    for task in working:
        task.cancel()
    await asyncio.gather(*working, return_exceptions=True)
    assert gap.longest < BAR
    assert len(sockets) * 2 <= len(said) <= len(sockets) * (took / 0.2 + 2)
    assert "59" in said[-1]["text"], "the newest is answered"


async def test_the_measure_sees_who_holds_the_loop() -> None:
    async with longest_gap() as gap:
        for _each in range(20):
            await asyncio.sleep(0)
        sum(range(3_000_000))
    assert gap.longest > 0.01

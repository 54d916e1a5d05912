"""A log that is read backwards in windows gives each of its lines once, whatever its driver, length and files."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from hosts.access import Actor, Capability, Grant, Target, grant
from hosts.engine.cursor import nanoseconds
from hosts.engine.frames import CUT, Batch
from hosts.engine.wire import Wire, open_wire
from hosts.lines.filters import Filter
from hosts.lines.redaction import Redactor
from hosts.models import Host
from hosts.streams import around, backwards
from hosts.streams.around import around_on_engine
from hosts.streams.backwards import Backwards
from hosts.streams.sift import Hit, Sift
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

SAY = "seq 1 {many} | sed 's/^/line /'"
LONG = "head -c 40000 /dev/zero | tr '\\0' x; echo; "
KEY = "echo -----BEGIN RSA PRIVATE KEY-----; seq 1 200 | sed 's/^/MIIEvQIBADANBgkqhkiG9w0BAQEF/'; echo -----END; "


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backwards, "FIRST_LINES", 300)
    monkeypatch.setattr(backwards, "MOST_LINES", 900)
    monkeypatch.setattr(around, "_FIRST_TAIL", 300)


def connecting(engine: Engine) -> Callable[[], contextlib.AbstractAsyncContextManager[Wire]]:
    answer = grant(Actor.shell(), Capability.CONTAINER_LOGS, Target("container", Host(name="harbour", url=engine.url)))
    assert isinstance(answer, Grant)

    @contextlib.asynccontextmanager
    async def connect() -> AsyncIterator[Wire]:
        async with open_wire(answer) as wire:
            yield wire

    return connect


async def all_hits(reader: Backwards, room: int = 100_000) -> list[Hit]:
    """Oldest first, as the log has them."""
    found: list[Hit] = []
    while not reader.ended:
        found[:0] = await reader.window(room)
    return found


def texts(hits: list[Hit]) -> list[str]:
    return [hit.line.partition(b" ")[2].decode() for hit in hits]


@pytest.mark.parametrize(
    "options", [[], ["--log-driver=local"], ["--log-opt=max-size=60k", "--log-opt=max-file=9"], ["-t"]]
)
async def test_each_line_once(engine: Engine, run_container: Callable[..., str], options: list[str]) -> None:
    script = f"{SAY.format(many=2500)}; {LONG}{KEY}{SAY.format(many=1500)}"
    container = run_container(*options, BASE_IMAGE, "sh", "-c", script)
    engine.docker("wait", container)
    reader = Backwards(connecting(engine), container, Sift(Filter.parse("-nothing"), Redactor()))
    found = [text.rstrip("\r") for text in texts(await all_hits(reader))]
    lines = [f"line {number}" for number in (*range(1, 2501), *range(1, 1501))]
    assert [text for text in found if text.startswith("line ")] == lines
    assert len([text for text in found if text.startswith("xxxx")]) == 1
    assert not [text for text in found if "MIIE" in text], "a key is hidden wherever a window begins"
    assert reader.lines == len(found) == len(lines) + 1 + 202


async def test_of_a_period(engine: Engine, run_container: Callable[..., str]) -> None:
    container = run_container(BASE_IMAGE, "sh", "-c", SAY.format(many=9000))
    engine.docker("wait", container)
    connect = connecting(engine)
    whole = await all_hits(Backwards(connect, container, Sift(Filter.parse("/[05]00$/"), Redactor())))
    assert texts(whole) == [f"line {number * 500}" for number in range(1, 19)]
    for since, until in ((4, 9), (None, 2), (16, None), (0, 1), (16, 17)):
        bounds = [None if at is None else whole[at].at for at in (since, until)]
        sift = Sift(Filter.parse("/[05]00$/"), Redactor(), "", *bounds)
        reader = Backwards(connect, container, sift, *bounds)
        assert await all_hits(reader) == whole[since:until]
        if since == 16:
            assert reader.lines < 4000, "no more is read than the period"
    ended = Backwards(connect, container, Sift(Filter.parse("line"), Redactor()), until=whole[0].at - 10**12)
    assert await all_hits(ended) == []


async def test_only_the_newest_are_held(engine: Engine, run_container: Callable[..., str]) -> None:
    container = run_container(BASE_IMAGE, "sh", "-c", SAY.format(many=250))
    engine.docker("wait", container)
    reader = Backwards(connecting(engine), container, Sift(Filter.parse("line"), Redactor()))
    assert texts(await reader.window(3)) == ["line 248", "line 249", "line 250"]
    assert reader.ended


@pytest.mark.parametrize("number", [1, 2, 200, 1234, 2999, 3000])
async def test_what_stood_around_a_line(engine: Engine, numbered: tuple[str, list[int]], number: int) -> None:
    container, times = numbered
    found = await around_on_engine(connecting(engine), container, times[number - 1], 20, 10, Redactor())
    first, last = max(1, number - 19), min(3000, number + 10)
    said = [line.partition(b" ")[2].decode() for line in found.batch.lines]
    assert said == [f"line {each}" for each in range(first, last + 1)]
    assert (found.older, found.newer) == (first > 1, last < 3000)


async def test_before_everything_the_beginning_is_shown(engine: Engine, numbered: tuple[str, list[int]]) -> None:
    container, times = numbered
    found = await around_on_engine(connecting(engine), container, times[0] - 10**9, 20, 10, Redactor())
    assert [nanoseconds(line) for line in found.batch.lines] == times[:10]


@pytest.fixture(scope="module")
def numbered(engine: Engine) -> Iterator[tuple[str, list[int]]]:
    container = engine.run(BASE_IMAGE, "sh", "-c", SAY.format(many=3000))
    engine.docker("wait", container)
    lines = engine.docker("logs", "--timestamps", container).splitlines()
    yield container, [nanoseconds(line.encode()) or 0 for line in lines]
    engine.remove_container(container)


def test_of_a_long_line_a_part_with_the_word_is_held() -> None:
    line = b"2026-01-31T12:00:00.000000000Z " + b"x" * 30_000 + "é OutOfMemory ".encode() + b"y" * 30_000
    sift = Sift(Filter.parse("outofmemory"), Redactor())
    (hit,) = sift.hits(sift.pick(Batch(bytearray([1]), [line])))
    assert len(hit.line) < 2200
    assert b" OutOfMemory y" in hit.line
    assert hit.kind == 1 | CUT
    assert sift.hit(hit.at, hit.kind, hit.line) == hit

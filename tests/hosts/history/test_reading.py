"""Reading and searching what is kept: merged by time, from either end, by whoever may, and stopped when told to."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hosts.access import Actor, Capability, Grant, Target, grant
from hosts.history import Line, Progress, Source, Unreadable, places, read, search, source, sources, take
from hosts.history.columns import HOLE
from hosts.history.writer import Writer
from hosts.models import Host, HostGroup, KeptChunk, KeptLog
from tests import cast, rows
from tests.hosts.history.conftest import LogMaker, source_of
from tests.hosts.history.made_up import SECOND, START, batch, counted


class Wanted(NamedTuple):
    literals: Sequence[bytes]
    pattern: bytes

    def matches(self, line: bytes) -> bool:
        return re.search(self.pattern, line) is not None


def texts(found: Iterable[object]) -> list[bytes]:
    items = list(found)
    assert not [item for item in items if isinstance(item, Unreadable)]
    return [item.text for item in items if isinstance(item, Line)]


def fill(kept: KeptLog, lines: list[tuple[int, bytes]], chunk: int) -> Source:
    """Written in chunks of so many lines; the last one goes on growing."""
    writer = Writer(kept)
    for start in range(0, len(lines), chunk):
        if start:
            writer.seal()
        writer.write([batch(*lines[start : start + chunk])])
    return source_of(kept)


TIMES = st.lists(st.integers(0, 30), max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=TIMES, two=TIMES, span=st.tuples(st.integers(0, 31), st.integers(0, 31)), chunk=st.integers(1, 12))
@example(one=[0, 0, 1], two=[0, 1], span=(1, 2), chunk=1)
def test_a_merge_against_an_oracle(
    make_log: LogMaker, one: list[int], two: list[int], span: tuple[int, int], chunk: int
) -> None:
    """Sorted times give what sorting gives, in any span, from either end, and in steps as at once."""
    KeptLog.objects.all().delete()
    logs = {"one": sorted(one), "two": sorted(two)}
    kept = [
        fill(make_log(name), [(at, b"%s %d" % (name.encode(), n)) for n, at in enumerate(times)], chunk)
        for name, times in logs.items()
    ]
    since, until = span
    everything = list(read(kept))
    expected = sorted(at for times in logs.values() for at in times)
    assert [line.at for line in everything if isinstance(line, Line)] == expected
    for name, times in logs.items():
        mine = [text for text in texts(everything) if text.startswith(name.encode())]
        assert mine == [b"%s %d" % (name.encode(), n) for n in range(len(times))]
    part = list(read(kept, since, until))
    assert texts(part) == [line.text for line in everything if isinstance(line, Line) and since <= line.at < until]
    back = list(read(kept, backwards=True))
    assert texts(back) == texts(everything)[::-1]
    for backwards in (False, True):
        assert in_steps(kept, backwards, 7) == texts(back if backwards else everything)


def in_steps(kept: list[Source], backwards: bool, step: int) -> list[bytes]:
    """By places: as a person reads on and on."""
    found: list[bytes] = []
    beyond: dict[int, tuple[int, int]] = {}
    while True:
        some = [line for line in read(kept, limit=step, backwards=backwards, beyond=beyond) if isinstance(line, Line)]
        if not some:
            return found
        assert len(some) <= step
        found += texts(some)
        beyond |= {line.source.pk: line.place for line in some}


def test_a_source_whose_time_goes_back_keeps_its_order(make_log: LogMaker) -> None:
    strange = fill(make_log("one"), [(5, b"a"), (3, b"b"), (9, b"c"), (8, b"d")], 2)
    other = fill(make_log("two"), [(4, b"x"), (7, b"y"), (10, b"z")], 2)
    assert texts(read([strange, other])) == [b"x", b"a", b"b", b"y", b"c", b"d", b"z"]
    assert texts(read([strange])) == [b"a", b"b", b"c", b"d"]
    assert texts(read([strange], backwards=True)) == [b"d", b"c", b"b", b"a"]


def test_lines_that_can_no_longer_be_read_are_said(make_log: LogMaker) -> None:
    kept = fill(make_log(), [(START + n * SECOND, b"line %d" % n) for n in range(30)], 10)
    places.file_of(kept.folder, 1).unlink()
    file = places.file_of(kept.folder, 2)
    file.write_bytes(file.read_bytes()[:-3])
    found = list(read([kept]))
    gone, broken = (item for item in found if isinstance(item, Unreadable))
    assert (gone.lines, gone.first_at, gone.last_at) == (10, START, START + 9 * SECOND)
    assert "gone" in gone.reason
    assert broken.lines == 10
    assert [item.text for item in found if isinstance(item, Line)] == [b"line %d" % n for n in range(20, 30)]
    said = list(search([kept], Wanted([b"line 2"], b"line 2")))
    assert [item.lines for item in said if isinstance(item, Unreadable)] == [10, 10]


def test_a_hole_is_remembered(make_log: LogMaker) -> None:
    kept = make_log()
    Writer(kept).write([counted(range(10))])
    again = Writer(kept)
    again.resume()
    again.write([counted(range(100, 103))])
    found = [line for line in read([source_of(kept)]) if isinstance(line, Line)]
    assert [line.text for line in found if line.after_hole] == [b"line 100"]
    assert found[-1].kind == 1
    assert found[10].flags & HOLE


def test_a_line_keeps_its_place_when_its_chunk_is_sealed(make_log: LogMaker) -> None:
    writer = Writer(make_log())
    writer.write([counted(range(5))])
    before = [line.place for line in read([source_of(writer.kept)]) if isinstance(line, Line)]
    writer.seal()
    writer.write([counted(range(5, 8))])
    after = [line.place for line in read([source_of(writer.kept)]) if isinstance(line, Line)]
    assert before == [(1, n) for n in range(5)]
    assert after == before + [(2, n) for n in range(3)]


WORDS = st.lists(st.sampled_from([b"alpha", b"Beta", b"ALPHA beta", b"gamma", b"", b"beta \xff"]), max_size=30)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    one=WORDS,
    two=WORDS,
    needles=st.sampled_from([[], [b"alpha"], [b"beta"], [b"ALPHA", b"beta"], [b"a"], [b""]]),
    span=st.tuples(st.integers(0, 31), st.integers(0, 31)),
    chunk=st.integers(1, 12),
    most=st.integers(1, 70),
)
def test_a_search_against_an_oracle(
    make_log: LogMaker,
    one: list[bytes],
    two: list[bytes],
    needles: list[bytes],
    span: tuple[int, int],
    chunk: int,
    most: int,
) -> None:
    KeptLog.objects.all().delete()
    kept = [fill(make_log(name), list(enumerate(words)), chunk) for name, words in (("one", one), ("two", two))]
    pattern = b".*".join(needles) if len(needles) == 1 else b""
    wanted = Wanted(needles, b"(?i)" + pattern)
    since, until = span
    found = list(search(kept, wanted, since, until, most=most))
    expected = [
        line
        for line in read(kept, since, until)
        if isinstance(line, Line) and all(needle.lower() in line.text.lower() for needle in needles)
    ]
    hits = [line for line in found if isinstance(line, Line)]
    newest = sorted((line.at for line in expected), reverse=True)
    assert [line.at for line in hits] == newest[:most]
    assert {line[1:] for line in hits} <= {line[1:] for line in expected}
    last = found[-1]
    assert isinstance(last, Progress)
    assert last.ended
    if len(expected) <= most and not last.stopped:
        assert last.hits == len(expected)


def test_a_search_is_stopped_and_tells_how_far_it_came(make_log: LogMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hosts.history.searching._SAY_SECONDS", -1)
    kept = fill(make_log(), [(START + n * SECOND, b"line %d" % n) for n in range(100)], 10)
    asked = iter([False, False, False, True])
    found = list(search([kept], Wanted([b"5"], b"5"), stop=lambda: next(asked)))
    assert texts(found) == [b"line 95", b"line 85", b"line 75"]
    said = [item for item in found if isinstance(item, Progress)]
    assert [(item.lines, item.back_to) for item in said[:3]] == [
        (0, START + 99 * SECOND),
        (10, START + 89 * SECOND),
        (20, START + 79 * SECOND),
    ]
    assert said[-1][1:] == (30, 100, 3, True, True)
    items = search([kept], Wanted([b"7"], b"7"))
    assert len(take(items, most=4)) == 4
    assert texts(take(items, most=500)) != []
    assert take(items) == []


def test_who_may_read_what(harbour: Host, make_log: LogMaker) -> None:
    group = HostGroup.objects.create(name="edge")
    edge = rows.host("edge", group)
    make_log("web", project="shop")
    make_log("db", host=edge)
    make_log("old", host=edge, dropping=True)
    vera, stan = cast.actor(cast.vera(group)), cast.actor(cast.stan())
    assert [each.name for each in sources(vera)] == ["db"]
    assert sources(stan) == []
    assert [each.name for each in sources(Actor.shell())] == ["db", "web"]
    assert [each.name for each in sources(Actor.shell(), project="shop")] == ["web"]
    assert [each.name for each in sources(vera, hosts=[harbour.pk])] == []
    assert [each.name for each in sources(Actor.shell(), containers=[rows.engine_id("db")])] == ["db"]
    looking = grant(vera, Capability.CONTAINER_VIEW, Target("container", edge, rows.engine_id("db")))
    assert isinstance(looking, Grant)
    with pytest.raises(TypeError):
        source(looking)
    reading = grant(vera, Capability.CONTAINER_LOGS, Target("container", edge, "unknown"))
    assert isinstance(reading, Grant)
    assert source(reading) is None
    with pytest.raises(TypeError):
        Source(object(), KeptLog(host=edge))


def test_a_chunk_that_is_sealed_between_two_looks_is_read_once(
    make_log: LogMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(make_log())
    writer.write([counted(range(10))])
    from hosts.history import pieces as module

    real = module._growing

    def growing_then_sealed(asked: Source) -> object:
        found = real(asked)
        writer.seal()
        writer.write([counted(range(10, 20))])
        return found

    monkeypatch.setattr(module, "_growing", growing_then_sealed)
    assert texts(read([source_of(writer.kept)])) == [b"line %d" % n for n in range(10)]
    assert KeptChunk.objects.count() == 1

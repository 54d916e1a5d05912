"""However often reading is broken off, and whatever the timestamps are: no line is kept twice, and none is left out."""

from collections import Counter
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hosts.engine.frames import STDOUT, Batch
from hosts.history import Line, read
from hosts.history import resume as resuming
from hosts.history.columns import HOLE, columns_of, stamp
from hosts.history.resume import Resume
from hosts.history.writer import Writer
from hosts.models import KeptLog
from tests.hosts.history.conftest import LogMaker, source_of
from tests.hosts.history.made_up import START, batch

# Times that are often equal and sometimes go back, and lines that are often the same.
LOG = st.lists(st.tuples(st.integers(-3, 4), st.sampled_from([b"same", b"other", b""])), min_size=1, max_size=60)
SESSIONS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60), st.booleans()), min_size=1, max_size=6)


def lines_of(steps: list[tuple[int, bytes]]) -> list[bytes]:
    """A log whose time mostly goes on, as the engine's file holds it."""
    at, found = START, []
    for step, text in steps:
        found.append(stamp(at + step) + text)
        at += max(0, step)
    return found


def since_of(resume: Resume) -> bytes:
    if not resume.since:
        return b""
    seconds, _dot, rest = resume.since.partition(".")
    return stamp(int(seconds) * 1_000_000_000 + int(rest))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=LOG, sessions=SESSIONS, overlap=st.integers(3, 12))
def test_readings_that_break_off(
    make_log: LogMaker, steps: list[tuple[int, bytes]], sessions: list[tuple[int, int, bool]], overlap: int
) -> None:
    KeptLog.objects.all().delete()
    kept, log = make_log(), lines_of(steps)
    with mock.patch.object(resuming, "OVERLAP", overlap):
        for there, comes, seal in [*sessions, (len(log), len(log), False)]:
            writer = Writer(kept)
            told = [line for line in log[:there] if line[:31] >= since_of(writer.resume())]
            for start in range(0, min(comes, len(told)), 7):
                writer.write([_whole(told[start : min(start + 7, comes)])])
            if seal:
                writer.seal()
    found = [line for line in read([source_of(kept)]) if isinstance(line, Line)]
    assert [line.stamped for line in found] == log
    assert not any(line.after_hole for line in found)


@given(steps=LOG, stored=st.integers(1, 60), rotated=st.integers(0, 60))
def test_an_engine_that_dropped_its_oldest_lines(steps: list[tuple[int, bytes]], stored: int, rotated: int) -> None:
    # Each line its own: of two that are the same to the nanosecond nobody can say which one was dropped.
    log = [line + b" %d" % number for number, line in enumerate(lines_of(steps))]
    mine = columns_of([_whole(log[:stored])])
    resume = Resume(START - 10, list(zip(mine.times, mine.texts, strict=True)))
    new = resume.unseen(columns_of([_whole(log[rotated:])]))
    lines = [stamp(at) + text for at, text in zip(new.times, new.texts, strict=True)]
    # Each line as often as the engine tells it and we have not stored it.
    assert Counter(lines) == Counter(log[rotated:]) - Counter(log[:stored])
    if rotated < stored:
        assert not any(kind & HOLE for kind in new.kinds)
    elif lines and min(lines)[:31] > max(log[:stored])[:31]:
        assert new.kinds[0] & HOLE


def _whole(lines: list[bytes]) -> Batch:
    return Batch(bytearray([STDOUT]) * len(lines), lines)


def test_an_engine_that_takes_whole_seconds_only(make_log: LogMaker) -> None:
    writer = Writer(make_log())
    lines = [(START + n * 10**9, b"line %d" % n) for n in range(40)]
    writer.write([batch(*lines[:30])])
    writer.seal()
    assert writer.resume().since == f"{(START // 10**9) + 19}.000000000"
    writer.write([batch(*lines)])
    assert [line.stamped for line in read([source_of(writer.kept)]) if isinstance(line, Line)] == batch(*lines).lines

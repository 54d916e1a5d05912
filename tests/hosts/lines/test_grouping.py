"""Which lines belong together, on traces as real programs write them, in any order and cut anywhere."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hosts.lines.grouping import BEGINS, CONTINUES, GROUP_LINES, Grouper
from tests.hosts.lines.transcripts import ALONE, GROUPS

STAMP = b"2024-01-01T10:00:00.123456789Z "
STDOUT, STDERR, CUT = 1, 2, 0x80


def marks(lines: list[bytes], kinds: list[int] | None = None) -> list[int]:
    return list(Grouper().feed(lines, kinds or [STDOUT] * len(lines)))


def lines_of(text: str) -> list[bytes]:
    return [STAMP + line.encode() for line in text.split("\n")]


@pytest.mark.parametrize("name", GROUPS)
def test_it_is_one_group(name: str) -> None:
    lines = lines_of(GROUPS[name])
    assert marks(lines) == [BEGINS] + [CONTINUES] * (len(lines) - 1)


@pytest.mark.parametrize("line", ALONE)
def test_it_stands_alone(line: str) -> None:
    assert marks([b"INFO up", line.encode(), b"INFO up"]) == [BEGINS] * 3


# A group that begins with an indent belongs to any line above it.
@settings(deadline=None)
@given(
    st.lists(st.sampled_from(sorted(text for text in GROUPS.values() if text[0] != " ")).map(lines_of), max_size=8),
    st.data(),
)
def test_groups_in_any_order_and_in_any_batches(groups: list[list[bytes]], data: st.DataObject) -> None:
    # Between two groups the program says something else: a trace below a complaint would rightly be taken for its own.
    said = [line for group in groups for line in (*group, STAMP + b"2024-01-01 10:00:00 INFO next")]
    expected = [mark for group in groups for mark in (BEGINS, *[CONTINUES] * (len(group) - 1), BEGINS)]
    grouper, found, at = Grouper(), list[int](), 0
    while at < len(said):
        more = data.draw(st.integers(1, len(said)))
        found += grouper.feed(said[at : at + more], [STDERR] * len(said[at : at + more]))
        at += more
    assert found == expected


def test_stdout_does_not_cut_a_trace_on_stderr() -> None:
    trace = lines_of(GROUPS["python"])
    mixed = [line for part in trace for line in (part, STAMP + b"hello")]
    assert marks(mixed, [STDERR, STDOUT] * len(trace))[::2] == [BEGINS] + [CONTINUES] * (len(trace) - 1)
    assert set(marks(mixed, [STDERR, STDOUT] * len(trace))[1::2]) == {BEGINS}
    cut = [STDERR | CUT if number % 2 else STDERR for number in range(len(trace))]
    assert marks(trace, cut) == marks(trace)


def test_a_trace_below_good_news_is_no_part_of_it() -> None:
    lines = [b"INFO:root:started", *lines_of(GROUPS["python"])]
    assert marks(lines)[:3] == [BEGINS, BEGINS, CONTINUES]


def test_a_group_has_an_end() -> None:
    found = marks([b"head"] + [b"  more"] * (GROUP_LINES + 10))
    assert found.count(BEGINS) == 2
    assert found[GROUP_LINES] == BEGINS


def test_after_a_restart_nothing_is_above() -> None:
    grouper = Grouper()
    assert list(grouper.feed([b"a", b"  b"], [1, 1])) == [BEGINS, CONTINUES]
    grouper.restart()
    assert list(grouper.feed([b"  c"], [1])) == [BEGINS]


@settings(deadline=None)
@given(
    st.lists(
        st.binary(max_size=40) | st.sampled_from([b"", b" ", b"\t^", b"goroutine 1 [", b"thread 'x' panicked at :"])
    )
)
def test_any_lines(lines: list[bytes]) -> None:
    found = marks(lines)
    assert len(found) == len(lines)
    assert found[:1] in ([], [BEGINS])


@pytest.mark.parametrize(
    "line",
    [
        b" " * 65536,
        b"a." * 32768,
        b"A" * 65536,
        b"a/" * 32768,
        b"a" * 65536 + b"(",
        b"goroutine 1 " + b"a " * 32000,
        b"(" * 65536,
    ],
)
def test_a_hostile_line_takes_no_time(line: bytes) -> None:
    began = time.process_time()
    for head in (b"panic: x", b"/app/x.js:1", b"Traceback (most recent call last):", b"A (b):", b"error: x"):
        marks([head, line, line])
    assert time.process_time() - began < 1

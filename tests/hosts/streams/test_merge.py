"""Is what many logs say given in true time, each log in its own order, nothing lost, nothing twice? sorted() knows."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from hosts.engine.frames import STDOUT, Batch
from hosts.engine.logs import End, Lost, Opened, Why
from hosts.facts import Container
from hosts.streams.merge import (
    LATE,
    OPEN_SECONDS,
    PAUSE_SECONDS,
    QUIET_SECONDS,
    WINDOW_SECONDS,
    Merge,
    Merged,
    Told,
    key_of,
)

OPENED = Opened(Container("a" * 64, "web", "nginx", "", "", None, "running"))
ALL = 1 << 30


def line(at: float, source: int, number: int) -> bytes:
    nanoseconds = round(at * 1e9)
    return b"2026-01-02T03:%02d:%02d.%09dZ %d %d" % (
        nanoseconds // (60 * 10**9) % 60,
        nanoseconds // 10**9 % 60,
        nanoseconds % 10**9,
        source,
        number,
    )


def batch(*lines: bytes) -> Batch:
    return Batch(bytearray([STDOUT]) * len(lines), list(lines))


def opened(merge: Merge, sources: int, now: float = 0.0) -> None:
    for source in range(sources):
        merge.expect(source, now)
        merge.tell(source, OPENED, now)


def taken(merge: Merge, now: float, limit: int = ALL) -> list[tuple[int, int, bytes]]:
    """(source, kind, line) of all that is due."""
    found = []
    for piece in merge.due(now, limit):
        if isinstance(piece, Merged):
            found += list(zip(piece.sources, piece.kinds, piece.lines, strict=True))
    return found


@st.composite
def histories(draw: st.DrawFn) -> list[list[float]]:
    """For each log the times of its lines, in milliseconds so coarse that many are equal."""
    times = st.lists(st.integers(0, 40).map(lambda at: at / 100), max_size=12).map(sorted)
    return draw(st.lists(times, min_size=1, max_size=6))


@given(histories(), st.data())
@settings(max_examples=300, deadline=None)
def test_what_was_said_before_comes_sorted(logs: list[list[float]], data: st.DataObject) -> None:
    """However the tails are cut and whoever gives its own first."""
    merge = Merge()
    opened(merge, len(logs))
    written = [[line(at, source, number) for number, at in enumerate(times)] for source, times in enumerate(logs)]
    left = [list(lines) for lines in written]
    while any(left):
        source = data.draw(st.sampled_from([number for number, lines in enumerate(left) if lines]))
        count = data.draw(st.integers(1, len(left[source])))
        merge.feed(source, batch(*left[source][:count]), 0.01)
        del left[source][:count]
    given_lines = taken(merge, 10.0)
    keyed = [
        (text[:30], source, number, text) for source, lines in enumerate(written) for number, text in enumerate(lines)
    ]
    assert [text for _source, _kind, text in given_lines] == [each[3] for each in sorted(keyed)]
    assert not any(kind & LATE for _source, kind, _text in given_lines)
    assert merge.bytes == 0


@given(histories(), st.data())
@settings(max_examples=300, deadline=None)
def test_live_lines_that_come_within_the_window_are_in_order(logs: list[list[float]], data: st.DataObject) -> None:
    """Each line arrives some time after it was written, but always in time: then the whole is sorted, none is late."""
    arrivals = []
    for source, times in enumerate(logs):
        arrived = 0.0
        for number, at in enumerate(times):
            arrived = max(arrived, at + data.draw(st.integers(0, 14)) / 100)
            arrivals.append((arrived, source, line(at, source, number)))
    merge = Merge()
    given_lines: list[tuple[int, int, bytes]] = []
    merge.first = False
    for arrived, source, text in sorted(arrivals):
        given_lines += taken(merge, arrived)
        merge.feed(source, batch(text), arrived)
    given_lines += taken(merge, 10.0)
    assert [text[:30] for _source, _kind, text in given_lines] == sorted(text[:30] for _at, _source, text in arrivals)
    assert not any(kind & LATE for _source, kind, _text in given_lines)
    assert sorted(text for _source, _kind, text in given_lines) == sorted(text for _at, _source, text in arrivals)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 300), st.integers(0, 60)), max_size=40), st.integers(20, 200)
)
@settings(max_examples=300, deadline=None)
def test_whatever_comes_none_is_lost_and_each_log_keeps_its_order(
    arrivals: list[tuple[int, int, int]], limit: int
) -> None:
    """Times may jump, lines may come far too late: those and only those that break the order are marked."""
    merge = Merge()
    merge.first = False
    given_lines: list[tuple[int, int, bytes]] = []
    now, written = 0.0, []
    for number, (source, at, wait) in enumerate(arrivals):
        now += wait / 100
        given_lines += taken(merge, now, limit)
        written.append(line(at / 100, source, number))
        merge.feed(source, batch(written[-1]), now)
    given_lines += taken(merge, now + 1, limit)
    assert sorted(text for _source, _kind, text in given_lines) == sorted(written)
    for source in range(4):
        of_it = [text for origin, _kind, text in given_lines if origin == source]
        assert of_it == [text for text in written if text.split()[1] == b"%d" % source]
    newest: dict[int, bytes] = {}
    effective = []
    for source, kind, text in given_lines:
        newest[source] = max(newest.get(source, b""), text[:29])
        if not kind & LATE:
            effective.append(newest[source])
    assert effective == sorted(effective)


def test_pieces_keep_to_the_limit_and_hold_at_least_a_line() -> None:
    merge = Merge()
    merge.first = False
    merge.feed(0, batch(*(line(number / 100, 0, number) + b"x" * 100 for number in range(50))), 0)
    pieces = [piece for piece in merge.due(1, 500) if isinstance(piece, Merged)]
    assert sum(map(len, pieces)) == 50
    assert all(sum(len(text) + 4 for text in piece.lines) <= 500 for piece in pieces)
    merge.feed(0, batch(line(1, 0, 0) + b"x" * 9000, line(1, 0, 1)), 1)
    assert [len(piece) for piece in merge.due(2, 500) if isinstance(piece, Merged)] == [1, 1]


def test_only_the_newest_of_all_logs_are_given_at_first() -> None:
    merge = Merge(most=5)
    opened(merge, 3)
    for source in range(3):
        merge.feed(source, batch(*(line(number + source / 10, source, number) for number in range(5))), 0.1)
    found = taken(merge, 1.0)
    assert [text.split()[1:] for _source, _kind, text in found] == [
        [b"1", b"3"],
        [b"2", b"3"],
        [b"0", b"4"],
        [b"1", b"4"],
        [b"2", b"4"],
    ]
    assert merge.bytes == 0


def test_nothing_is_given_before_each_has_given_its_tail_or_its_time_is_up() -> None:
    merge = Merge(most=1000)
    opened(merge, 2)
    merge.expect(2, 0.0)
    merge.feed(0, batch(line(5, 0, 0)), 0.2)
    assert taken(merge, 1.0) == []
    assert merge.wake() == OPEN_SECONDS
    merge.tell(2, OPENED, 1.2)
    merge.feed(2, batch(line(4, 2, 0)), 1.25)
    assert merge.wake() == 1.25 + QUIET_SECONDS
    assert [source for source, _kind, _text in taken(merge, 1.36 + WINDOW_SECONDS)] == [2, 0]


def test_a_log_that_ends_or_is_lost_holds_up_nobody() -> None:
    for item in (End(Why.STOPPED, "stopped"), Lost("away")):
        merge = Merge(most=10)
        merge.expect(0, 0.0)
        merge.tell(0, item, 0.1)
        assert [piece.item for piece in merge.due(1.0, ALL) if isinstance(piece, Told)] == [item]


def test_what_became_of_a_log_stands_behind_its_lines() -> None:
    merge = Merge()
    merge.first = False
    end = End(Why.STOPPED, "stopped")
    merge.feed(0, batch(line(1, 0, 0), line(3, 0, 1)), 0)
    merge.tell(0, end, 0)
    merge.feed(1, batch(line(2, 1, 0), line(4, 1, 1)), 0)
    pieces = list(merge.due(1, ALL))
    assert [len(piece) if isinstance(piece, Merged) else piece.item for piece in pieces] == [3, end, 1]


def test_a_late_line_is_given_at_once_and_marked() -> None:
    merge = Merge()
    merge.first = False
    merge.feed(0, batch(line(5, 0, 0)), 0)
    assert len(taken(merge, 0.2)) == 1
    merge.feed(1, batch(line(4, 1, 0), line(6, 1, 1)), 0.3)
    assert [(kind, text) for _source, kind, text in taken(merge, 0.3)] == [(STDOUT | LATE, line(4, 1, 0))]
    assert [(kind, text) for _source, kind, text in taken(merge, 0.5)] == [(STDOUT, line(6, 1, 1))]


def test_it_does_not_wake_up_for_each_arrival() -> None:
    merge = Merge()
    merge.first = False
    for number in range(20):
        merge.feed(0, batch(line(number / 100, 0, number)), number / 1000)
    taken(merge, WINDOW_SECONDS)
    assert merge.wake() == WINDOW_SECONDS + PAUSE_SECONDS
    taken(merge, 1)
    assert merge.wake() is None


def test_unusual_times_compare_with_usual_ones() -> None:
    usual = b"2026-01-02T03:04:05.120000000Z a"
    for unusual in (b"2026-01-02T03:04:05.12Z a", b"2026-01-02T04:04:05.12+01:00 a"):
        assert key_of(unusual) == key_of(usual)
    assert key_of(b"2026-01-02T03:04:05Z a") < key_of(usual)
    assert key_of(b"no time at all") == b""
    assert all(one <= other for one, other in pairwise([b"", key_of(usual)]))

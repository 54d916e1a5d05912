"""Reading on after any break repeats no line and leaves none out, whatever the timestamps do: against an oracle."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts.engine.cursor import Cursor, Place, nanoseconds
from hosts.engine.frames import STDOUT, Batch

START = 1_790_000_000 * 10**9


def stamp(time: int) -> bytes:
    whole = dt.datetime.fromtimestamp(time // 10**9, dt.UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{time % 10**9:09d}Z ".encode()


def batch(lines: list[bytes]) -> Batch:
    return Batch(bytearray([STDOUT]) * len(lines), lines)


# Steps between lines: mostly forward, often none, and at times a little back.
logs = st.lists(st.sampled_from([0, 0, 0, 1, 5, 10**9, -1, -3]), min_size=1, max_size=60)


@given(logs, st.lists(st.integers(0, 25), max_size=8), st.integers(1, 7))
def test_a_log_read_in_parts_is_the_log(steps: list[int], breaks: list[int], size: int) -> None:
    """The engine gives what is not older than `since`; the connection breaks after so many more lines each time.

    A line that is older than all that `since` asks for, because the clock was set back, is beyond what can be promised.
    """
    times, now = [], START
    for step in steps:
        now = max(START, now + step)
        times.append(now)
    lines = [stamp(time) + b"%d" % number for number, time in enumerate(times)]
    cursor, got = Cursor(), list[bytes]()
    for patience in [*breaks, len(lines) + 1]:
        place = cursor.place()
        given = [line for line, time in zip(lines, times, strict=True) if place is None or time >= place.at]
        if place and any(time < place.at for time in times[len(got) :]):
            return
        read = 0
        for at in range(0, len(given), size):
            fresh = cursor.unseen(batch(given[at : at + size]))
            fresh = fresh.part(0, max(0, patience - read))
            read += len(fresh)
            if fresh:
                cursor.saw(fresh)
                got += fresh.lines
            if read >= patience:
                break
    assert got == lines


def test_a_place_given_by_a_browser_drops_what_it_holds() -> None:
    lines = [stamp(START + time) + b"%d" % number for number, time in enumerate([0, 5, 5, 5, 6])]
    cursor = Cursor(Place(START + 5, 2, START + 5))
    assert cursor.unseen(batch(lines[1:])).lines == lines[3:]


def test_lines_that_the_engine_has_dropped_meanwhile_cost_no_new_ones() -> None:
    cursor = Cursor()
    cursor.saw(batch([stamp(START + time) + b"old" for time in (1, 1, 1)]))
    place = cursor.place()
    assert place == Place(START + 1, 3, START + 1)
    new = [stamp(START + time) + b"new" for time in (2, 3)]
    assert cursor.unseen(batch(new)).lines == new


def test_an_unfinished_line_is_read_again_from_its_start() -> None:
    cursor = Cursor()
    lines = [stamp(START + time) + b"x" for time in (1, 2, 9)]
    cursor.saw(batch(lines))
    assert cursor.place(begun=stamp(START + 2)) == Place(START + 2, 2, START + 9)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        (b"2026-01-02T03:04:05.123456789Z x", 1767323045_123456789),
        (b"2026-01-02T03:04:05.1Z x", 1767323045_100000000),
        (b"2026-01-02T03:04:05Z x", 1767323045_000000000),
        (b"2026-01-02T04:04:05.000000001+01:00 x", 1767323045_000000001),
        (b"2026-13-02T04:04:05Z x", None),
        (b"no time", None),
        (b"", None),
    ],
)
def test_a_time_is_read_to_the_nanosecond(text: bytes, time: int | None) -> None:
    assert nanoseconds(text) == time
    if time is not None:
        assert Place(time, 0).since == f"{time // 10**9}.{time % 10**9:09d}"


def test_it_is_known_whether_a_reading_reaches_back_to_the_one_before() -> None:
    lines = [stamp(START + time) + b"x" for time in (1, 2, 2, 3)]
    cursor = Cursor()
    cursor.saw(batch(lines[:3]))
    assert cursor.place() == Place(START + 2, 2, START + 2)
    assert cursor.unseen(batch(lines[1:])).lines == lines[3:]
    assert cursor.reached
    cursor.place()
    assert cursor.unseen(batch(lines[2:])).lines == lines[3:]
    assert not cursor.reached, "one of the two did not come again"

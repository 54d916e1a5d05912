"""Do only the lines that pass a filter come, of one log and of many, and is a bad filter answered where it is typed?"""

from collections.abc import Callable
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from hosts.engine.cursor import Cursor, nanoseconds
from hosts.engine.frames import STDERR, Batch
from hosts.lines.level_words import ERROR, INFO, LEVELS
from tests.dashboard.live.client import Live
from tests.dashboard.live.conftest import Follow
from tests.testbed.images import BASE_IMAGE

Run = Callable[..., str]
WRITES = "echo INFO one; echo ERROR two >&2; echo INFO three status=500; echo four; sleep 100"


def texts(live: Live) -> list[bytes]:
    return [line.split(b" ", 1)[1] for _kind, line in live.lines]


def test_only_lines_that_pass_come_and_all_are_counted(run_container: Run, follow: Follow) -> None:
    container = run_container(BASE_IMAGE, "sh", "-c", WRITES)
    live = follow(container, tail="all", filter="-one level>=info")
    live.until(lambda: any(each.get("passed") == 2 and each["read"] == 4 for each in live.said))
    assert sorted(texts(live)) == [b"ERROR two", b"INFO three status=500"]
    live.lines.clear()
    live.send("open", host="harbour", container=container, tail="all", filter="stream:stderr")
    live.until_lines(1)
    assert live.lines[0][0] == STDERR


def test_a_filtered_log_goes_on_behind_what_passed(run_container: Run, follow: Follow) -> None:
    """Of lines with the time of the last one that was held, others may have passed and others not."""
    container = run_container(BASE_IMAGE, "sh", "-c", "seq 1 40; sleep 100")
    first = follow(container, tail="all", filter="/[05]$/")
    first.until_lines(8)
    held = first.lines[:5]
    times = [line.split()[0].decode() for _kind, line in held]
    for lines in (1, 2):
        after = {"time": times[-lines], "lines": lines, "newest": times[-1]}
        live = follow(container, after=after, filter="/[05]$/")
        live.until_lines(3)
        assert texts(live) == [b"30", b"35", b"40"]
        assert not [each for each in live.said if each["type"] in ("gap", "skipped")]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=30), st.data())
def test_no_line_of_a_filtered_log_comes_twice_or_is_lost(steps: list[tuple[int, bool]], data: st.DataObject) -> None:
    """Whatever times are equal, and wherever it broke."""
    moments = list(accumulate(step for step, _passes in steps))
    lines = [b"2026-01-01T00:00:00.%09dZ %d" % (at, number) for number, at in enumerate(moments)]
    passing = [line for line, (_step, passes) in zip(lines, steps, strict=True) if passes]
    held = passing[: data.draw(st.integers(0, len(passing)))]
    cursor = Cursor()
    cursor.saw(Batch(bytearray(len(held)), held))
    if place := cursor.place():
        raw = Cursor(place.before)
        again = raw.unseen(
            Batch(bytearray(len(lines)), [line for line in lines if (nanoseconds(line) or 0) >= place.at])
        )
        assert raw.reached
        rest = [line for line in again.lines if line in passing]
        assert Cursor(place).unseen(Batch(bytearray(len(rest)), rest)).lines == passing[len(held) :]


def test_a_filter_is_checked_in_words_and_the_log_goes_on(run_container: Run, follow: Follow) -> None:
    container = run_container(BASE_IMAGE, "sh", "-c", WRITES)
    live = follow(container, tail="all")
    live.until_lines(4)
    live.send("filter", text="one /(/")
    answer = live.until_said("filter")
    assert (answer["text"], answer["at"]) == ("one /(/", 5)
    assert answer["error"]
    live.said.clear()
    live.send("filter", text='one "two three"')
    assert live.until_said("filter")["words"] == ["one", "two three"]
    live.send("open", host="harbour", container=container, filter="one /(/")
    code, sentence = live.until_closed()
    assert code == 4400
    assert sentence


def test_levels_come_with_the_lines_when_they_are_asked_for(run_container: Run, live: Callable[..., Live]) -> None:
    container = run_container(BASE_IMAGE, "sh", "-c", WRITES.replace(">&2", ""))
    socket = live().send("open", host="harbour", container=container, tail="all", levels=True)
    levels = b""
    while len(levels) < 4:
        message = socket.socket.recv(timeout=30)
        if isinstance(message, bytes):
            head, _newline, rest = message.partition(b"\n")
            assert b'"levels":true' in head
            count = int(head.partition(b'"count":')[2].partition(b",")[0])
            levels += rest[count : 2 * count]
    assert [LEVELS[level] for level in levels] == [LEVELS[INFO], LEVELS[ERROR], LEVELS[INFO], ""]

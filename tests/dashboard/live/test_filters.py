"""Do only the lines that pass a filter come, of one log and of many, and is a bad filter answered where it is typed?"""

from collections.abc import Callable

from hosts.engine.frames import STDERR
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

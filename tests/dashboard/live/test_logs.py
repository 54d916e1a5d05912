"""What a browser holds of a log is what `docker logs --timestamps` says, line for line, and every end is told."""

import datetime as dt
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hosts.engine.frames import CUT, LINE_LIMIT, STDERR, STDOUT
from tests.dashboard.live.client import Live
from tests.dashboard.live.conftest import Follow, running
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE, load_base_image
from tests.testbed.needs import started
from tests.testbed.parts import program
from tests.testbed.process import wait_until
from tests.testbed.web import Web

Run = Callable[..., str]
AWKWARD = r"""
printf 'plain\n\n\tindented \033[31mred\033[0m\n'
printf '\377\376 no utf-8 \303\n'
printf 'carriage\r\n'
printf 'caf\303\251 \360\237\220\213\n' >&2
printf '\001\000\000\000\000\000\000\005hello\n'
echo 2026-01-01T00:00:00Z >&2
i=0; while [ $i -lt 300 ]; do echo "line $i"; [ $((i % 7)) = 0 ] && echo "error $i" >&2; i=$((i+1)); done
printf 'no newline'
"""


def docker_logs(engine: Engine, container: str) -> list[bytes]:
    """As the command prints it, stdout and stderr in the order in which they came."""
    command = [program("docker"), "--host", engine.url, "logs", "--timestamps", container]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
    return done.stdout.removesuffix(b"\n").split(b"\n")


def texts(live: Live) -> list[bytes]:
    return [line for _kind, line in live.lines]


def numbers(live: Live) -> list[int]:
    """The last word of each line."""
    return [int(line.split()[-1]) for _kind, line in live.lines]


@pytest.mark.parametrize("options", [(), ("--tty",), ("--log-driver=local",)], ids=["json-file", "tty", "local"])
def test_the_browser_holds_what_docker_logs_says(
    options: tuple[str, ...], engine: Engine, run_container: Run, follow: Follow
) -> None:
    container = run_container(*options, BASE_IMAGE, "sh", "-c", AWKWARD + "sleep 1; echo late")
    live = follow(container, tail="all")
    end = live.until_said("end")
    assert (end["why"], end["code"]) == ("stopped", 0)
    assert texts(live) == docker_logs(engine, container)
    kinds = {kind for kind, _line in live.lines}
    assert kinds == ({STDOUT} if "--tty" in options else {STDOUT, STDERR})
    opened = live.said[0]
    assert opened["type"] == "opened"
    assert opened["tty"] is ("--tty" in options)
    assert opened["container"]["id"] == container


def test_lines_come_while_they_are_written(run_container: Run, follow: Follow) -> None:
    container = run_container(BASE_IMAGE, "sh", "-c", "i=0; while :; do echo $i; i=$((i+1)); sleep 0.2; done")
    live = follow(container, tail=0)
    live.until_lines(4)
    written = live.lines[-1][1].split()[0].decode()
    assert time.time() - _seconds(written) < 5
    assert numbers(live) == list(range(numbers(live)[0], numbers(live)[0] + len(live.lines)))


def _seconds(stamp: str) -> float:
    return dt.datetime.fromisoformat(stamp[:26] + "+00:00").timestamp()


def test_a_long_line_is_one_line_and_a_longer_one_is_cut(run_container: Run, follow: Follow) -> None:
    text = 'BEGIN { while (i++ < 4000) s = s "0123456789"; print s; print s s; print "after" }'
    live = follow(run_container(BASE_IMAGE, "awk", text), tail="all", timestamps=False)
    live.until_said("end")
    whole = b"0123456789" * 4000
    assert live.lines == [(STDOUT, whole), (STDOUT | CUT, (whole + whole)[:LINE_LIMIT]), (STDOUT, b"after")]


def test_tail_and_since_choose(engine: Engine, run_container: Run, follow: Follow) -> None:
    container = run_container(BASE_IMAGE, "sh", "-c", "for i in 1 2 3 4 5; do echo $i; done")
    last_two = follow(container, tail=2)
    last_two.until_said("end")
    assert numbers(last_two) == [4, 5]
    third = docker_logs(engine, container)[2].split()[0].decode()
    since = follow(container, tail="all", since=third)
    since.until_said("end")
    assert numbers(since)[-3:] == [3, 4, 5]
    none = follow(container, since="2030-01-01T00:00:00Z")
    none.until_said("end")
    assert none.lines == []


def test_the_end_is_told_with_the_exit_code(run_container: Run, follow: Follow, engine: Engine) -> None:
    container = run_container(BASE_IMAGE, "sh", "-c", "echo working; sleep 1; echo failing; exit 7")
    live = follow(container)
    end = live.until_said("end")
    assert (end["why"], end["code"]) == ("stopped", 7)
    assert "7" in end["message"]
    assert [text.split()[-1] for text in texts(live)] == [b"working", b"failing"]


def test_a_removed_container_is_told_apart(engine: Engine, run_container: Run, follow: Follow) -> None:
    container = run_container(BASE_IMAGE, "sleep", "1000")
    live = follow(container)
    live.until_said("opened")
    engine.docker("rm", "--force", container)
    assert live.until_said("end")["why"] in ("removed", "stopped")
    again = follow(container)
    assert again.until_said("end")["why"] == "removed"


def test_a_driver_that_keeps_nothing_is_told(run_container: Run, follow: Follow) -> None:
    container = run_container("--log-driver=none", BASE_IMAGE, "sh", "-c", "echo unseen; sleep 100")
    assert follow(container).until_said("end")["why"] == "unreadable"


def test_a_restarted_container_goes_on(engine: Engine, run_container: Run, follow: Follow) -> None:
    """Whether the restart is seen as an end depends on its speed; nothing is repeated or left out either way."""
    container = run_container(BASE_IMAGE, "sh", "-c", "echo begin; sleep 1000")
    live = follow(container)
    live.until_lines(1)
    engine.docker("restart", "--time=0", container)
    live.until(lambda: len(live.lines) >= 2 or any(each["type"] == "end" for each in live.said))
    if len(live.lines) < 2:
        time = live.lines[-1][1].split()[0].decode()
        live.send("open", host="harbour", container=container, after={"time": time, "lines": 1})
    live.until_lines(2)
    assert texts(live) == docker_logs(engine, container)


@pytest.fixture
def mortal(web: Web, workspace: Path) -> Iterator[Engine]:
    """An engine whose containers go on when it dies."""
    for engine in started(Engine(workspace, "mortal", live_restore=True)):
        load_base_image(engine)
        web.add_host("mortal", engine.url)
        yield engine


def test_an_engine_that_dies_under_a_stream_loses_and_repeats_nothing(
    mortal: Engine, live: Callable[..., Live]
) -> None:
    script = "i=0; while :; do echo line $i; i=$((i+1)); [ $((i % 50)) = 0 ] && sleep 0.05; done"
    container = mortal.run(BASE_IMAGE, "sh", "-c", script)
    socket = live().send("open", host="mortal", container=container, tail="all")
    socket.until_lines(500)
    mortal.kill()
    assert socket.until_said("notice")["what"] == "lost"
    mortal.start()
    socket.until(lambda: [each.get("again") for each in socket.said].count(True))
    socket.until_lines(len(socket.lines) + 500)
    assert numbers(socket) == list(range(len(socket.lines))), "no line is missing and none came twice"


def test_a_browser_that_comes_back_goes_on_where_it_stopped(run_container: Run, follow: Follow, engine: Engine) -> None:
    script = "i=0; while [ $i -lt 3000 ]; do echo $i; i=$((i+1)); [ $((i % 100)) = 0 ] && sleep 0.05; done"
    container = run_container(BASE_IMAGE, "sh", "-c", script)
    held: list[bytes] = []
    ended = False
    asked: dict[str, object] = {"tail": "all"}
    for wanted in (1, 150, 700, 10_000):
        live = follow(container, **asked)
        try:
            live.until_lines_or_end(wanted)
        finally:
            live.close()
        held += texts(live)
        time = held[-1].split()[0]
        asked = {"after": {"time": time.decode(), "lines": sum(each.split()[0] >= time for each in held)}}
        ended = any(each["type"] == "end" for each in live.said)
    assert ended
    assert [int(each.split()[-1]) for each in held] == list(range(3000))


def test_viewers_share_one_upstream_and_the_last_closes_it(web: Web, run_container: Run, follow: Follow) -> None:
    before = running(web)["upstreams"]
    container = run_container(BASE_IMAGE, "sh", "-c", "for i in 1 2 3; do echo $i; done; sleep 1000")
    first = follow(container, tail=500)
    first.until_lines(3)
    time.sleep(1)
    others = [follow(container, tail=tail) for tail in (500, 500, 2, 100)]
    assert [len(other.until_lines(min(3, tail))) for other, tail in zip(others, (3, 3, 2, 3), strict=True)] == [
        3,
        3,
        2,
        3,
    ]
    assert running(web)["upstreams"] == before + 1
    for each in (first, *others):
        each.close()
    wait_until(lambda: running(web)["upstreams"] == before, what="the upstream to be closed")


def test_a_slow_browser_is_told_what_it_missed_and_holds_up_nobody(run_container: Run, follow: Follow) -> None:
    lines = 120_000
    text = "x" * 100
    program_text = f'BEGIN {{ system("sleep 2"); for (i = 0; i < {lines}; i++) print "{text}", i }}'
    container = run_container(BASE_IMAGE, "awk", program_text)
    slow, fast = follow(container, tail="all"), follow(container, tail="all")
    slow.acknowledges = False
    slow.until_said("opened")
    fast.until_said("end", patience=90)
    assert numbers(fast) == list(range(lines))
    slow.until_lines(1)
    with pytest.raises(TimeoutError):
        slow.until(lambda: False, patience=2)
    assert sum(len(line) + 2 for _kind, line in slow.lines) <= 256 << 10, "no more is under way than the bound"
    slow.acknowledges = True
    slow.send("ack", seq=1)
    # The others were never acknowledged; this acknowledges all that have come.
    with pytest.raises(TimeoutError):
        slow.until(lambda: False, patience=1)
    slow.send("ack", seq=slow.last_seq)
    slow.until_said("end")
    skipped = sum(each["lines"] for each in slow.said if each["type"] == "skipped")
    assert skipped > 0
    assert len(slow.lines) + skipped == lines


def test_two_hundred_aborted_sockets_leave_nothing_behind(web: Web, cookie: str, run_container: Run) -> None:
    container = run_container(BASE_IMAGE, "sh", "-c", "while :; do echo tick; sleep 0.01; done")
    abort_many(web, cookie, container, 30)
    before = running(web)
    abort_many(web, cookie, container, 200)
    after = running(web)
    assert after["tasks"] <= before["tasks"] + 1, after
    assert after["files"] <= before["files"] + 10, after


def abort_many(web: Web, cookie: str, container: str, count: int) -> None:
    """Sockets that are gone without a close: some at once, some after they asked, some after lines have come."""
    for number in range(count):
        each = Live(web.url, "/live/logs", cookie=cookie)
        if number % 3:
            each.send("open", host="harbour", container=container)
        if number % 3 and number % 5 == 0:
            each.until_lines(1)
        each.socket.socket.close()
    wait_until(lambda: running(web)["upstreams"] == 0, timeout=20, what="the upstream to be closed")
    wait_until(lambda: running(web)["tasks"] <= 3, timeout=20, what="the tasks to end")

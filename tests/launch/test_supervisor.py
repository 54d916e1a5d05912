"""The supervisor over stand-in programs and a real Redis: it starts, restarts, refuses, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.env import BASE_DIR
from tests.launch.stand_ins import LISTEN, SLEEP
from tests.testbed.process import descendants, free_port, send, wait_until

# Real processes, restarted and killed: too slow for the fast gate.
pytestmark = pytest.mark.faults

DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
WITH_CHILD = "import subprocess, time; subprocess.Popen(['sleep', '600']); print('here', flush=True); time.sleep(600)"
WEB = {"name": "web", "code": LISTEN}


class Console:
    """A running supervisor and what it printed."""

    def __init__(self, folder: Path, plan: dict[str, Any], **environ: str) -> None:
        self.data_dir = Path(environ.get("DATA_DIR", str(folder / "var")))
        self.port = environ.get("PORT") or str(free_port())
        self._log = folder / f"{time.monotonic_ns()}.log"
        file = self._log.with_suffix(".json")
        file.write_text(json.dumps(plan))
        given = {**os.environ, "DATA_DIR": str(self.data_dir), "PORT": self.port, "HOST": "127.0.0.1", **environ}
        given.pop("REDIS_URL", None)
        with self._log.open("wb") as log:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "tests.launch.stand_ins", str(file)],
                env=given,
                cwd=BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def said(self) -> str:
        return self._log.read_text()

    def says(self, text: str, times: int = 1, within: float = 10) -> None:
        wait_until(lambda: self.said.count(text) >= times or self.popen.poll() is not None, within, what=text)
        assert self.said.count(text) >= times, self.said

    def processes(self) -> list[int]:
        return descendants(self.popen.pid)

    def child(self, word: str) -> int:
        """The process whose command line has the word; 0: there is none."""
        for pid in self.processes():
            if word in Path(f"/proc/{pid}/cmdline").read_text():
                return pid
        return 0

    def stop(self, number: int = signal.SIGINT) -> float:
        """How long it took to end."""
        began = time.monotonic()
        send(self.popen.pid, number)
        self.popen.wait(15)
        return time.monotonic() - began


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}/exe").exists()]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Console]]:
    consoles: list[Console] = []

    def start(*services: dict[str, Any], prepare: str = "", **environ: str) -> Console:
        consoles.append(Console(tmp_path, {"prepare": prepare, "services": services}, **environ))
        return consoles[-1]

    yield start
    for console in consoles:
        if console.popen.poll() is None:
            console.popen.kill()
            console.popen.wait(5)


Start = Callable[..., Console]


def test_all_start_in_order_and_the_setup_link_comes_last(start: Start) -> None:
    console = start(WEB, {"name": "watcher", "code": SLEEP}, prepare="print('Ready.\\nhttp://localhost/setup/abc')")
    console.says("works once: http://localhost/setup/abc")
    console.says("web      | listening")
    said = console.said
    assert said.index("prepare  | Ready.") < said.index("web      | listening")
    assert said.index("prepare  | Ready.") < said.index("Quayside is at http://") < said.index("/setup/abc")
    assert said.count("/setup/abc") == 1
    assert (console.data_dir / "run/redis.sock").stat().st_mode & 0o777 == 0o600


def test_a_warm_start_shows_the_console_before_it_prepares(start: Start, tmp_path: Path) -> None:
    code = "from dashboard.up import prepared; prepared.remember(); print('http://localhost/setup/abc')"
    cold = start(WEB, prepare=code)
    cold.says("works once")
    cold.stop()
    (cold.data_dir / "static").mkdir()
    (cold.data_dir / "db.sqlite3").touch()
    warm = start(WEB, {"name": "worker", "code": SLEEP}, prepare=f"print('Checked.'); {code}")
    warm.says("works once")
    said = warm.said
    assert said.index("Quayside is at") < said.index("Checked.") < said.index("works once")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_also_the_deaf_and_their_children(start: Start, number: int) -> None:
    console = start(WEB, {"name": "worker", "code": DEAF}, {"name": "watcher", "code": WITH_CHILD})
    console.says("worker   | deaf")
    console.says("Quayside is at")
    console.says("watcher  | here")
    pids = console.processes()
    assert len(pids) == 5  # redis, web, worker, watcher and its child
    assert console.stop(number) < 10
    assert console.popen.returncode == 0
    assert alive(pids) == []


def test_stops_in_reverse_order(start: Start) -> None:
    code = (
        "import signal, sys, time; signal.signal(15, lambda *_: (print('stopped', flush=True), sys.exit())); "
        "{}time.sleep(600)"
    )
    listen = "import socket, os; one = socket.create_server(('127.0.0.1', int(os.environ['PORT']))); "
    console = start(
        {"name": "web", "code": code.format(listen)},
        {"name": "worker", "code": code.format("print('here', flush=True);")},
        {"name": "watcher", "code": code.format("print('here', flush=True);")},
    )
    console.says("Quayside is at")
    console.says("here", times=2)
    console.stop()
    order = [line.split()[0] for line in console.said.splitlines() if line.endswith("| stopped")]
    assert order == ["watcher", "worker", "web"]


def test_a_signal_while_it_prepares(start: Start) -> None:
    console = start(WEB, prepare="import time; time.sleep(600)")
    wait_until(lambda: len(console.processes()) == 2, what="redis and prepare")
    pids = console.processes()
    assert console.stop() < 10
    assert alive(pids) == []


def test_sigkill_leaves_nothing(start: Start) -> None:
    console = start(WEB, {"name": "worker", "code": DEAF})
    console.says("worker   | deaf")
    console.says("Quayside is at")
    pids = console.processes()
    console.popen.kill()
    console.popen.wait(5)
    wait_until(lambda: alive(pids) == [], what="the end of every process")


def test_what_is_killed_starts_again(start: Start) -> None:
    console = start(WEB, {"name": "worker", "code": SLEEP})
    console.says("Quayside is at")
    console.says("worker   | here")
    os.kill(console.child("sleep(600)"), signal.SIGKILL)
    console.says("worker was killed by SIGKILL")
    console.says("worker   | here", times=2)
    os.kill(console.child("redis"), signal.SIGKILL)
    console.says("redis was killed by SIGKILL")
    wait_until(lambda: console.child("redis"), what="a new redis")


def test_a_crash_loop_is_said_in_words(start: Start) -> None:
    console = start(WEB, {"name": "worker", "code": "print('no luck'); raise SystemExit(7)"})
    console.says("worker ended with status 7, 3 times in a row now; its lines above say why. Trying again in 2 s.")
    assert console.said.count("worker   | no luck") == 3


def test_a_silent_worker_is_ended_and_a_busy_one_is_not(start: Start) -> None:
    beat = (
        "import os, socket, time\n"
        "while True:\n"
        " one = socket.socket(socket.AF_UNIX); one.connect(os.environ['DATA_DIR'] + '/run/redis.sock')\n"
        " one.sendall(b'SET quayside:alive:{0} 1 EX 2\\r\\n'); one.recv(9); one.close()\n"
        " print('beat', flush=True); time.sleep(0.5)\n"
    )
    once = beat.format("worker").replace("time.sleep(0.5)", "time.sleep(600)")
    console = start(
        WEB,
        {"name": "worker", "code": once, "pulse": {"key": "quayside:alive:worker", "lasts": 2, "sent_by": "watcher"}},
        {"name": "watcher", "code": beat.format("watcher"), "pulse": {"key": "quayside:alive:watcher", "lasts": 2}},
        LOOK_EVERY_MS="200",
        SILENT_LIMIT="3",
    )
    console.says("worker has been silent for 3 s; ending it.", within=15)
    console.says("worker   | beat", times=2)
    assert "watcher has been silent" not in console.said


def test_a_second_supervisor_on_the_same_folder(start: Start) -> None:
    first = start(WEB)
    first.says("Quayside is at")
    second = start(WEB, DATA_DIR=str(first.data_dir))
    assert second.popen.wait(10) == 1
    assert second.said == (
        f"Quayside already runs on {first.data_dir} (process {first.popen.pid}); "
        "stop that one, or set DATA_DIR to another folder.\n"
    )
    assert first.popen.poll() is None


def test_a_taken_port(start: Start, tmp_path: Path) -> None:
    first = start(WEB)
    first.says("Quayside is at")
    second = start(WEB, PORT=first.port, DATA_DIR=str(tmp_path / "other"))
    assert second.popen.wait(10) == 1
    assert second.said == (
        f"Port {first.port} on 127.0.0.1 is taken; stop the program that uses it, or set PORT to a free one.\n"
    )


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"HOST": "no-such-name.invalid"}, "is no address of this machine"),
        ({"HOST": "192.0.2.1"}, "is no address of this machine"),
        ({"DATA_DIR": "/dev/null"}, "/dev/null is a file; remove it or set DATA_DIR to a folder."),
        ({"DATA_DIR": "/proc/nothing"}, "set DATA_DIR"),
        ({"PORT": "1e3"}, "PORT is '1e3'"),
    ],
)
def test_what_cannot_be_is_one_sentence(start: Start, environ: dict[str, str], sentence: str) -> None:
    console = start(WEB, **environ)
    assert console.popen.wait(10) == 1
    assert sentence in console.said
    assert console.said.count("\n") == 1


def test_preparing_fails_with_its_own_sentence(start: Start) -> None:
    console = start(
        WEB, prepare="print('Some talk.'); print('The disk is full; free some space.'); raise SystemExit(3)"
    )
    assert console.popen.wait(10) == 1
    assert console.said.splitlines()[-1] == "The disk is full; free some space."
    assert console.processes() == []


def test_preparing_crashes_and_shows_why(start: Start) -> None:
    console = start(WEB, prepare="1/0")
    assert console.popen.wait(10) == 1
    assert "prepare  | ZeroDivisionError" in console.said
    assert console.said.splitlines()[-1] == "prepare ended with status 1; its lines above say why."

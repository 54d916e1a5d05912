"""`make run` itself: the whole console from a shell, twice, and what is left of it afterwards."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.env import BASE_DIR
from tests.testbed.process import descendants, free_port, wait_until

pytestmark = pytest.mark.faults

Run = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    given = {name: value for name, value in given.items() if name not in {"REDIS_URL", "DATABASE_URL"}}
    return {
        **given,
        "DATA_DIR": str(tmp_path / "var"),
        "PORT": str(free_port()),
        "HOST": "127.0.0.1",
        "ENGINE": "none",
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "DOTENV": os.devnull,
    }


@pytest.fixture
def run(environ: dict[str, str], tmp_path: Path) -> Iterator[Run]:
    started: list[subprocess.Popen[bytes]] = []

    def run(target: str = "run") -> subprocess.Popen[bytes]:
        # A session of its own, as a terminal's job has, so that Ctrl-C can be sent to all of it.
        with (tmp_path / "log").open("ab") as log:
            command = ["make", "--no-print-directory", target]
            started.append(
                subprocess.Popen(
                    command,
                    cwd=BASE_DIR,
                    env=environ,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
        return started[-1]

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(15)


def status(environ: dict[str, str], path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", int(environ["PORT"]), timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def press_ctrl_c(process: subprocess.Popen[bytes]) -> float:
    """How long it took to end, with everything that it had started."""
    pids, began = descendants(process.pid), time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    process.wait(15)
    took = time.monotonic() - began
    assert [pid for pid in pids if Path(f"/proc/{pid}/exe").exists()] == []
    return took


def test_twice_up_and_nothing_left(run: Run, environ: dict[str, str], tmp_path: Path) -> None:
    first = run()
    wait_until(lambda: first.poll() is not None or status(environ, "/healthz") == 200, 180, what="all processes")
    assert first.poll() is None, (tmp_path / "log").read_text()
    wait_until(lambda: b"works once: http://" in (tmp_path / "log").read_bytes(), 10, what="the setup link")
    assert status(environ, "/accounts/login/") == 200
    assert len(descendants(first.pid)) >= 5  # the supervisor, redis, web, worker, watcher
    assert press_ctrl_c(first) < 10

    # On a busy machine five seconds say nothing: then the bar is what Django alone needs to start, thrice.
    began = time.monotonic()
    subprocess.run([sys.executable, "manage.py", "check"], cwd=BASE_DIR, env=environ, capture_output=True, check=True)
    bar = max(5, 3 * (time.monotonic() - began))
    took = []
    for _ in range(2):  # the better one counts: other tests may be busy beside this one
        began = time.monotonic()
        again = run()
        wait_until(lambda: status(environ, "/accounts/login/") == 200, 30, what="the first page")
        took.append(time.monotonic() - began)
        press_ctrl_c(again)
    assert min(took) < bar, took


def test_a_taken_port_is_the_one_thing_said(run: Run, environ: dict[str, str], tmp_path: Path) -> None:
    first = run()
    wait_until(lambda: first.poll() is not None or status(environ, "/accounts/login/") == 200, 180, what="a page")
    environ["DATA_DIR"] = str(tmp_path / "other")
    (tmp_path / "log").rename(tmp_path / "first.log")
    assert run().wait(20) != 0
    said, make = (tmp_path / "log").read_text().splitlines()
    assert said == (
        f"Port {environ['PORT']} on 127.0.0.1 is taken; stop the program that uses it, or set PORT to a free one."
    )
    assert make.startswith("make: ***")

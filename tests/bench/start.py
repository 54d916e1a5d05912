"""How long from `make run` to the first page, when everything is installed and has run before?"""

import http.client
import os
import signal
import statistics
import subprocess
import time
from pathlib import Path

from dashboard.env import BASE_DIR
from tests.bench.figures import Figure
from tests.testbed.process import free_port, wait_until
from tests.testbed.workspace import make_workspace, remove_workspace

NAME = "start"
ROUNDS = 3
_NOT_INHERITED = {"REDIS_URL", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}


def run() -> list[Figure]:
    workspace = make_workspace()
    try:
        return measure(workspace)
    finally:
        remove_workspace(workspace)


def measure(workspace: Path) -> list[Figure]:
    environ = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    ours = {"DATA_DIR": str(workspace / "var"), "PORT": str(free_port()), "HOST": "127.0.0.1", "ENGINE": "none"}
    environ |= {**ours, "DOTENV": os.devnull}
    until(environ, "/healthz")
    seconds = [until(environ, "/accounts/login/") for _ in range(ROUNDS)]
    return [Figure("second `make run` to the first page", statistics.median(seconds), "s", 5.0)]


def until(environ: dict[str, str], path: str) -> float:
    """Run it until the path answers with 200: how many seconds that took."""
    log = Path(environ["DATA_DIR"] + ".log")
    with log.open("ab") as out:
        began = time.monotonic()
        command = ["make", "--no-print-directory", "run"]
        running = subprocess.Popen(
            command,
            cwd=BASE_DIR,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        wait_until(lambda: running.poll() is not None or answers(int(environ["PORT"]), path), 120, what=path)
        assert running.poll() is None, log.read_text()
        return time.monotonic() - began
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGINT)
        running.wait(20)


def answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

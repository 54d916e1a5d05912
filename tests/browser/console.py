"""The whole console as a user starts it: `manage.py up` with a data folder and a port of its own."""

import http.client
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

from tests.testbed.process import Part, Process, descendants, free_port, thread_states, wait_until

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, str(ROOT / "manage.py")]
LINK = re.compile(r"works once: (https?://\S+)")
# What the test process was given for itself, or the machine's owner for their own console.
NOT_INHERITED = {"REDIS_URL", "DATABASE_URL", "DATA_DIR", "DJANGO_SETTINGS_MODULE", "DOCKER_HOST", "DEBUG", "ORIGINS"}


class Console(Part):
    """Ready when /healthz says so; `setup_link` is the one it printed. `settings` are put into its environment."""

    def __init__(self, folder: Path, name: str = "console", **settings: str) -> None:
        self.folder = folder.resolve() / name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "console.log"
        self.process: Process | None = None
        self.environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED} | {
            "DATA_DIR": str(self.folder / "var"),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "ENGINE": "none",
            "DOTENV": os.devnull,
            **settings,
        }

    def start(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process = Process([*MANAGE, "up"], self.log, self.environment)
        # Installing nothing, but migrating and collecting files on a machine that does other things beside.
        self.process.wait_ready(lambda: self.status("/healthz") == 200, timeout=120)
        return self

    def status(self, path: str) -> int:
        """The status of a plain GET by nobody; 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    @property
    def setup_link(self) -> str:
        wait_until(lambda: LINK.search(self.log.read_text(errors="replace")), 10, what="the set-up link")
        found = LINK.search(self.log.read_text(errors="replace"))
        return found[1] if found else ""

    def manage(self, *arguments: str) -> str:
        """What a command of manage.py prints, run beside the console by whoever has a shell there."""
        command = [*MANAGE, *arguments]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise AssertionError(f"manage.py {' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout.strip()

    def stop(self) -> None:
        """End it as Ctrl-C does; what it started and did not end is an error."""
        if self.process is None:
            return
        mine = [self.process.pid, *descendants(self.process.pid)]
        if self.process.is_running:
            os.kill(self.process.pid, signal.SIGINT)
            self.process.popen.wait(15)
        self.process = None
        # Gone, or a zombie whose new parent has not looked yet.
        wait_until(lambda: all(set(thread_states(pid)) <= {"Z", "X"} for pid in mine), 5, what="its processes to end")

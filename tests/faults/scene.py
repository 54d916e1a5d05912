"""A whole console for fault tests: its processes by name, and what its database says however its pages look."""

import os
import signal
import sqlite3
from pathlib import Path
from typing import Any

from tests.browser.console import Console
from tests.testbed.process import descendants, wait_until
from tests.testbed.visitor import Visitor

ADA = ("ada", "harbour-lights-7")
# Of the command line of each process.
_WORDS = {"web": ("uvicorn",), "worker": ("celery",), "watcher": ("watch",), "redis": ("redis-server", "valkey-server")}


class Scene(Console):
    """A console with Ada, its administrator. `options` are more of its environment."""

    def __init__(self, folder: Path, **options: str) -> None:
        super().__init__(folder)
        self.environment |= options
        self.data_dir = Path(self.environment["DATA_DIR"])
        self._ada: Visitor | None = None

    def start(self) -> "Scene":
        super().start()
        self.make_administrator(*ADA)
        return self

    def make_administrator(self, name: str, password: str) -> None:
        self.environment |= {"DJANGO_SUPERUSER_PASSWORD": password}
        self.manage("createsuperuser", "--noinput", "--username", name, "--email", "")

    def visit(self) -> Visitor:
        """Ada's browser; she signs in once, for who does it again and again is turned away."""
        if self._ada is None:
            self._ada = Visitor(self.url).sign_in(*ADA)
        return self._ada.twin()

    def pid(self, name: str) -> int:
        """The process that now is `web`, `worker`, `watcher` or `redis`; 0 when there is none."""
        assert self.process is not None
        for pid in descendants(self.process.pid):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if any(word in command for word in _WORDS[name]):
                return pid
        return 0

    def kill(self, name: str) -> None:
        os.kill(self.pid(name), signal.SIGKILL)

    def sql(self, query: str, *values: object) -> list[Any]:
        """Rows of the console's database; of one column, its values alone."""
        connection = sqlite3.connect(self.data_dir / "db.sqlite3", timeout=20)
        try:
            rows = connection.execute(query, values).fetchall()
        finally:
            connection.close()
        return [row[0] if len(row) == 1 else row for row in rows]

    def job(self, path: str, column: str = "state") -> Any:
        """A column of the job whose page is at the path."""
        return self.sql(f"SELECT {column} FROM hosts_job WHERE id = ?", key_of(path))[0]

    def outcomes(self, path: str) -> list[str]:
        """How the record of a job ended: one word, or none yet."""
        query = "SELECT e.outcome FROM hosts_auditending e JOIN hosts_job j ON j.audit_id = e.event_id WHERE j.id = ?"
        return self.sql(query, key_of(path))

    def job_is(self, path: str, state: str, within: float) -> None:
        """Wait until the job is in this state."""
        try:
            wait_until(lambda: self.job(path) == state, within, 0.1)
        except TimeoutError:
            raise AssertionError(
                f"after {within:g} s the job is {self.job(path)}: {self.job(path, 'message')}"
            ) from None

    def host(self, name: str, column: str = "state") -> Any:
        return self.sql(f"SELECT {column} FROM hosts_host WHERE name = ?", name)[0]

    def host_is(self, name: str, state: str, within: float = 60) -> None:
        try:
            wait_until(lambda: self.host(name) == state, within, 0.1)
        except TimeoutError:
            why = self.host(name, "state_reason")
            raise AssertionError(f"after {within:g} s {name} is {self.host(name)}: {why}") from None

    def add(self, name: str, url: str) -> str:
        """Tell the console of a host, and wait until it is seen."""
        self.manage("hosts", "add", name, url)
        self.host_is(name, "up")
        return name


def key_of(path: str) -> str:
    """The key that a job's row has in SQLite."""
    return path.rstrip("/").rpartition("/")[2].replace("-", "")

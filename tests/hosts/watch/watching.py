"""Runs the watcher as its own process over a database of its own, and looks at what it wrote with plain SQL."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import redis

from tests.testbed.process import Part, Process, wait_until
from tests.testbed.redis_server import RedisServer

ROOT = Path(__file__).resolve().parents[3]
NUDGES = "quayside__group__nudges"
MANAGE = [sys.executable, "manage.py"]


def migrated(folder: Path) -> Path:
    """A data folder with an empty, migrated database, to be copied."""
    subprocess.run(
        [*MANAGE, "migrate", "-v0"], cwd=ROOT, env=_environment(folder), check=True, capture_output=True, timeout=120
    )
    return folder


def _environment(data: Path, **more: str) -> dict[str, str]:
    own = {"DATA_DIR": str(data), "DOTENV": os.devnull, "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    return {**os.environ, **own, **more}


class Watcher(Part):
    """`manage.py watch` with a Redis of its own, on a copy of a migrated data folder."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.data = folder
        shutil.copytree(template, folder, ignore=shutil.ignore_patterns("run"))
        self.redis = RedisServer(folder, "redis")
        self.environment = _environment(folder, REDIS_URL=self.redis.url)
        self.process: Process | None = None

    def start(self) -> Self:
        self.redis.start()
        self.launch()
        return self

    def launch(self) -> None:
        self.process = Process([*MANAGE, "watch"], self.data / "watch.log", self.environment)
        self.process.wait_ready(lambda: self.redis.command("GET quayside:alive:watcher") != "$-1", timeout=30)

    def stop(self) -> None:
        if self.process:
            self.process.stop()
        self.redis.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [*MANAGE, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def add(self, name: str, url: str, **columns: Any) -> None:
        """A host as the page makes it, but without trying it first."""
        program = f"""
from hosts import nudges
from hosts.models import Host
host = Host(name={name!r}, url={url!r})
for column, value in {columns!r}.items():
    host.set_secret(column, value) if column in ("tls_key", "ssh_key") else setattr(host, column, value)
host.save()
nudges.send("hosts", "added")
"""
        self.manage("shell", "-v0", "-c", program)

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self.data / "db.sqlite3", timeout=10)) as database:
            return database.execute(sql, values).fetchall()

    def edit(self, sql: str, *values: object) -> None:
        """Change a row behind the watcher's back, and say so as the console does."""
        with contextlib.closing(sqlite3.connect(self.data / "db.sqlite3", timeout=20)) as database, database:
            database.execute("PRAGMA foreign_keys = ON")
            database.execute(sql, values)
        self.redis.command(f"PUBLISH {NUDGES}.hosts x")

    def host(self, name: str) -> dict[str, Any]:
        columns = ("id", "state", "state_reason", "state_since", "engine_id", "seen_engine_id", "synced_at")
        found = self.query(f"select {', '.join(columns)} from hosts_host where name = ?", name)
        return dict(zip(columns, found[0], strict=True)) if found else {}

    def states(self, name: str) -> dict[str, str]:
        """The state of each container that is there, by full id."""
        sql = "select engine_id, state from hosts_container where gone_at is null and host_id = ?"
        return dict(self.query(sql, self.host(name)["id"]))

    def wait_state(self, name: str, state: str, timeout: float = 30) -> float:
        return self.wait(lambda: self.host(name).get("state") == state, timeout, f"{name} to be {state}")

    def wait(self, is_so: Callable[[], object], timeout: float = 10, what: str = "it") -> float:
        """How many seconds it took."""
        began = time.monotonic()
        wait_until(is_so, timeout, 0.01, what)
        return time.monotonic() - began

    def log(self) -> str:
        return (self.data / "watch.log").read_text()

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @contextlib.contextmanager
    def nudged(self) -> Iterator[list[bytes]]:
        """The raw nudges that are sent inside the `with`, as they come."""
        heard: list[bytes] = []
        client = redis.Redis.from_url(self.redis.url)
        channel = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        channel.subscribe(NUDGES)

        def listen() -> None:
            with contextlib.suppress(redis.RedisError, ValueError, OSError, AttributeError):
                heard.extend(message["data"] for message in channel.listen())

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield heard
        client.publish(NUDGES, b"end")
        channel.close()
        client.close()

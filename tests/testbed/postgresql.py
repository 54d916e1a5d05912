"""A PostgreSQL of one's own on a unix socket and a port of loopback, thrown away at the end."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.testbed.leftovers import remove_tree
from tests.testbed.parts import MissingPartError, program
from tests.testbed.process import Part, Process, free_port


class PostgreSql(Part):
    """`url` is what DATABASE_URL takes. Root starts it as the user postgres, for it refuses to run as root."""

    def __init__(self) -> None:
        # Not in the workspace, which is root's alone.
        self.folder = Path(tempfile.mkdtemp(prefix="quayside-postgresql-"))
        self.port = free_port()
        self.process: Process | None = None

    @property
    def url(self) -> str:
        return f"postgres://quayside@127.0.0.1:{self.port}/postgres"

    def start(self) -> Self:
        as_user: list[str] = []
        if os.geteuid() == 0:
            as_user = [program("setpriv"), "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            shutil.chown(self.folder, "postgres", "postgres")
        data = self.folder / "data"
        make = [*as_user, binary("initdb"), "-D", str(data), "-U", "quayside", "-A", "trust", "--no-sync", "-E", "UTF8"]
        subprocess.run([*make, "--locale=C"], check=True, capture_output=True, cwd="/")
        command = [*as_user, binary("postgres"), "-D", str(data), "-k", str(self.folder), "-p", str(self.port)]
        settings = ("listen_addresses=127.0.0.1", "fsync=off", "max_connections=40", "shared_buffers=16MB")
        log = self.folder / "postgresql.log"
        # An immediate shutdown: what it holds is thrown away.
        self.process = Process([*command, *(f"-c{setting}" for setting in settings)], log, death_signal="QUIT")
        ready = [binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        self.process.wait_ready(lambda: subprocess.run(ready, check=False).returncode == 0)
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
            self.process = None
        if self.folder.exists():
            remove_tree(self.folder)


def binary(name: str) -> str:
    """The newest one; Debian keeps PostgreSQL's programs out of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if not found:
        raise MissingPartError(f"{name} is not installed: apt-get install postgresql")
    return str(found[-1])

"""Podman's service, which speaks the API of Docker's engine on a unix socket, with containers of its own."""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.testbed.images import BASE_IMAGE, base_tar
from tests.testbed.leftovers import remove_tree
from tests.testbed.parts import need_root, program
from tests.testbed.process import Part, Process, StartFailedError

# No limit may be above what the machine's own are: its defaults are for a machine that boots.
_CONFIGURATION = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
seccomp_profile = "unconfined"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


class Podman(Part):
    """With the base image; `url` is its address."""

    def __init__(self, root_dir: Path, name: str = "podman") -> None:
        self.folder = root_dir.resolve() / name
        self.socket = self.folder / "podman.sock"
        self._running = Path()
        self.process: Process | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def _environment(self) -> dict[str, str]:
        path = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin"
        return {"PATH": path, "HOME": str(self.folder), "CONTAINERS_CONF": str(self.folder / "containers.conf")}

    @property
    def _command(self) -> list[str]:
        folders = ["--root", str(self.folder / "root"), "--runroot", str(self._running)]
        return [program("podman"), *folders, f"--runtime={program('runc')}"]

    def start(self) -> Self:
        need_root("Podman's service")
        self.folder.mkdir(parents=True, exist_ok=True)
        # It takes no longer path than fifty characters.
        self._running = Path(tempfile.mkdtemp(prefix="podman-", dir="/tmp"))
        (self.folder / "containers.conf").write_text(_CONFIGURATION)
        command = [*self._command, "system", "service", "--time=0", self.url]
        self.process = Process(command, self.folder / "podman.log", env=self._environment)
        self.process.wait_ready(self.socket.exists)
        self.podman("import", "-", BASE_IMAGE, stdin=base_tar())
        return self

    def podman(self, *arguments: str, stdin: bytes = b"") -> str:
        """What the command prints, run as the service is."""
        command = [*self._command, *arguments]
        done = subprocess.run(command, input=stdin, env=self._environment, capture_output=True, timeout=60)
        if done.returncode:
            raise StartFailedError(f"podman {' '.join(arguments)}: {done.stderr.decode().strip()}")
        return done.stdout.decode().strip()

    def run(self, *arguments: str) -> str:
        """`podman run --detach`, without a network: the new container's id."""
        return self.podman("run", "--detach", "--network=none", "--stop-timeout=1", *arguments)

    def stop(self) -> None:
        if self.process is not None:
            if self.process.is_running:
                self.podman("rm", "--force", "--all", "--time=0")
            self.process.stop()
            self.process = None
        for folder in (self.folder, self._running):
            if folder.exists() and folder != Path():
                remove_tree(folder)

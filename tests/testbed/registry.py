"""A registry on loopback: open, or asking for a login, or with a slow line before it."""

import http.client
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE, build_layered_image, push, remove_image
from tests.testbed.leftovers import remove_tree
from tests.testbed.parts import program
from tests.testbed.process import Part, Process, free_port
from tests.testbed.wire import Wire

CONFIGURATION = """\
version: 0.1
log:
  level: warn
storage:
  filesystem:
    rootdirectory: {folder}/store
  delete:
    enabled: true
http:
  addr: 127.0.0.1:{port}
  secret: only-for-tests
"""
LOGIN = """\
auth:
  htpasswd:
    realm: quayside-tests
    path: {folder}/htpasswd
"""


class Registry(Part):
    """docker-registry. Engines trust it without TLS because it is on loopback.

    `htpasswd`: (user, password), without which it gives and takes nothing. `throttle_bytes_per_second`: the speed at
    which clients of `address` receive, all together; `direct_address` is never throttled.
    """

    def __init__(
        self,
        root_dir: Path,
        name: str = "registry",
        *,
        htpasswd: tuple[str, str] | None = None,
        throttle_bytes_per_second: float | None = None,
    ) -> None:
        self.folder = root_dir.resolve() / name
        self.htpasswd = htpasswd
        self.port = free_port()
        self.wire: Wire | None = None
        if throttle_bytes_per_second is not None:
            self.wire = Wire(("127.0.0.1", self.port), throttle_bytes_per_second)
        self.process: Process | None = None

    @property
    def direct_address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """The first part of the names of images that are pulled from here."""
        return f"127.0.0.1:{self.wire.port}" if self.wire else self.direct_address

    def start(self) -> Self:
        registry = program("docker-registry")
        self.folder.mkdir(parents=True, exist_ok=True)
        configuration = CONFIGURATION
        if self.htpasswd:
            configuration += LOGIN
            (self.folder / "htpasswd").write_text(self._hashed_login(*self.htpasswd))
        file = self.folder / "config.yml"
        file.write_text(configuration.format(folder=self.folder, port=self.port))
        self.process = Process([registry, "serve", str(file)], self.folder / "registry.log")
        self.process.wait_ready(self._answers)
        if self.wire:
            self.wire.start()
        return self

    @staticmethod
    def _hashed_login(user: str, password: str) -> str:
        # The registry takes bcrypt only; a low cost, for it checks every request.
        command = [program("htpasswd"), "-n", "-i", "-B", "-C", "4", user]
        return subprocess.run(command, input=password, check=True, capture_output=True, text=True).stdout

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/v2/")
            return connection.getresponse().status in {200, 401}
        except OSError:
            return False
        finally:
            connection.close()

    def publish(
        self,
        engine: Engine,
        name: str,
        layers_mb: Sequence[float],
        *,
        base: str = BASE_IMAGE,
        lines: Sequence[str] = (),
    ) -> str:
        """Build an image of such layers on `engine`, push it here and remove it there: the reference to pull it by."""
        direct = f"{self.direct_address}/{name}"
        build_layered_image(engine, direct, layers_mb, base=base, lines=lines)
        push(engine, direct, self.htpasswd)
        remove_image(engine, direct)
        return f"{self.address}/{name}"

    def stop(self) -> None:
        if self.wire:
            self.wire.stop()
        if self.process is not None:
            self.process.stop()
            self.process = None
        if self.folder.exists():
            remove_tree(self.folder)

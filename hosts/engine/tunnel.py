"""Carries a remote engine's socket to a local one through OpenSSH, for as long as somebody needs it.

The watcher keeps one tunnel per SSH host at a path that every process can work out; who finds nobody listening there
opens a private one.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from django.conf import settings

from hosts.engine import errors, ssh
from hosts.engine.address import Address

OPENING_SECONDS = 10.0
_POLL_SECONDS = 0.03

# Ends ssh with us, even when we are killed. The kernel counts the *thread* that spawned as the parent, so a tunnel
# belongs to one thread; preexec_fn would do the same but is not safe in a process that has threads.
_LAUNCH = """
import os, sys
parent = int(sys.argv[1])
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl(1, 15)
    if os.getppid() != parent:
        sys.exit(1)
os.execvp(sys.argv[2], sys.argv[2:])
"""


def shared_socket(address: Address, host_pk: int) -> Path:
    """Where the watcher's tunnel for this host listens; another address or key has another path."""
    login = address.ssh
    what = f"{address}\n{login.host_key if login else ''}\n{login.key if login else ''}"
    digest = hashlib.sha256(what.encode()).hexdigest()[:12]
    return Path(settings.RUN_DIR) / f"ssh-{host_pk % 10**9}-{digest}.sock"


def somebody_listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


class Tunnel:
    """One ssh process. `with` opens it and waits, `async with` does so on asyncio; both close it at the end."""

    def __init__(self, address: Address, path: Path | None = None) -> None:
        self.address = address
        self._run = Path(settings.RUN_DIR)
        self._login = Path(tempfile.mkdtemp(prefix="ssh-", dir=self._run))
        self.path = path or self._login / "s"
        self._process: subprocess.Popen[bytes] | None = None
        self._words: IO[bytes] | None = None

    def __enter__(self) -> Self:
        with self._closing_on_error():
            self._launch()
            deadline = time.monotonic() + OPENING_SECONDS
            while not self._is_ready(deadline):
                time.sleep(_POLL_SECONDS)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        with self._closing_on_error():
            self._launch()
            deadline = time.monotonic() + OPENING_SECONDS
            while not self._is_ready(deadline):  # noqa: ASYNC110 - ssh tells nobody when it is ready
                await asyncio.sleep(_POLL_SECONDS)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def said(self) -> str:
        """The last words of ssh."""
        if self._words is None:
            return ""
        size = os.fstat(self._words.fileno()).st_size
        return os.pread(self._words.fileno(), 4096, max(0, size - 4096)).decode("utf-8", "replace")

    def reason(self, error: errors.EngineError) -> errors.EngineError:
        """Why a request through the tunnel failed: what ssh said about it explains more than a closed socket."""
        if isinstance(error, errors.Lost | errors.Unreachable) and self.said():
            return ssh.explain(self.said(), self.address)
        return error

    def is_open(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
            self.path.unlink(missing_ok=True)
        if self._words is not None:
            self._words.close()
            self._words = None
        shutil.rmtree(self._login, ignore_errors=True)

    @contextlib.contextmanager
    def _closing_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    def _launch(self) -> None:
        ssh.write_login(self.address, self._login)
        self._words = tempfile.TemporaryFile(dir=self._run)  # noqa: SIM115 - lives as long as ssh
        # Relative paths: ssh reads spaces, percent signs and colons in a path as something else.
        local, login = (f"./{path.relative_to(self._run)}" for path in (self.path, self._login))
        launcher = [sys.executable, "-I", "-S", "-c", _LAUNCH, str(os.getpid())]
        if shutil.which("ssh") is None:
            raise ssh.no_openssh()
        self._process = subprocess.Popen(
            [*launcher, *ssh.tunnel_command(self.address, local, login)],
            cwd=self._run,
            env=ssh.ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._words,
            start_new_session=True,
        )

    def _is_ready(self, deadline: float) -> bool:
        """Whether the local socket is there; ssh makes it after it has logged in, so the key is not needed any more."""
        if not self.is_open():
            raise ssh.explain(self.said(), self.address)
        if time.monotonic() > deadline:
            raise ssh.explain(self.said() or "timed out", self.address)
        if not self.path.is_socket():
            return False
        for name in ("key", "known_hosts"):
            (self._login / name).unlink(missing_ok=True)
        return True

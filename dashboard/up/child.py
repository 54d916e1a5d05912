"""One child process: ended with everything it started, and never left behind by a supervisor that was killed."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from dashboard.env import BASE_DIR
from dashboard.up.words import Output

_PR_SET_PDEATHSIG = 1
_LONGEST_LINE = 64 * 1024


@dataclass(frozen=True)
class Pulse:
    """The Redis key that a process renews while it is well."""

    key: str
    lasts: float  # seconds that one renewal counts
    sent_by: str = ""  # the process that asks it to renew: while that one is silent, this one is not to blame


@dataclass(frozen=True)
class Program:
    """A process to keep running. A quiet one's output is shown only when it ends by itself."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    quiet: bool = False
    pulse: Pulse | None = None  # none: it is never judged by its silence


def die_with(parent: int) -> Callable[[], None]:
    """What a child does before its program starts: ask the kernel to kill it when the supervisor dies."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died between the fork and the line above
            os._exit(1)

    return ask


class Child:
    """A running program and its output."""

    def __init__(self, program: Program, process: asyncio.subprocess.Process, output: Output) -> None:
        self.program, self.pid = program, process.pid
        self.started_at = asyncio.get_running_loop().time()
        self.last_lines: deque[str] = deque(maxlen=20)
        self._process, self._output = process, output
        self._reader = asyncio.create_task(self._read())
        # Its exit status once it has ended; negative: the signal.
        self.ended: asyncio.Task[int] = asyncio.create_task(self._wait())

    @classmethod
    async def start(cls, program: Program, output: Output) -> Child:
        """Start it with its own session, so that Ctrl-C in the terminal reaches the supervisor alone."""
        process = await asyncio.create_subprocess_exec(
            *program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **program.environment},
            cwd=BASE_DIR,
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),
        )
        return cls(program, process, output)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.returncode is None

    async def _wait(self) -> int:
        status = await self._process.wait()
        self.kill()  # what it left in its session
        with contextlib.suppress(TimeoutError):  # a grandchild in another session may hold the pipe open for ever
            await asyncio.wait_for(asyncio.shield(self._reader), 1)
        self._reader.cancel()
        return status

    def terminate(self) -> None:
        """Ask it to end."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()

    def kill(self) -> None:
        """End it and everything in its session."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    async def _read(self) -> None:
        rest, stream = b"", self._process.stdout
        while stream and (chunk := await stream.read(64 * 1024)):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._line(line)
            if len(rest) > _LONGEST_LINE:
                self._line(rest)
                rest = b""
        if rest:
            self._line(rest)

    def _line(self, raw: bytes) -> None:
        text = raw.decode("utf-8", "replace").rstrip("\r")
        self.last_lines.append(text)
        if not self.program.quiet:
            self._output.line(self.program.name, text)

"""One program started by a test: its log, its readiness, and its end by process id."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.testbed.parts import MissingPartError, program


class StartFailedError(Exception):
    """A part ended or stayed silent instead of becoming ready; the message carries the end of its log."""


def free_port() -> int:
    """A TCP port on loopback that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(is_so: Callable[[], object], timeout: float = 10.0, pause: float = 0.02, what: str = "it") -> None:
    """Poll until `is_so()` is true; TimeoutError naming `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout:g} s for {what}")
        time.sleep(pause)


def parents() -> Iterator[tuple[int, int]]:
    """Every (process id, parent's id) on the machine, read from /proc."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we were looking
        # The name in brackets may itself hold blanks and brackets: count from the last one.
        yield int(entry.name), int(stat.rpartition(")")[2].split()[1])


def descendants(pid: int) -> list[int]:
    """The ids of the children of `pid`, their children, and so on, parents first."""
    children: dict[int, list[int]] = {}
    for child, parent in parents():
        children.setdefault(parent, []).append(child)
    found = list(children.get(pid, []))
    for one in found:
        found.extend(children.get(one, []))
    return found


def thread_states(pid: int) -> list[str]:
    """The state letter of each thread of a process, as ps shows it; none when it is gone."""
    states = []
    for task in Path("/proc", str(pid), "task").glob("*/stat"):
        try:
            states.append(task.read_text().rpartition(")")[2].split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return states


def send(pid: int, number: int) -> None:
    """Signal a process that may have ended already."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def dies_with_us(death_signal: str) -> list[str]:
    """The command prefix after which the kernel signals the program when the test process is gone.

    The kernel watches the *thread* that forked, so only the main thread may ask for it.
    """
    if threading.current_thread() is not threading.main_thread():
        return []
    try:
        return [program("setpriv"), "--pdeathsig", death_signal]
    except MissingPartError:
        return []


class Process:
    """A program in a session of its own (a Ctrl-C in the terminal is for us, not for it), logging to a file."""

    def __init__(
        self, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None, death_signal: str = "TERM"
    ) -> None:
        self.name = Path(command[0]).name
        self.log = log
        prefix = dies_with_us(death_signal)
        with log.open("ab") as out:
            self.popen = subprocess.Popen(
                [*prefix, *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def is_running(self) -> bool:
        return self.popen.poll() is None

    def wait_ready(self, is_ready: Callable[[], bool], timeout: float = 15.0) -> None:
        """Until `is_ready()`; StartFailedError with the log's end if the program ends or time runs out first."""

        def ready_or_ended() -> bool:
            return not self.is_running or is_ready()

        try:
            wait_until(ready_or_ended, timeout)
        except TimeoutError:
            self.stop()
            raise StartFailedError(f"{self.name} was not ready after {timeout:g} s\n{self.log_end()}") from None
        if not self.is_running:
            raise StartFailedError(f"{self.name} ended with {self.popen.returncode}\n{self.log_end()}")

    def log_end(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop_dead(self) -> None:
        """SIGSTOP: the kernel still accepts connections for it, and nobody answers them."""
        send(self.pid, signal.SIGSTOP)
        # Its threads stop one by one; until the last has, one may still answer.
        wait_until(lambda: all(state in "TtZX" for state in thread_states(self.pid)), what="all threads to stop")

    def resume(self) -> None:
        send(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL, as a crash or the out-of-memory killer would."""
        if self.is_running:
            send(self.pid, signal.SIGKILL)
            self.popen.wait(10)

    def stop(self, timeout: float = 10.0) -> None:
        """SIGTERM, then SIGKILL for one that does not listen."""
        if not self.is_running:
            return
        self.resume()
        send(self.pid, signal.SIGTERM)
        try:
            self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()


class Part:
    """Anything the testbed starts: usable with `with`, or by start() and stop()."""

    def start(self) -> Self:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

"""Runs made-up engines in a process of their own, from a test or a shell, for what a real engine can't be made to do.

    python -m tests.fakes.stub_engine --socket /tmp/stub.sock --containers 500 --mode html

`--socket` and `--port` may be repeated: each is an engine of its own, with its own identity and containers.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from tests.fakes.control import Control
from tests.fakes.modes import Mode
from tests.fakes.stub_app import StubApp
from tests.testbed.engine_http import EngineHttp
from tests.testbed.process import Part, Process, free_port

ROOT = Path(__file__).resolve().parents[2]


class StubHandle:
    """Where one made-up engine listens, and what can be done to it while it runs."""

    def __init__(self, at: Path | int) -> None:
        self.at = at
        self.http = EngineHttp(at)

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.at}" if isinstance(self.at, int) else f"unix://{self.at}"

    def _control(self, order: str, **words: object) -> Any:
        return self.http.json("POST", f"/_stub/{order}", body=words)

    def set_mode(self, mode: Mode | str, delay: float | None = None) -> None:
        """From the next request on; requests that hang go on hanging."""
        words: dict[str, object] = {"mode": Mode(mode)}
        self._control("mode", **words if delay is None else words | {"delay": delay})

    def set_engine_id(self, engine_id: str) -> None:
        self._control("engine_id", id=engine_id)

    def change(self, container: int, action: str, *, name: str = "", silent: bool = False) -> str:
        """start, stop, kill, die, restart, pause, unpause, rename, destroy the container at this place in the list, or
        create number `container`; with its events unless `silent`. Gives its id.
        """
        changed = self._control("change", container=container, action=action, name=name, silent=silent)
        identifier: str = changed["id"]
        return identifier

    def emit(self, event: dict[str, Any]) -> None:
        """Send any event, as it stands, to whoever listens."""
        self._control("event", event=event)

    def drop_events(self) -> int:
        """End the open event streams; how many there were."""
        dropped: int = self._control("drop_events")["dropped"]
        return dropped

    def requests(self) -> dict[str, int]:
        """How often each "METHOD /path" was asked for, since the start or the last forget()."""
        counted: dict[str, int] = self.http.json("GET", "/_stub/seen")["requests"]
        return counted

    def listeners(self) -> int:
        """How many event streams are open."""
        count: int = self.http.json("GET", "/_stub/seen")["listeners"]
        return count

    def forget(self) -> None:
        self._control("forget")

    def storm(self, per_second: float, seconds: float) -> None:
        """Start and end containers at random from now on, with so many events a second; returns at once."""
        self._control("storm", per_second=per_second, seconds=seconds)


class StubFleet(Part):
    """Several made-up engines in one process, at `handles`; on unix sockets, or on ports of loopback with `tcp`."""

    def __init__(
        self,
        root_dir: Path,
        name: str = "stubs",
        *,
        engines: int = 1,
        containers: int = 500,
        mode: Mode | str = Mode.OK,
        delay: float = 3.0,
        tcp: bool = False,
    ) -> None:
        self.folder = root_dir.resolve() / name
        places: list[Path | int] = [free_port() if tcp else self.folder / f"{n}.sock" for n in range(engines)]
        self.handles = [StubHandle(place) for place in places]
        self.options = ["--containers", str(containers), "--mode", Mode(mode), "--delay", str(delay)]
        self.process: Process | None = None

    def start(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "tests.fakes.stub_engine", *self.options]
        for handle in self.handles:
            command += ["--port" if isinstance(handle.at, int) else "--socket", str(handle.at)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        log = self.folder / "stub.log"
        log.touch()
        self.process = Process(command, log, environment)
        self.process.wait_ready(lambda: "listening" in log.read_text())
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
            self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)


class StubEngine(StubFleet, StubHandle):
    """One made-up engine: `with StubEngine(folder, mode="html") as stub: connect to stub.url`."""

    def __init__(self, root_dir: Path, name: str = "stub", **options: Any) -> None:
        StubFleet.__init__(self, root_dir, name, **options, engines=1)
        StubHandle.__init__(self, self.handles[0].at)


async def serve(places: Sequence[Path | int], containers: int, mode: Mode, delay: float) -> None:
    """Until SIGTERM or Ctrl-C."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with contextlib.AsyncExitStack() as stack:
        for place in places:
            app = Control(StubApp(str(place), containers, mode, delay)).application()
            # Nothing is waited for at the end: event streams never end by themselves.
            runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, "127.0.0.1", place) if isinstance(place, int) else web.UnixSite(runner, place)
            await site.start()
        print("listening", flush=True)
        await ended.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.stub_engine", description=__doc__)
    parser.add_argument("--socket", action="append", type=Path, default=[], help="path of a unix socket to listen on")
    parser.add_argument("--port", action="append", type=int, default=[], help="port of loopback to listen on")
    parser.add_argument("--containers", type=int, default=500)
    parser.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.OK)
    parser.add_argument("--delay", type=float, default=3.0, help="seconds before each answer in mode slow")
    chosen = parser.parse_args()
    places = [*chosen.socket, *chosen.port]
    if not places:
        parser.error("give at least one --socket or --port")
    asyncio.run(serve(places, chosen.containers, chosen.mode, chosen.delay))


if __name__ == "__main__":
    main()

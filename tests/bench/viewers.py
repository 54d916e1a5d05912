"""What do many viewers cost? Ten of one flood, 300 of fifty logs, and twenty that hardly read beside one that does."""

import asyncio
import contextlib
import itertools
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from tests.bench.figures import Figure
from tests.bench.merged import nanoseconds
from tests.bench.place import engine_and_web
from tests.bench.rest import pss
from tests.bench.socket_client import SocketClient
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.web import Web

NAME = "viewers"
FLOOD, TOGETHER = 500_000, 10
LOGS, EACH, LINES_A_SECOND, CROWD_SECONDS = 50, 6, 20, 20
SLOW, SLOW_SECONDS = 20, 20
# Who they are: nobody has three hundred sockets, and the console gives nobody so many.
PEOPLE = 20
_TEXT = "the quick brown fox jumps over the lazy dog and goes on to write a log line of 98 bytes "
_FLOOD = f"until test -e /go; do sleep 0.1; done; exec awk 'BEGIN {{ for (; i < {FLOOD}; i++) print \"{_TEXT}\" i }}'"
_CROWD = f"while :; do echo '{_TEXT}'; echo '{_TEXT}'; sleep {2 / LINES_A_SECOND}; done"
# Lines of 1,000 bytes, 500 at once, twenty times a second: ten million bytes a second.
_WIDE = f'BEGIN {{ while (1) {{ for (k = 0; k < 500; k++) print "{"x" * 999}"; fflush(); system("sleep 0.044") }} }}'


def run() -> list[Figure]:
    with engine_and_web() as (engine, web):
        cookies = web.sign_in_each([f"viewer-{number}" for number in range(PEOPLE)])
        return [*ten(engine, web, cookies[0]), *slow(engine, web, cookies[1]), *crowd(engine, web, cookies)]


# --- ten viewers of one flood ----------------------------------------------------------------------------------------


def ten(engine: Engine, web: Web, cookie: str) -> list[Figure]:
    one, _upstreams, _missing = cpu_of_viewers(engine, web, cookie, 1)
    together, upstreams, missing = cpu_of_viewers(engine, web, cookie, TOGETHER)
    return [
        Figure(f"server CPU, {TOGETHER} viewers of one flood", together, "s", 3.0, "one viewer", one),
        Figure("connections to the engine for them", upstreams, "connections", 1),
        Figure("lines that no viewer got or was told of", missing, "lines", 0),
    ]


def cpu_of_viewers(engine: Engine, web: Web, cookie: str, viewers: int) -> tuple[float, int, int]:
    """The server's CPU seconds, its connections to the engine, and lines neither given nor said to be skipped."""
    container = engine.run(BASE_IMAGE, "sh", "-c", _FLOOD)
    got = [0] * viewers
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(SocketClient(web.port, "/live/logs", cookie)) for _ in range(viewers)]
        for client in clients:
            client.send(type="open", host="bench", container=container, tail="all")
            while json.loads(client.receive())["type"] != "opened":
                pass
        upstreams = connections_to(engine)
        before = web.cpu_seconds()
        threads = [
            threading.Thread(target=lambda at=at, client=client: got.__setitem__(at, read_to_end(client)))
            for at, client in enumerate(clients)
        ]
        for thread in threads:
            thread.start()
        engine.docker("exec", container, "touch", "/go")
        for thread in threads:
            thread.join()
        used = web.cpu_seconds() - before
    engine.remove_container(container)
    return used, upstreams, sum(FLOOD - each for each in got)


def read_to_end(client: SocketClient) -> int:
    """The lines that came, and those that the server says it skipped."""
    lines = 0
    while True:
        message = client.receive()
        if isinstance(message, bytes):
            head = json.loads(message[: message.index(b"\n")])
            lines += head["count"]
            client.send(type="ack", seq=head["seq"])
            continue
        said = json.loads(message)
        if said["type"] == "end":
            return lines
        lines += said.get("lines", 0)


def connections_to(engine: Engine) -> int:
    """Connections that the engine has accepted on its socket and that are open, told by the kernel."""
    rows = Path("/proc/net/unix").read_text().splitlines()
    return sum(row.endswith(f" {engine.socket}") and row.split()[5] == "03" for row in rows)


# --- many viewers of many logs ---------------------------------------------------------------------------------------


def crowd(engine: Engine, web: Web, cookies: list[str]) -> list[Figure]:
    containers = [engine.run(BASE_IMAGE, "sh", "-c", _CROWD) for _ in range(LOGS)]
    delays, seconds, memory = asyncio.run(watched(web, cookies, containers))
    delays.sort()
    return [
        Figure(
            f"lines out to {LOGS * EACH} viewers of {LOGS} logs", len(delays) / seconds, "lines/s", 5_000, at_most=False
        ),
        Figure("p95 from write to one of them", delays[len(delays) * 95 // 100] / 1e6, "ms", 500),
        Figure("memory of the web process, PSS", memory / 2**20, "MiB", 400),
    ]


async def watched(web: Web, cookies: list[str], containers: list[str]) -> tuple[list[int], float, int]:
    """How long each line took in nanoseconds, over how many seconds, and the web process's memory in bytes."""
    delays: list[int] = []
    counting = asyncio.Event()
    async with contextlib.AsyncExitStack() as stack:
        readers = []
        for container, cookie in zip(containers * EACH, itertools.cycle(cookies), strict=False):
            client = await stack.enter_async_context(opened(web, cookie, container))
            readers.append(asyncio.create_task(count(client, delays, counting)))
        await asyncio.sleep(3)
        counting.set()
        began = time.monotonic()
        await asyncio.sleep(CROWD_SECONDS)
        counting.clear()
        seconds = time.monotonic() - began
        assert web.process is not None
        memory = pss(web.process.pid)
        for reader in readers:
            assert not reader.done(), "a viewer's socket ended"
            reader.cancel()
        return delays, seconds, memory


@contextlib.asynccontextmanager
async def opened(web: Web, cookie: str, container: str) -> AsyncIterator[ClientConnection]:
    address = f"ws://127.0.0.1:{web.port}/live/logs"
    headers = {"Cookie": cookie}
    origin = Origin(web.url)
    async with connect(address, additional_headers=headers, origin=origin, compression=None, max_size=None) as client:
        await client.send(json.dumps({"type": "open", "host": "bench", "container": container, "tail": 10}))
        yield client


async def count(client: ClientConnection, delays: list[int], counting: asyncio.Event) -> None:
    async for message in client:
        if isinstance(message, str):
            assert json.loads(message)["type"] in ("opened", "ping"), message
            continue
        now = time.time_ns()
        head, _newline, rest = message.partition(b"\n")
        said = json.loads(head)
        await client.send(json.dumps({"type": "ack", "seq": said["seq"]}))
        if counting.is_set():
            delays += [now - nanoseconds(line[:30]) for line in rest[said["count"] :].split(b"\n")]


# --- viewers that hardly read ----------------------------------------------------------------------------------------


def slow(engine: Engine, web: Web, cookie: str) -> list[Figure]:
    container = engine.run(BASE_IMAGE, "awk", _WIDE)
    assert web.process is not None
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(SocketClient(web.port, "/live/logs", cookie)) for _ in range(SLOW + 1)]
        normal, *sluggish = clients
        open_log(normal, container)
        delays = list(delays_of(normal, 3))
        before = pss(web.process.pid)
        for client in sluggish:
            open_log(client, container)
        stop = threading.Event()
        thread = threading.Thread(target=trickle, args=(sluggish, stop))
        thread.start()
        measured = list(delays_of(normal, SLOW_SECONDS))
        grown = pss(web.process.pid) - before
        stop.set()
        thread.join()
    engine.remove_container(container)
    assert delays, "a viewer alone got nothing"
    measured.sort()
    return [
        Figure(
            f"lines a second beside {SLOW} viewers that read 1 KB/s",
            len(measured) / SLOW_SECONDS,
            "lines/s",
            8_000,
            at_most=False,
        ),
        Figure("p95 from write to the one that reads", measured[len(measured) * 95 // 100] / 1e6, "ms", 1000),
        Figure("memory that the slow ones cost", grown / 2**20, "MiB", 40, grain=4),
    ]


def open_log(client: SocketClient, container: str) -> None:
    client.send(type="open", host="bench", container=container, tail=10)


def delays_of(client: SocketClient, seconds: float) -> Iterator[int]:
    """Nanoseconds from the engine's time of each line to its coming, for so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        message = client.receive()
        if isinstance(message, bytes):
            now = time.time_ns()
            head, _newline, rest = message.partition(b"\n")
            said = json.loads(head)
            client.send(type="ack", seq=said["seq"])
            yield from (now - nanoseconds(line[:30]) for line in rest[said["count"] :].split(b"\n"))


def trickle(clients: list[SocketClient], stop: threading.Event) -> None:
    """A kilobyte a second from each, as over a very bad line: nothing is acknowledged before it has come whole."""
    while not stop.wait(1):
        for client in clients:
            client.read_some(1024)

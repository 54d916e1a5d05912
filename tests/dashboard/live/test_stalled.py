"""Who does not read holds up nobody: sockets and files that nobody takes end, and a person searches once at a time."""

import json
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.dashboard.live.conftest import running
from tests.dashboard.live.test_merged import SYNC
from tests.dashboard.live.test_search import PATH, Seeker
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.needs import started
from tests.testbed.process import wait_until
from tests.testbed.web import Web
from tests.testbed.wire import Wire

# Much more than what lies in the buffers between two programs: 2,000 lines of 12 kB.
BIG = "awk 'BEGIN { for (s = \"x\"; length(s) < 12000;) s = s s; for (i = 0; i < 2000; i++) print i, s }'"
PATIENCE = 90


@pytest.fixture(scope="module")
def hasty(workspace: Path, engine: Engine) -> Iterator[Web]:
    for part in started(Web(workspace, "hasty", "tests.dashboard.live.counting:application", LIMIT_STALL_SECONDS="4")):
        part.add_host("harbour", engine.url)
        yield part


@pytest.fixture(scope="module")
def big(hasty: Web, engine: Engine) -> Iterator[str]:
    container = engine.run(f"--name=big-{uuid4().hex[:6]}", BASE_IMAGE, "sh", "-c", BIG)
    engine.docker("wait", container)
    hasty.run(SYNC.format(name="harbour", ids=[container]))
    yield container
    engine.remove_container(container)


def narrow(web: Web) -> socket.socket:
    """A connection of which little fits into the buffers."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", web.port))
    return connection


def deaf(web: Web, cookie: str) -> AbstractContextManager[ClientConnection]:
    """A socket of which nobody reads what comes."""
    return connect(
        web.url.replace("http", "ws", 1) + PATH, additional_headers={"Cookie": cookie}, origin=Origin(web.url),
        sock=narrow(web), compression=None, max_size=None, max_queue=1, ping_interval=None, close_timeout=1,
    )  # fmt: skip


def is_as_before(web: Web, before: int) -> bool:
    return int(running(web)["tasks"]) <= before


def test_searches_that_nobody_reads_hold_up_no_other_and_end(hasty: Web, big: str) -> None:
    people = [hasty.sign_in(f"deaf-{n}", "viewer") for n in range(5)]
    reader = hasty.sign_in("reader", "viewer")
    before = running(hasty)["tasks"]
    asked = {"query": f"on=harbour:{big}", "most": 2000}
    with ExitStack() as stack:
        for cookie in (cookie for cookie in people for _time in range(2)):
            live = stack.enter_context(deaf(hasty, cookie))
            live.send(json.dumps({"type": "search", "filter": "-nothing", **asked}))
            stack.callback(live.socket.close)
        seeker = stack.enter_context(Seeker(hasty.url, PATH, cookie=reader))
        seeker.look(filter="/^1999 /", **asked).until_said("done", PATIENCE)
        assert len(seeker.hits) == 1
        seeker.close()
        wait_until(lambda: is_as_before(hasty, before), PATIENCE, pause=0.5)


def test_a_file_that_nobody_takes_ends(hasty: Web, big: str) -> None:
    cookie = hasty.sign_in("taker", "viewer")
    before = running(hasty)["tasks"]
    path = f"/hosts/harbour/containers/{big}/logs/download/"
    with narrow(hasty) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{hasty.port}\r\nCookie: {cookie}\r\n\r\n".encode())
        wait_until(lambda: running(hasty)["tasks"] > before, PATIENCE, pause=0.05)
        wait_until(lambda: is_as_before(hasty, before), PATIENCE, pause=0.5)
    request = urllib.request.Request(hasty.url + path, headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        assert answer.read().count(b"\n") == 2000, "who takes it has all of it"


def test_a_search_in_another_process_ends_the_one_before(hasty: Web, big: str, engine: Engine) -> None:
    cookie = hasty.sign_in("sam", "viewer")
    with Wire(engine.socket) as wire:
        name = f"wired-{uuid4().hex[:6]}"
        hasty.add_host(name, f"tcp://127.0.0.1:{wire.port}")
        wire.freeze()
        for twin in started(hasty.twin()):
            with Seeker(hasty.url, PATH, cookie=cookie) as first, Seeker(twin.url, PATH, cookie=cookie) as second:
                first.look(query=f"on={name}:{'a' * 64}", filter="x").until_said("searching", PATIENCE)
                second.look(query=f"on=harbour:{big}", filter="/^1999 /").until_said("done", PATIENCE)
                assert len(second.hits) == 1
                assert first.until_said("done", PATIENCE)["halted"] is True
                assert "another search" in first.until_said("trouble")["message"]

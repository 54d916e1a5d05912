"""How soon does a search find a word, looking backwards through 1,000,000 lines that only the engine has?"""

import json
import statistics
import subprocess
import time

from tests.bench.figures import Figure
from tests.bench.pages import READ_ALL
from tests.bench.place import engine_and_web
from tests.bench.socket_client import SocketClient
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.parts import program
from tests.testbed.web import Web

NAME = "search"
LINES, EVERY = 1_000_000, 100_000
ROUNDS = 3
_FLOOD = (
    f"BEGIN {{ for (i = 1; i <= {LINES}; i++) "
    f'printf "the quick brown fox jumps over the lazy dog and goes on to write a log line %09d %s\\n", i, '
    f'i % {EVERY} ? "done" : "failed" }}'
)


def run() -> list[Figure]:
    with engine_and_web() as (engine, web):
        container = engine.docker("run", "--detach", BASE_IMAGE, "awk", _FLOOD)
        engine.docker("wait", container)
        web.run(READ_ALL)
        return measure(engine, web, container)


def measure(engine: Engine, web: Web, container: str) -> list[Figure]:
    cookie = web.sign_in()
    theirs, firsts, whole, cpu = [], [], [], []
    for _round in range(ROUNDS):
        theirs.append(seconds_of_grep(engine, container))
        before = web.cpu_seconds()
        first, all_of_it = seconds_of_search(web, cookie, container)
        cpu.append(web.cpu_seconds() - before)
        firsts.append(first)
        whole.append(all_of_it)
    compared = LINES / statistics.median(theirs)
    return [
        Figure(
            "search backwards for a word",
            LINES / statistics.median(whole),
            "lines/s",
            0.5,
            "docker logs | grep",
            compared,
            at_most=False,
        ),
        Figure("server CPU for 1 M lines searched", statistics.median(cpu), "s", 8.0),
        Figure(
            "to the newest hit", statistics.median(firsts), "s", 0.25, "docker logs | grep", statistics.median(theirs)
        ),
    ]


def seconds_of_grep(engine: Engine, container: str) -> float:
    began = time.monotonic()
    found = subprocess.run(
        [program("sh"), "-c", f"{program('docker')} --host {engine.url} logs {container} 2>&1 | grep failed"],
        check=True,
        capture_output=True,
    )
    assert found.stdout.count(b"\n") == LINES // EVERY
    return time.monotonic() - began


def seconds_of_search(web: Web, cookie: str, container: str) -> tuple[float, float]:
    """To the first hit, and to the end; each hit must come, and once."""
    began, first, hits = time.monotonic(), 0.0, list[str]()
    with SocketClient(web.port, "/live/logs/search", cookie) as client:
        client.send(type="search", query=f"on=bench:{container}", filter="failed", most=500)
        while True:
            said = json.loads(client.receive())
            if said["type"] == "hits":
                first = first or time.monotonic() - began
                hits += [hit["text"].split()[-2] for hit in said["hits"]]
            elif said["type"] == "done":
                break
            else:
                assert said["type"] in ("searching", "far", "ping"), said
    assert hits == [f"{number:09}" for number in range(LINES, 0, -EVERY)], hits
    return first, time.monotonic() - began

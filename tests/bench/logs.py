"""Does the console deliver a log as fast as `docker logs` reads it, and at what cost? 1,000,000 lines of 98 bytes."""

import json
import os
import statistics
import subprocess
import time
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.place import engine_and_web
from tests.bench.socket_client import SocketClient
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.parts import program
from tests.testbed.web import Web

NAME = "logs"
LINES = 1_000_000
ROUNDS = 3
# Every hundredth line ends so.
_PATTERN, _MATCHES = "/00$/", LINES // 100
_TEXT = "the quick brown fox jumps over the lazy dog and goes on to write a log line of 98 bytes "
_FLOOD = f'BEGIN {{ for (i = 0; i < {LINES}; i++) printf "%s%09d\\n", "{_TEXT}", i }}'


def run() -> list[Figure]:
    with engine_and_web() as (engine, web):
        return measure(engine, web)


def measure(engine: Engine, web: Web) -> list[Figure]:
    container = engine.docker("run", "--detach", BASE_IMAGE, "awk", _FLOOD)
    engine.docker("wait", container)
    cookie = web.sign_in()
    theirs, ours, filtered, cpu = [], [], [], []
    for _ in range(ROUNDS):
        theirs.append(seconds_of_docker_logs(engine, container))
        before = web.cpu_seconds()
        ours.append(seconds_of_socket(web, cookie, container))
        cpu.append(web.cpu_seconds() - before)
        filtered.append(seconds_of_socket(web, cookie, container, _PATTERN, _MATCHES))
    rate = LINES / statistics.median(ours)
    compared = LINES / statistics.median(theirs)
    return [
        Figure("log to a socket", rate, "lines/s", 0.9, "docker logs >/dev/null", compared, at_most=False),
        Figure("server CPU for 1 M lines", statistics.median(cpu), "s", 4.0),
        Figure(
            "read with a pattern that 1 % match",
            LINES / statistics.median(filtered),
            "lines/s",
            0.5,
            "without",
            rate,
            at_most=False,
        ),
    ]


def seconds_of_docker_logs(engine: Engine, container: str) -> float:
    began = time.monotonic()
    with Path(os.devnull).open("wb") as nowhere:
        command = [program("docker"), "--host", engine.url, "logs", container]
        subprocess.run(
            command, check=True, stdout=nowhere, env={"PATH": os.environ["PATH"], "HOME": str(engine.folder)}
        )
    return time.monotonic() - began


def seconds_of_socket(web: Web, cookie: str, container: str, text: str = "", expected: int = LINES) -> float:
    """From the opening to the end of the log, each message acknowledged; all that passes the filter must come."""
    began = time.monotonic()
    with SocketClient(web.port, "/live/logs", cookie) as client:
        client.send(type="open", host="bench", container=container, tail="all", filter=text)
        came, last = 0, b""
        while True:
            message = client.receive()
            if isinstance(message, str):
                said = json.loads(message)
                if said["type"] == "end":
                    break
                assert said["type"] in ("opened", "ping", "filtered"), said
                continue
            head = json.loads(message[: message.index(b"\n")])
            came += head["count"]
            last = message[-9:]
            client.send(type="ack", seq=head["seq"])
    newest = b"%09d" % (LINES - LINES // expected)
    assert (came, last) == (expected, newest), f"{came} lines came, the last is {last!r}"
    return time.monotonic() - began

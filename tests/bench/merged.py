"""Do the logs of 40 containers on two engines, read as one, come soon, in order and whole? 10,000 lines a second."""

import calendar
import json
import time

from websockets.sync.client import connect
from websockets.typing import Origin

from tests.bench.figures import Figure
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE, load_base_image
from tests.testbed.web import Web
from tests.testbed.workspace import make_workspace, remove_workspace

NAME = "merged"
LATE = 0x40
SOURCES, SECONDS, SETTLE_SECONDS = 40, 20.0, 5.0
# 54 lines, a fifth of a second, and what the shell takes for it: about 250 lines a second from each.
_TEXT = "the quick brown fox jumps over the lazy dog and goes on to write a line"
_WRITE = f'BEGIN {{ while (1) {{ for (k = 0; k < 54; k++) print "{_TEXT}", i++; fflush(); system("sleep 0.2") }} }}'

Message = tuple[int, bytes]


def run() -> list[Figure]:
    workspace = make_workspace()
    try:
        with Engine(workspace, "one") as one, Engine(workspace, "two") as two, Web(workspace) as web:
            sources = []
            for name, engine in (("one", one), ("two", two)):
                load_base_image(engine)
                web.add_host(name, engine.url)
                sources += [(name, engine.run(BASE_IMAGE, "awk", _WRITE)) for _ in range(SOURCES // 2)]
            return measure(web, sources)
    finally:
        remove_workspace(workspace)


def measure(web: Web, sources: list[tuple[str, str]]) -> list[Figure]:
    messages, cpu, skipped = received(web, sources)
    delays, texts, disorder, late = [], dict[int, list[int]](), 0, 0
    newest = b""
    for at, message in messages:
        head, _newline, rest = message.partition(b"\n")
        count = json.loads(head)["count"]
        for place, line in enumerate(rest[3 * count :].split(b"\n")):
            stamp = line[:30]
            is_late = bool(rest[place] & LATE)
            late += is_late
            disorder += stamp < newest and not is_late
            newest = max(newest, stamp)
            delays.append(at - nanoseconds(stamp))
            source = int.from_bytes(rest[count + 2 * place : count + 2 * place + 2], "little")
            texts.setdefault(source, []).append(int(line.rpartition(b" ")[2]))
    lost = sum(got[-1] - got[0] + 1 - len(set(got)) for got in texts.values())
    twice = sum(len(got) - len(set(got)) for got in texts.values())
    seconds = (messages[-1][0] - messages[0][0]) / 1e9
    delays.sort()
    return [
        Figure("merged logs", len(texts), "sources", SOURCES, at_most=False),
        Figure("their rate", len(delays) / seconds, "lines/s", 9_000, at_most=False),
        Figure("p95 from write to viewer", delays[len(delays) * 95 // 100] / 1e6, "ms", 300),
        Figure("lines out of order", disorder, "lines", 0),
        Figure("lines marked as late", 100 * late / len(delays), "%", 0.1, grain=0.05),
        Figure("lines lost or skipped", lost + skipped, "lines", 0),
        Figure("lines twice", twice, "lines", 0),
        Figure("server CPU for a second of it", cpu / seconds, "s", 0.6),
    ]


def received(web: Web, sources: list[tuple[str, str]]) -> tuple[list[Message], float, int]:
    """What came once the view had settled, and when; the server's CPU seconds meanwhile, and lines that it skipped."""
    asked = [{"host": host, "container": container} for host, container in sources]
    messages: list[Message] = []
    skipped = 0
    address, origin = f"ws://127.0.0.1:{web.port}/live/logs", Origin(web.url)
    headers = {"Cookie": web.sign_in()}
    with connect(address, additional_headers=headers, origin=origin, compression=None, max_size=None) as socket:
        socket.send(json.dumps({"type": "open", "sources": asked, "tail": 200, "levels": False}))
        settled = time.monotonic() + SETTLE_SECONDS
        before = 0.0
        while time.monotonic() < settled + SECONDS:
            message = socket.recv(timeout=10)
            if isinstance(message, str):
                said = json.loads(message)
                assert said["type"] in ("sources", "opened", "ping", "skipped"), said
                skipped += said.get("lines", 0)
                continue
            socket.send(json.dumps({"type": "ack", "seq": json.loads(message.partition(b"\n")[0])["seq"]}))
            if time.monotonic() > settled:
                before = before or web.cpu_seconds()
                messages.append((time.time_ns(), message))
        return messages, web.cpu_seconds() - before, skipped


def nanoseconds(stamp: bytes) -> int:
    """Since 1970; the stamp ends in nine digits and Z."""
    whole = time.strptime(stamp[:19].decode(), "%Y-%m-%dT%H:%M:%S")
    return calendar.timegm(whole) * 10**9 + int(stamp[20:29])

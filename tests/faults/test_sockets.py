"""Rule 20: two thousand browsers that come and vanish, at each point of a socket's life, leave nothing behind."""

import base64
import json
import os
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.bench.rest import pss
from tests.faults.scene import Scene
from tests.testbed.engine import Engine
from tests.testbed.process import wait_until
from tests.testbed.visitor import Visitor

VISITS = 2000
_RESET = struct.pack("ii", 1, 0)


class Held:
    """What a process holds: descriptors, threads, and bytes for itself."""

    def __init__(self, pid: int) -> None:
        self.descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        self.threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
        self.bytes = pss(pid)


def frame(message: dict[str, Any]) -> bytes:
    """One text message as a browser sends it; a mask of zeros is a mask."""
    text = json.dumps(message).encode()
    length = bytes([0x80 | len(text)]) if len(text) < 126 else bytes([0x80 | 126]) + struct.pack("!H", len(text))
    return b"\x81" + length + bytes(4) + text


def vanish(scene: Scene, cookie: str, path: str, point: int, message: dict[str, Any]) -> None:
    """Come, get as far as the point, and reset the connection."""
    with socket.create_connection(("127.0.0.1", scene.port), timeout=60) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        key = base64.b64encode(os.urandom(16)).decode()
        head = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{scene.port}", f"Origin: {scene.url}", f"Cookie: {cookie}"]
        head += ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
        asked = "\r\n".join(head).encode() + b"\r\n\r\n"
        if point == 0:
            line.sendall(asked[:-20])
            return
        line.sendall(asked)
        if point == 1:
            return
        assert b" 101 " in line.recv(4096)
        if point == 2:
            return
        line.sendall(frame(message))
        if point == 4:
            line.recv(4096)


def test_those_who_vanish_leave_nothing(scene: Scene, ada: Visitor, calm: str, engine: Engine) -> None:
    cookie = f"quayside_session={ada.cookie('quayside_session')}"
    container = engine.inspect("ticker")["Id"]
    openings: dict[str, dict[str, Any]] = {
        "/live/updates": {"type": "subscribe", "topics": ["hosts", "jobs"]},
        "/live/logs": {"type": "open", "host": calm, "container": container, "tail": 5},
    }

    def visit(number: int) -> None:
        path = ("/live/updates", "/live/logs")[number % 2]
        vanish(scene, cookie, path, number // 2 % 5, openings[path])

    def all_visit(numbers: range) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(visit, numbers))

    web, dockerd = scene.pid("web"), engine.running_process.pid
    all_visit(range(200))  # pools, threads and caches are made once
    ada.get("/")
    wait_until(lambda: not open_logs(dockerd, engine), 60, 0.5, "the engine to be left alone")
    before = Held(web)
    all_visit(range(VISITS))
    assert scene.pid("web") == web
    wait_until(lambda: Held(web).descriptors <= before.descriptors + 5, 90, 0.5, "its descriptors to be closed")
    wait_until(lambda: not open_logs(dockerd, engine), 60, 0.5, "the engine to be left alone")
    after = Held(web)
    assert after.threads <= before.threads + 5
    assert after.bytes - before.bytes < 40 << 20
    assert ada.get("/containers/").status_code == 200


def open_logs(dockerd: int, engine: Engine) -> list[str]:
    """The log files that the engine is reading for somebody; it writes to them all the time."""
    held: dict[str, int] = {}
    for link in Path(f"/proc/{dockerd}/fd").iterdir():
        try:
            target = str(link.readlink())
        except FileNotFoundError:
            continue
        if target.endswith("-json.log"):
            held[target] = held.get(target, 0) + 1
    return [target for target, times in held.items() if times > 1]

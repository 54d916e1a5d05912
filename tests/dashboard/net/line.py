"""A line to a web process from an address of this machine's choice, on which a test says what no browser would."""

import contextlib
import select
import socket
import time
from typing import Self

from tests.testbed.web import Web

PATIENCE = 30


class Line:
    def __init__(self, web: Web, source: str = "127.0.0.1", receives: int = 0) -> None:
        self.web = web
        self.socket = socket.socket()
        if receives:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        self.socket.settimeout(PATIENCE)
        self.socket.bind((source, 0))
        self.socket.connect(("127.0.0.1", web.port))

    def say(self, *parts: str | bytes) -> Self:
        for part in parts:
            self.socket.sendall(part.encode() if isinstance(part, str) else part)
        return self

    def get(self, path: str = "/healthz", **headers: str) -> Self:
        return self.say(self.head("GET", path, **headers))

    def head(self, method: str, path: str, **headers: str) -> str:
        named = {"Host": f"127.0.0.1:{self.web.port}", **headers}
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in named.items()]
        return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""])

    def post(self, path: str = "/accounts/login/", **headers: str) -> Self:
        return self.say(self.head("POST", path, **headers))

    def rest(self) -> bytes:
        """All that comes until the other end closes."""
        came = b""
        with contextlib.suppress(ConnectionError):
            while piece := self.socket.recv(1 << 16):
                came += piece
        return came

    def status(self) -> int:
        """Of the answer; 0 when the connection was closed without one."""
        came = b""
        with contextlib.suppress(ConnectionError):
            while b"\r\n" not in came and (piece := self.socket.recv(4096)):
                came += piece
        return int(came.split()[1]) if came else 0

    def drips(self, piece: bytes, seconds: float, every: float = 0.1) -> float:
        """Say a little again and again, until the other end closes: after how long; TimeoutError when it does not."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            try:
                self.socket.sendall(piece)
                if select.select([self.socket], [], [], every)[0]:
                    return time.monotonic() - began
            except ConnectionError:
                return time.monotonic() - began
        raise TimeoutError

    def is_open(self) -> bool:
        """Nothing has come, and no end."""
        return not select.select([self.socket], [], [], 0)[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.socket.close()

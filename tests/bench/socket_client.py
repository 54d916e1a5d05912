"""A websocket client that costs next to nothing, so that a benchmark measures the server: no threads, no checks."""

import base64
import json
import os
import socket
import struct
from typing import Any, Self


class SocketClient:
    """Speaks to `path` of a server on loopback; `receive` gives text as str and the rest as bytes."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb", buffering=256 << 10)
        origin = f"127.0.0.1:{port}"
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {origin}", f"Origin: http://{origin}", f"Cookie: {cookie}"]
        lines += ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        status = self._file.readline()
        assert b" 101 " in status, status
        while self._file.readline().strip():
            pass

    def send(self, **message: Any) -> None:
        text = json.dumps(message).encode()
        size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + struct.pack(">H", len(text))
        # A mask of zeros is a mask.
        self._socket.sendall(b"\x81" + size + b"\0\0\0\0" + text)

    def receive(self) -> str | bytes:
        first, size = self._file.read(2)
        if size == 126:
            size = int.from_bytes(self._file.read(2), "big")
        elif size == 127:
            size = int.from_bytes(self._file.read(8), "big")
        content: bytes = self._file.read(size)
        kind = first & 0x0F
        if kind == 9:
            self._socket.sendall(b"\x8a" + bytes([0x80 | size]) + b"\0\0\0\0" + content)
            return self.receive()
        assert kind in (1, 2), f"frame of kind {kind}: {content[:200]!r}"
        return content.decode() if kind == 1 else content

    def read_some(self, size: int) -> None:
        """Take so many bytes off the line, and understand nothing. Nobody can `receive` after that."""
        self._socket.recv(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._file.close()
        self._socket.close()

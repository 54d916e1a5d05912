"""Speaks the Engine API over a socket with nothing but the standard library, so that tests depend on no client."""

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode


class EngineRefusedError(Exception):
    """The engine answered with an error status, or with an error inside a progress stream."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class EngineHttp:
    """Requests to one engine, at a unix socket's path or a port of loopback; `query` values may be lists."""

    def __init__(self, at: Path | int, timeout: float = 60.0) -> None:
        self.at = at
        self.timeout = timeout

    def connection(self, timeout: float | None = None) -> http.client.HTTPConnection:
        timeout = timeout or self.timeout
        if isinstance(self.at, int):
            return http.client.HTTPConnection("127.0.0.1", self.at, timeout=timeout)
        return UnixConnection(self.at, timeout)

    def is_up(self) -> bool:
        try:
            return self.request("GET", "/_ping", timeout=2) == b"OK"
        except (OSError, http.client.HTTPException, EngineRefusedError):
            return False

    def request(
        self,
        method: str,
        path: str,
        query: dict[str, Any] | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        timeout: float | None = None,
    ) -> bytes:
        """The whole body of the answer; EngineRefusedError for a status of 400 or more."""
        connection = self.connection(timeout)
        try:
            url = f"{path}?{urlencode(query, doseq=True)}" if query else path
            connection.request(method, url, body, headers or {})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            raise EngineRefusedError(answer.status, content.decode(errors="replace").strip())
        return content

    def json(self, method: str, path: str, query: dict[str, Any] | None = None, body: object = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        answer = self.request(method, path, query, content, {"Content-Type": "application/json"})
        return json.loads(answer) if answer else None

    def progress(
        self,
        path: str,
        query: dict[str, Any],
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """POST, then each line of the engine's progress as it comes; EngineRefusedError at an error line."""
        connection = self.connection()
        try:
            connection.request("POST", f"{path}?{urlencode(query, doseq=True)}", body, headers or {})
            answer = connection.getresponse()
            if answer.status >= 400:
                raise EngineRefusedError(answer.status, answer.read().decode(errors="replace").strip())
            for line in answer:
                message = json.loads(line)
                if "error" in message:
                    raise EngineRefusedError(answer.status, message["error"])
                yield message
        finally:
            connection.close()

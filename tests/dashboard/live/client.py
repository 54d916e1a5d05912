"""A browser's end of the live sockets, for tests: what was said, which lines came, how it was closed."""

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

PATIENCE = 30


class Live:
    """One socket. `lines` are (kind, bytes); `said` is every other message, oldest first, pings left out."""

    def __init__(self, url: str, path: str, cookie: str = "", origin: str = "") -> None:
        address = url.replace("http", "ws", 1) + path
        headers = {"Cookie": cookie} if cookie else {}
        self._stack = contextlib.ExitStack()
        self.socket: ClientConnection = self._stack.enter_context(
            connect(address, additional_headers=headers, origin=Origin(origin or url), compression=None, max_size=None)
        )
        self.said: list[dict[str, Any]] = []
        self.lines: list[tuple[int, bytes]] = []
        self.acknowledges = True
        self.last_seq = 0

    def send(self, kind: str, **content: Any) -> Self:
        self.socket.send(json.dumps({"type": kind, **content}))
        return self

    def until(self, is_so: Callable[[], object], patience: float = PATIENCE) -> Self:
        """Take in messages until it is so; TimeoutError tells what came instead."""
        deadline = time.monotonic() + patience
        while not is_so():
            try:
                self._take(self.socket.recv(timeout=max(0.0, deadline - time.monotonic())))
            except TimeoutError:
                raise TimeoutError(f"{len(self.lines)} lines came, and {self.said[-5:]}") from None
        return self

    def until_said(self, kind: str, patience: float = PATIENCE) -> dict[str, Any]:
        """The first message of this kind, waited for."""
        self.until(lambda: any(each["type"] == kind for each in self.said), patience)
        return next(each for each in self.said if each["type"] == kind)

    def until_lines(self, count: int) -> list[tuple[int, bytes]]:
        self.until(lambda: len(self.lines) >= count)
        return self.lines

    def until_lines_or_end(self, count: int) -> None:
        self.until(lambda: len(self.lines) >= count or any(each["type"] == "end" for each in self.said))

    def until_closed(self, patience: float = PATIENCE) -> tuple[int, str]:
        """The code it is closed with, and the sentence of the error before it."""
        try:
            self.until(lambda: False, patience)
        except ConnectionClosed as closed:
            sentences = [each["message"] for each in self.said if each["type"] == "error"]
            return closed.rcvd.code if closed.rcvd else 1006, "".join(sentences)
        raise AssertionError("unreachable")

    def close(self) -> None:
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, str):
            said = json.loads(message)
            if said["type"] != "ping":
                self.said.append(said)
            return
        head, _newline, rest = message.partition(b"\n")
        said = json.loads(head)
        count = said["count"]
        assert said["type"] == "lines"
        texts = rest[count:].split(b"\n")
        assert len(texts) == count, "as many lines as the message says"
        self.lines += zip(rest[:count], texts, strict=True)
        self.last_seq = said["seq"]
        if self.acknowledges:
            self.send("ack", seq=said["seq"])

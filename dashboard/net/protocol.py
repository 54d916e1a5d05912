"""One connection, as uvicorn keeps it, within limits: how soon a request's head is there, and how large it may be."""

from __future__ import annotations

import asyncio
import fcntl
import struct
import termios
from typing import Any

from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from dashboard.net.crowd import Connection, crowd

HEAD_BYTES = 64 << 10
_STALL_LOOKS = 4


class TooLarge(Exception):
    """The head of a request is larger than anything a browser sends."""


class Stalls:
    """Ends a connection whose other end has taken nothing for long; however little it takes is enough."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._timer: asyncio.TimerHandle | None = None
        self._left, self._looks = 0, 0

    def begin(self) -> None:
        self._left, self._looks = self._waiting(), 0
        self._again()

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _again(self) -> None:
        self.end()
        every = settings.LIMIT_STALL_SECONDS / _STALL_LOOKS
        self._timer = asyncio.get_running_loop().call_later(every, self._look)

    def _look(self) -> None:
        left = self._waiting()
        self._looks = self._looks + 1 if left >= self._left else 0
        self._left = left
        if self._looks >= _STALL_LOOKS:
            self._transport.abort()
        else:
            self._again()

    def _waiting(self) -> int:
        """Bytes that the other end has not taken: ours, and the kernel's, which asks for more only in large steps."""
        ours = self._transport.get_write_buffer_size()
        try:
            number = self._transport.get_extra_info("socket").fileno()
            kernels: int = struct.unpack("i", fcntl.ioctl(number, termios.TIOCOUTQ, bytes(4)))[0]
        except (OSError, AttributeError):
            return ours
        return ours + kernels


class _Watched(asyncio.Protocol):
    """A protocol whose reader may stall; stands before the one that does the work."""

    connection: Connection
    stalls: Stalls

    def pause_writing(self) -> None:
        super().pause_writing()
        self.stalls.begin()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.stalls.end()


class Socket(_Watched, WebSocketsSansIOProtocol):
    """A websocket: counted as long as it is open."""

    def connection_lost(self, exc: Exception | None) -> None:
        self.stalls.end()
        crowd.leave(self.connection)
        super().connection_lost(exc)


class Protocol(_Watched, HttpToolsProtocol):
    """HTTP, until it becomes a websocket.

    It waits for a head (with a timer), or is busy with a request (without one: its body's time is the application's
    business, and who reads an answer slowly may), or idles between two requests (uvicorn's timer).
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.ws_protocol_class = Socket
        self._timer: asyncio.TimerHandle | None = None
        self._head_bytes = self._said = 0
        self._is_too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.stalls = Stalls(transport)
        self.connection = Connection(self.client[0] if self.client else "", self._give_way)
        if not crowd.enter(self.connection):
            self._refuse(b"503 Service Unavailable", b"Too many connections from your address; wait a little.\n")
        else:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self.stalls.end()
        crowd.leave(self.connection)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._timer is None and not self._is_busy():
            self._expect_head()
        if self._timer is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        # Inside of one long value the parser says nothing.
        if self._timer is not None and self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self._is_too_large = True
            self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._said = 0
        if self._timer is None:  # the next one's, while the one before is still being answered
            self._expect_head()

    def on_url(self, url: bytes) -> None:
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        # What follows a body in chunks comes here too.
        self._count(name, value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_timer()
        crowd.busy(self.connection)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        if not self.pipeline:
            crowd.waits(self.connection)
        super().on_response_complete()

    def handle_websocket_upgrade(self) -> None:
        self.stalls.end()
        super().handle_websocket_upgrade()
        socket = self.transport.get_protocol()
        if isinstance(socket, Socket):
            socket.connection, socket.stalls = self.connection, self.stalls

    def send_400_response(self, msg: str) -> None:
        self._stop_timer()
        if self._is_too_large:
            self._refuse(b"431 Request Header Fields Too Large", b"The head of that request is too large.\n")
        else:
            super().send_400_response(msg)

    def _is_busy(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _count(self, *parts: bytes) -> None:
        self._said += sum(map(len, parts)) + 32  # what keeping one costs beside
        if self._said > 2 * HEAD_BYTES:
            self._is_too_large = True
            raise TooLarge

    def _expect_head(self) -> None:
        self._stop_timer()
        self._head_bytes = 0
        self._timer = self.loop.call_later(settings.LIMIT_HEADER_SECONDS, self._give_up)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        """No head in time. While an answer is under way to this client, that one ends first."""
        self._timer = None
        if self._is_busy():
            self.cycle.keep_alive = False
        elif not self._head_bytes:
            self.transport.close()  # a browser's connection for later; it expects no words
        else:
            self._refuse(b"408 Request Timeout", b"The request did not come in time.\n")

    def _give_way(self) -> None:
        """Another connection needs the place of this one, which waits."""
        self.transport.abort()

    def _refuse(self, status: bytes, sentence: bytes) -> None:
        head = (b"HTTP/1.1 " + status, b"content-type: text/plain; charset=utf-8", b"connection: close")
        length = b"content-length: %d" % len(sentence)
        retry = (b"retry-after: 5",) if status.startswith(b"503") else ()
        self.transport.write(b"\r\n".join((*head, length, *retry, b"", sentence)))
        self.transport.close()

"""A wire between a client and a server that can be made slow, frozen or cut, to see what the client does then."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Self, TypeVar

from tests.testbed.process import Part, free_port

T = TypeVar("T")
PIECE = 16 * 1024
RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class Wire(Part):
    """Listens on a TCP port of loopback and passes bytes to a TCP port or a unix socket and back.

    `bytes_per_second` limits what all connections together carry back to the clients; None is no limit. It may be
    changed while the wire carries traffic. It runs in a thread of its own.
    """

    def __init__(self, to: tuple[str, int] | Path, bytes_per_second: float | None = None) -> None:
        self.to = to
        self.bytes_per_second = bytes_per_second
        self.port = free_port()
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"wire-{self.port}", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._flows = asyncio.Event()
        # When the budget of bytes is next free: one clock for all connections.
        self._free_at = 0.0

    def _in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def start(self) -> Self:
        self._flows.set()
        self._thread.start()
        self._server = self._in_loop(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        return self

    def freeze(self) -> None:
        """From now on nothing passes and nothing ends: what a pulled cable looks like from here."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def thaw(self) -> None:
        self._loop.call_soon_threadsafe(self._flows.set)

    def cut(self) -> None:
        """Reset every open connection; new ones are accepted."""
        self._in_loop(self._end_tasks())

    def stop(self) -> None:
        if self._thread.is_alive():
            self._in_loop(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
        self._loop.close()

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._end_tasks()

    async def _end_tasks(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, client_in: asyncio.StreamReader, client_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is served by a task")
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._carry_both_ways(client_in, client_out)
        except* (OSError, asyncio.CancelledError):
            # Refused or cut: the client learns it from a reset, and asyncio has nobody to report it to.
            client: socket.socket = client_out.get_extra_info("socket")
            with contextlib.suppress(OSError):  # it was the client that went
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        finally:
            client_out.transport.abort()
            self._tasks.discard(task)

    async def _carry_both_ways(self, client_in: asyncio.StreamReader, client_out: asyncio.StreamWriter) -> None:
        if isinstance(self.to, Path):
            server_in, server_out = await asyncio.open_unix_connection(self.to)
        else:
            server_in, server_out = await asyncio.open_connection(*self.to)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(client_in, server_out, limited=False))
                group.create_task(self._carry(server_in, client_out, limited=True))
        finally:
            server_out.transport.abort()

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, limited: bool) -> None:
        while piece := await source.read(PIECE):
            if limited:
                await self._wait_turn(len(piece))
            await self._flows.wait()
            target.write(piece)
            await target.drain()
        with contextlib.suppress(OSError):
            target.write_eof()

    async def _wait_turn(self, size: int) -> None:
        if self.bytes_per_second is None:
            return
        now = self._loop.time()
        self._free_at = max(self._free_at, now) + size / self.bytes_per_second
        await asyncio.sleep(self._free_at - now)

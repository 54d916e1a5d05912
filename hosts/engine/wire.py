"""An engine's API on asyncio, for streams and for whoever already runs a loop; loads no SDK.

    async with open_wire(grant) as wire:
        listed = await wire.json("/containers/json", {"all": "1"})
        async with wire.stream("GET", f"/containers/{object_id(id)}/logs", {...}) as answer:
            chunk = await answer.content.read(262_144)

Every error is an EngineError. Whoever builds a path puts ids through `hosts.engine.names` first.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
from yarl import URL

from hosts.access import Grant
from hosts.engine import admission, reasons, versions
from hosts.engine.address import Address, Scheme
from hosts.engine.errors import EngineError
from hosts.engine.tls import tls_context
from hosts.engine.tunnel import Tunnel, shared_socket, somebody_listens

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
# Who is there? An engine that works says so at once, and a page waits for the answer.
GREETING_SECONDS = 5.0
# An answer about one object, and a list of them: 10,000 containers of a busy engine take about 25 MiB.
BODY_LIMIT, LIST_LIMIT = 16 << 20, 32 << 20
# Python takes up to twenty times the room of a small text: so many objects and lists, and values, are enough.
_MOST_PARTS, _MOST_VALUES = 400_000, 1_500_000
_ERROR_LIMIT = 64 << 10

Params = Mapping[str, str]
AddrInfo = tuple[Any, ...]


class Wire:
    """One engine's API: `json` for whole answers, `stream` for endless ones. Belongs to one event loop."""

    def __init__(self, address: Address, session: aiohttp.ClientSession, tunnel: Tunnel | None = None) -> None:
        self.address = address
        self.version = ""
        self._session = session
        self._tunnel = tunnel
        scheme = "https" if address.tls else "http"
        host = f"[{address.host}]" if ":" in address.host else address.host
        self._base = f"{scheme}://{host}:{address.port}" if address.scheme is Scheme.TCP else "http://docker"

    async def json(
        self,
        path: str,
        params: Params | None = None,
        *,
        timeout: float = READ_SECONDS,  # noqa: ASYNC109
        is_list: bool = False,
    ) -> Any:
        """The answer to a GET, parsed; at most 16 MiB, or 32 of a list, within `timeout` seconds in all."""
        async with self._understood(), asyncio.timeout(timeout):
            async with self.stream("GET", path, params) as answer:
                body = await _bounded(answer, LIST_LIMIT if is_list else BODY_LIMIT)
            return parse_json(body)

    async def ping(self, *, timeout: float) -> None:  # noqa: ASYNC109
        """Whether the engine answers at all."""
        async with self._understood(), asyncio.timeout(timeout), self.stream("GET", "/_ping") as answer:
            await _bounded(answer, _ERROR_LIMIT)

    @contextlib.asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        silence: float | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The open answer of a request that the engine took (status below 300); closed, not drained, at the end.

        `silence` is how many seconds may pass without a byte, in the answer's head and in its body; None is for ever.
        An error while the answer is read inside the `with` comes out as an EngineError too.
        """
        prefix = f"/v{self.version}" if self.version else ""
        url = URL(f"{self._base}{prefix}{path}", encoded=True).with_query(dict(params or {}))
        limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=silence)
        async with self._understood():
            answer = await self._session.request(
                method, url, headers=headers, json=body, allow_redirects=False, timeout=limits
            )
            try:
                if answer.status >= 300:
                    raise reasons.from_status(answer.status, error_message(await _bounded(answer, _ERROR_LIMIT)))
                yield answer
            finally:
                answer.close()

    @contextlib.asynccontextmanager
    async def _understood(self) -> AsyncIterator[None]:
        try:
            yield
        except aiohttp.ClientResponseError as error:
            raise reasons.bad_answer(str(error)) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            not_yet = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
            raise self._reason(reasons.from_error(error, self.address, connected=not not_yet)) from error
        except EngineError as error:
            better = self._reason(error)
            if better is error:
                raise
            raise better from error

    def _reason(self, error: EngineError) -> EngineError:
        return self._tunnel.reason(error) if self._tunnel else error


@contextlib.asynccontextmanager
async def open_wire(grant: Grant, *, bulk: bool = False) -> AsyncIterator[Wire]:
    """The engine of the grant's host, its version negotiated; a changing grant only on the engine that we trust.

    `bulk` is for a flood of small writes, such as a log: HTTP/1.0 has no frame around each of them, and what arrives
    stays in the kernel until it is asked for, so that a reader who takes its time gets much at once.
    """
    address = admission.admit(grant)
    async with contextlib.AsyncExitStack() as stack:
        connector, tunnel = await _connector(address, grant.host.pk, stack)
        session = aiohttp.ClientSession(
            connector=connector,
            trust_env=False,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "quayside", "Accept-Encoding": "identity"},
            version=aiohttp.HttpVersion10 if bulk else aiohttp.HttpVersion11,
            read_bufsize=1 if bulk else 256 << 10,
        )
        wire = Wire(address, await stack.enter_async_context(session), tunnel)
        wire.version = versions.negotiate(await wire.json("/version", timeout=GREETING_SECONDS))
        if admission.must_know_engine(grant):
            admission.check_engine(grant, await wire.json("/info"))
        yield wire


async def _connector(
    address: Address, host_pk: int | None, stack: contextlib.AsyncExitStack
) -> tuple[aiohttp.BaseConnector, Tunnel | None]:
    # limit=0: with aiohttp's default the 101st open stream waits for ever, and says nothing.
    if address.scheme is Scheme.UNIX:
        return aiohttp.UnixConnector(address.path, limit=0), None
    if address.scheme is Scheme.TCP:
        secure = tls_context(address.tls) if address.tls else False
        return aiohttp.TCPConnector(limit=0, ssl=secure, socket_factory=_watched_socket), None
    if host_pk is not None and somebody_listens(shared := shared_socket(address, host_pk)):
        return aiohttp.UnixConnector(str(shared), limit=0), None
    tunnel = await stack.enter_async_context(Tunnel(address))
    return aiohttp.UnixConnector(str(tunnel.path), limit=0), tunnel


def _watched_socket(address: AddrInfo) -> socket.socket:
    """A socket that the kernel keeps asking whether the other end lives: a quiet stream would wait for ever for a
    machine that is gone, or for a router that has forgotten the connection."""
    made = socket.socket(*address[:3])
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):  # not on every system
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return made


async def _bounded(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    if (answer.content_length or 0) > limit:
        raise reasons.too_large(limit)
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise reasons.too_large(limit)
    return bytes(body)


def parse_json(body: bytes) -> Any:
    """JSON of any shape, or BadAnswer; also for text that nests deeper than Python can follow, or has far too much."""
    if body.count(b"{") + body.count(b"[") > _MOST_PARTS or body.count(b",") > _MOST_VALUES:
        raise reasons.too_many()
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise reasons.bad_answer(body[:200].decode("utf-8", "replace")) from error


def error_message(body: bytes) -> str:
    """What the engine wrote beside an error status: `message` of its JSON, else the text itself."""
    text = body.decode("utf-8", "replace").strip()
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return text
    message = said.get("message") if isinstance(said, dict) else None
    return message if isinstance(message, str) else text

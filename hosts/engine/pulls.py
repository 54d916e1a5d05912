"""Pulls an image with its progress, can be called off at any moment, and says in plain words why it failed.

On asyncio, though a worker's thread calls it: a read that waits for a silent registry can be cancelled here, and a
blocked read in a thread cannot.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

import aiohttp
from django.utils.translation import gettext as _

from hosts.access import Grant
from hosts.engine import errors, reasons
from hosts.engine.errors import EngineError
from hosts.engine.names import Reference
from hosts.engine.parse import pulls as parse
from hosts.engine.wire import open_wire, parse_json
from hosts.facts import PullProgress

_LINE_LIMIT = 1 << 20
# Layers are written to disk without a word; an engine that is silent for longer is not at work any more.
_SILENCE_SECONDS = 600.0

# What Docker and registries say when a pull fails, and what it means. Theirs is not shown to anybody: whoever runs a
# registry, or names an address of a machine's own network as one, chooses the text.
_TOO_MANY = ("toomanyrequests", "too many requests", "rate limit")
_NO_PLATFORM = ("no matching manifest", "no match for platform")
_TLS = (
    "x509", "server gave http response", "http request to an https server", "tls: ", "certificate",
    "tls handshake timeout",
)  # fmt: skip
_TOO_LATE = ("i/o timeout", "client.timeout", "context deadline exceeded", "timed out", "timeout")
_UNREACHABLE = (
    "connection refused", "no such host", "dial tcp", "no route to host", "network is unreachable", "connection reset",
    "eof", "server misbehaving", "bad gateway", "service unavailable",
)  # fmt: skip
_DENIED = ("unauthorized", "authentication required", "no basic auth", "denied", "incorrect username", "forbidden")
_MISSING = ("manifest unknown", "not found", "name unknown", "no such image", "does not exist")


def pull(
    grant: Grant,
    ref: Reference,
    auth: Mapping[str, str] | None,
    on_progress: Callable[[PullProgress], None],
    closes: Callable[[Callable[[], None] | None], None],
) -> None:
    """Pull until done; EngineError says why not, and Cancelled that it was called off.

    `on_progress` is called in the caller's thread, where it may use the database; the loop has a thread of its own.
    """
    steps: SimpleQueue[PullProgress | Future[None]] = SimpleQueue()
    reader = _Reader(grant, ref, auth, steps)
    closes(reader.call_off)
    reader.start()
    try:
        while not isinstance(step := steps.get(), Future):
            on_progress(step)
        step.result()
    finally:
        closes(None)
        reader.call_off()
        reader.join()


class _Reader(threading.Thread):
    """Puts each step into the queue, and at the end a future that holds how it ended."""

    def __init__(
        self,
        grant: Grant,
        ref: Reference,
        auth: Mapping[str, str] | None,
        steps: SimpleQueue[PullProgress | Future[None]],
    ) -> None:
        super().__init__(name=f"pull-{ref.text}", daemon=True)
        self._arguments = grant, ref, auth
        self._steps = steps
        self._loop = asyncio.new_event_loop()
        self._called_off = asyncio.Event()

    def call_off(self) -> None:
        """End the pull now; safe from any thread, and nothing once it has ended."""
        with contextlib.suppress(RuntimeError):  # the loop has closed: there is nothing left to end
            self._loop.call_soon_threadsafe(self._called_off.set)

    def run(self) -> None:
        ended: Future[None] = Future()
        try:
            self._loop.run_until_complete(self._until_called_off())
            ended.set_result(None)
        except BaseException as error:  # noqa: BLE001 - raised again by the caller, in its own thread
            ended.set_exception(error)
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()
            self._steps.put(ended)

    async def _until_called_off(self) -> None:
        reading, waiting = asyncio.ensure_future(self._read()), asyncio.ensure_future(self._called_off.wait())
        await asyncio.wait((reading, waiting), return_when=asyncio.FIRST_COMPLETED)
        for task in (reading, waiting):
            task.cancel()
        ended = await asyncio.gather(reading, waiting, return_exceptions=True)
        if isinstance(ended[0], asyncio.CancelledError):
            raise errors.Cancelled
        if isinstance(ended[0], BaseException):
            raise ended[0]

    async def _read(self) -> None:
        async for step in _steps(*self._arguments):
            self._steps.put(step)


async def _steps(grant: Grant, ref: Reference, auth: Mapping[str, str] | None) -> AsyncIterator[PullProgress]:
    query = {"fromImage": ref.repository, "tag": ref.digest or ref.tag}
    # The engine wants the header even for an anonymous pull; without it some versions use a login of their own.
    headers = {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(dict(auth or {})).encode()).decode()}
    async with open_wire(grant) as wire:
        try:
            async with wire.stream(
                "POST", "/images/create", query, headers=headers, silence=_SILENCE_SECONDS
            ) as answer:
                async for line in _lines(answer):
                    said = parse_json(line)
                    failed = parse.error(said)
                    if failed:
                        raise why(failed, ref)
                    yield parse.progress(said)
        except (errors.NotFound, errors.Refused, errors.Conflict, errors.Failed, errors.Invalid) as error:
            raise why(error.detail, ref, error) from error


async def _lines(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    buffer = b""
    async for chunk in answer.content.iter_any():
        *whole, buffer = (buffer + chunk).split(b"\n")
        for line in whole:
            if line.strip():
                yield line
        if len(buffer) > _LINE_LIMIT:
            raise reasons.bad_answer()
    if buffer.strip():
        yield buffer


def why(said: str, ref: Reference, error: EngineError | None = None) -> EngineError:
    """The reason in our words for what the engine or the registry said, of which nothing is repeated."""
    low = said.lower()
    if not said and error is not None:
        return error
    words: dict[str, Any] = {"image": ref.text, "server": ref.server}
    for fragments, kind, sentence in _reasons():
        if any(fragment in low for fragment in fragments):
            return kind(sentence % words)
    return errors.Failed(
        _("The engine could not pull %(image)s from %(server)s. The log of Docker on the host says why.") % words
    )


def _reasons() -> tuple[tuple[tuple[str, ...], type[EngineError], str], ...]:
    """What is looked for, the first that is found first."""
    return (
        (
            _TOO_MANY,
            errors.RegistryDenied,
            _("%(server)s wants no more pulls for now: log in to it, or wait some hours."),
        ),
        (("no space left",), errors.DiskFull, _("The disk of the engine's machine is full.")),
        (_NO_PLATFORM, errors.NotFound, _("%(image)s does not exist for this machine's kind of processor.")),
        (
            ("may require",),
            errors.RegistryDenied,
            _("There is no image %(image)s at %(server)s, or it needs a login that may read it."),
        ),
        (_DENIED, errors.RegistryDenied, _("%(server)s does not let us in: it needs a login that may read %(image)s.")),
        (
            _TLS,
            errors.RegistryUnreachable,
            _("The engine does not trust the TLS certificate of %(server)s, or it has none."),
        ),
        (_TOO_LATE, errors.RegistryUnreachable, _("The registry %(server)s did not answer the engine in time.")),
        (_UNREACHABLE, errors.RegistryUnreachable, _("The engine does not reach the registry %(server)s.")),
        (_MISSING, errors.NotFound, _("There is no image %(image)s at %(server)s.")),
    )

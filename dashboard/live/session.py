"""What every live socket keeps to: who may hold it open, in which words it is refused, and that nothing outlives it.

A socket is a plain ASGI application: one task reads what the browser says, one does the work, one pings. They end
together, whichever ends first.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from django.utils.translation import gettext as _

from dashboard.cookies import are_doubled
from dashboard.language import speak_as_asked, speak_to
from dashboard.live.limited import Allowance, seat
from dashboard.live.watch import Question, Watched, watch
from dashboard.middleware import actor_of, valid_address
from hosts.access import Actor
from hosts.models.audit import NotRecorded

MESSAGE_LIMIT = 16 << 10
PING_SECONDS = 20
# So long the words of a close are waited for; who takes nothing at all is let go by `dashboard.net.protocol`.
CLOSE_SECONDS = 2.0
BAD_MESSAGE, SIGNED_OUT, DENIED, NOT_FOUND, FAILED = 4400, 4401, 4403, 4404, 1011
# Trying again at once changes nothing; later it may.
TOO_MANY = 4429

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)


class Closing(Exception):
    """The socket must be closed with this code; the sentence is for the person."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


class LiveSocket(Watched):
    """A subclass says what it does (`work`), what it makes of a message (`hear`) and what it needs (`questions`)."""

    actor: Actor

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self._receive, self._send = receive, send
        self._told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pings = 0

    async def work(self) -> None:
        """Runs for as long as the socket is open."""
        raise NotImplementedError

    def hear(self, kind: str, message: dict[str, Any]) -> None:
        """One message; only takes note of it. Raises `Closing` for what cannot be understood."""
        raise NotImplementedError

    def questions(self) -> list[Question]:
        return []

    def cost(self, kind: str, message: dict[str, Any]) -> int:
        """What one message takes of all that a session may say; nothing for what the console has asked for."""
        return 1

    async def serve(self) -> None:
        await self._receive()  # websocket.connect
        # A browser can read the code of a close only after the handshake.
        await self._send({"type": "websocket.accept"})
        user = self.scope["user"]
        speak_as_asked(self.scope)
        speak_to(user)
        self.actor = actor_of(user, address_of(self.scope))
        try:
            self._know()
            async with seat(self.session_key, self.user_id) as refusal:
                self._may_sit(refusal)
                with watch.watching(self):
                    await self._together()
        except Closing as closing:
            await self._close(closing)
        except NotRecorded as error:
            await self._close(Closing(FAILED, str(error)))
        except OSError:
            log.debug("a browser went away while something was sent to it")
        except Exception:
            log.exception("a socket failed")
            await self._close(Closing(FAILED, _("Quayside itself failed. Its log has the details.")))

    def _know(self) -> None:
        if self.actor.user_id is None or are_doubled(_cookies(self.scope)):
            raise Closing(SIGNED_OUT, _("Sign in first."))
        self.session_key, self.user_id = self.scope["session"].session_key or "", self.actor.user_id

    def _may_sit(self, refusal: str) -> None:
        if refusal:
            raise Closing(TOO_MANY, refusal)

    def refuse(self, denied: list[Question]) -> None:
        self.tell(Closing(DENIED, _("You may no longer see this.")))

    def sign_out(self) -> None:
        self.tell(Closing(SIGNED_OUT, _("You have been signed out.")))

    async def say(self, kind: str, **content: Any) -> None:
        text = json.dumps({"type": kind, **content}, ensure_ascii=False, separators=(",", ":"))
        await self._send({"type": "websocket.send", "text": text})

    async def say_bytes(self, data: bytes) -> None:
        await self._send({"type": "websocket.send", "bytes": data})

    async def _together(self) -> None:
        tasks = [asyncio.create_task(part) for part in (self._read(), self.work(), self._ping(), _outcome(self._told))]
        try:
            done, _rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self) -> None:
        allowance = Allowance(self.session_key)
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                return
            text = event.get("text")
            if text is None or len(text) > MESSAGE_LIMIT:
                raise Closing(BAD_MESSAGE, _("Messages are JSON text of at most 16 KiB."))
            kind, message = _parsed(text)
            cost = self.cost(kind, message) if kind != "pong" else 0 if self._pings else 1
            if cost and not await allowance.spend(cost):
                raise Closing(TOO_MANY, _("Too much was asked at once. This page goes on by itself in a minute."))
            if kind == "pong":
                self._pings = max(0, self._pings - 1)
            else:
                self.hear(kind, message)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_SECONDS)
            self._pings += 1
            await self.say("ping")

    async def _close(self, closing: Closing) -> None:
        with contextlib.suppress(OSError):  # a timeout is one too
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.say("error", message=closing.sentence, code=closing.code)
                # A close frame has 123 bytes for its reason.
                reason = closing.sentence.encode()[:120].decode(errors="ignore")
                await self._send({"type": "websocket.close", "code": closing.code, "reason": reason})

    def tell(self, closing: Closing) -> None:
        if not self._told.done():
            self._told.set_exception(closing)


class Seldom:
    """Turns for what costs something: the first at once, the next after a while. The newest counts then."""

    def __init__(self, seconds: float = 0.2) -> None:
        self._seconds, self._next = seconds, 0.0

    async def turn(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._next - loop.time()))
        self._next = loop.time() + self._seconds


async def _outcome(told: asyncio.Future[None]) -> None:
    await told


def _parsed(text: str) -> tuple[str, dict[str, Any]]:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Closing(BAD_MESSAGE, _("Messages are JSON objects with a type."))
    return message["type"], message


def unknown(kind: str) -> Closing:
    return Closing(BAD_MESSAGE, _("There is no message of the type “%(kind)s” here.") % {"kind": kind[:40]})


def _cookies(scope: Scope) -> str:
    return "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")


def address_of(scope: Scope) -> str:
    """The address of the browser, as for a page."""
    return valid_address((scope.get("client") or [""])[0])

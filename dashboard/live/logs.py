"""`/live/logs`: a container's log, or those of many, as they are written. docs/live.md describes the messages."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from channels.db import database_sync_to_async
from django.http import Http404
from django.utils.translation import gettext as _

from dashboard.live.filtering import Say, checked, tell
from dashboard.live.groups import Groups
from dashboard.live.lines import gap_told, graded, lines_message
from dashboard.live.merged import MergedLogs
from dashboard.live.merged_opening import MergedOpening, merged_opening
from dashboard.live.opening import Opening, container_target, opening, refused_container
from dashboard.live.receipts import has_receipt
from dashboard.live.revealing import revealed
from dashboard.live.session import (
    BAD_MESSAGE,
    DENIED,
    NOT_FOUND,
    Closing,
    LiveSocket,
    Receive,
    Scope,
    Seldom,
    Send,
    unknown,
)
from dashboard.live.watch import Question
from hosts.access import Capability, Denied, Grant, Permissions, Target, grant
from hosts.engine.cursor import Cursor
from hosts.engine.frames import Batch
from hosts.engine.logs import End, Gap, Lost, Opened
from hosts.lines.filters import FILTER_CHARACTERS
from hosts.operations.recording import record_reading, record_readings
from hosts.streams.hub import hub
from hosts.streams.sieve import Sieve
from hosts.streams.viewer import Given, Skipped

# The bytes that may be under way to a browser that has not acknowledged them. A message holds at least one whole line.
UNDER_WAY_BYTES, MESSAGE_BYTES = 256 << 10, 72 << 10
GATHER_SECONDS = 0.004


async def logs(scope: Scope, receive: Receive, send: Send) -> None:
    await Logs(scope, receive, send).serve()


class Window:
    """What the browser was sent and has not drawn yet."""

    def __init__(self) -> None:
        self._sent: deque[tuple[int, int]] = deque()
        self._bytes = 0
        self._number = 0
        self._room = asyncio.Event()
        self._room.set()

    @property
    def under_way(self) -> int:
        """Bytes that have not been acknowledged."""
        return self._bytes

    async def room(self) -> None:
        await self._room.wait()

    def sent(self, size: int) -> int:
        """The number of the message that is about to be sent."""
        self._number += 1
        self._sent.append((self._number, size))
        self._count(size)
        return self._number

    def is_news(self, number: object) -> bool:
        """Whether it would be told for the first time that this one was drawn."""
        return bool(self._sent) and type(number) is int and self._sent[0][0] <= number <= self._number

    def drawn(self, number: int) -> bool:
        """Everything up to this message; whether there was such a message."""
        while self._sent and self._sent[0][0] <= number:
            self._count(-self._sent.popleft()[1])
        return 0 < number <= self._number

    def _count(self, size: int) -> None:
        self._bytes += size
        if self._bytes > UNDER_WAY_BYTES - MESSAGE_BYTES:
            self._room.clear()
        else:
            self._room.set()


class Logs(LiveSocket):
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        super().__init__(scope, receive, send)
        self._opening: dict[str, Any] | None = None
        self._seldom = Seldom()
        self._check: str | None = None
        self._asked = asyncio.Event()
        self._target: Target | None = None
        self._reveal: Grant | None = None
        self._merged: MergedLogs | None = None
        self.window, self.message_bytes = Window(), MESSAGE_BYTES

    def questions(self) -> list[Question]:
        if self._merged:
            return self._merged.questions()
        if self._target is None:
            return []
        needed = [Capability.CONTAINER_LOGS, *([Capability.LOGS_UNMASKED] if self._reveal else [])]
        return [Question(each, self._target) for each in needed]

    def refuse(self, denied: list[Question]) -> None:
        if self._merged:
            self._merged.refuse(denied)
        else:
            self.tell(Closing(DENIED, _("You may no longer read this log.")))

    def cost(self, kind: str, message: dict[str, Any]) -> int:
        if kind == "ack":
            return 0 if self.window.is_news(message.get("seq")) else 1
        return {"open": 20, "filter": 5}.get(kind, 1)

    def hear(self, kind: str, message: dict[str, Any]) -> None:
        if kind == "ack":
            number = message.get("seq")
            if type(number) is not int or not self.window.drawn(number):
                raise Closing(BAD_MESSAGE, _("“seq” must be the number of a message that was sent."))
        elif kind == "filter":
            self._check = str(message.get("text", ""))[: FILTER_CHARACTERS + 1]
            self._asked.set()
        elif kind == "open":
            self._opening = message
            self._asked.set()
        else:
            raise unknown(kind)

    async def work(self) -> None:
        """Streams what was opened last; another `open` takes its place."""
        streaming: asyncio.Task[None] | None = None
        try:
            while True:
                waiting = asyncio.create_task(self._asked.wait())
                try:
                    await asyncio.wait(
                        [task for task in (waiting, streaming) if task], return_when=asyncio.FIRST_COMPLETED
                    )
                finally:
                    waiting.cancel()
                if streaming is not None and streaming.done():
                    streaming.result()
                    streaming = None
                if not self._asked.is_set():
                    continue
                # Of what comes meanwhile the last counts: whoever types makes no queue.
                await self._seldom.turn()
                self._asked.clear()
                if self._check is not None:
                    check, self._check = self._check, None
                    await self.say("filter", **checked(check))
                if self._opening is not None:
                    message, self._opening = self._opening, None
                    wish = _wish(message)
                    await _ended(streaming)
                    streaming = asyncio.create_task(self._begun(wish))
        finally:
            await _ended(streaming)

    def _begun(self, wish: Opening | MergedOpening) -> Coroutine[None, None, None]:
        self._target, self._reveal, self._merged = None, None, None
        if isinstance(wish, Opening):
            return self._stream(wish)
        self._merged = MergedLogs(self, wish)
        return self._merged.run()

    async def _stream(self, wish: Opening) -> None:
        target, self._reveal = await database_sync_to_async(self._admitted, thread_sensitive=False)(wish)
        self._target = target
        sieve, groups, held = Sieve(wish.filter), Groups(), Cursor(wish.held)
        async with hub.view(target, wish.query, self._reveal) as viewer, _counted(sieve, self.say):
            while True:
                await self.window.room()
                if self.window.under_way and viewer.queued < MESSAGE_BYTES:
                    # The browser is still busy with what it has: let more come together for the next message.
                    await asyncio.sleep(GATHER_SECONDS)
                given = await viewer.take(MESSAGE_BYTES)
                if isinstance(given, Batch):
                    if passed := held.unseen(await sieve.pass_on(given, target.label)):
                        await self._say_lines(passed, wish, groups)
                else:
                    groups.restart()
                    await self._say_what_happened(given)
                if isinstance(given, End):
                    return
                # What waits is taken without waiting: the others have their turn first.
                await asyncio.sleep(0)

    def _admitted(self, wish: Opening) -> tuple[Target, Grant | None]:
        """The container that is meant, if this person may read its log; the trail has it either way.

        The grant is the one to see its credentials, where that was asked for.
        """
        try:
            target = container_target(Permissions(self.actor), wish.host, wish.container)
        except Http404 as missing:
            refused = [(refused_container(wish.host, wish.container), str(missing))]
            record_readings(self.actor, Capability.CONTAINER_LOGS, [], wish.inputs, refused)
            raise Closing(NOT_FOUND, str(missing)) from missing
        reveal = revealed(self.actor, target, wish.inputs) if wish.unmasked else None
        if has_receipt(wish.receipt, self.actor, self.session_key, wish.asked, [target]):
            answer = grant(self.actor, Capability.CONTAINER_LOGS, target)
        else:
            answer = record_reading(self.actor, Capability.CONTAINER_LOGS, target, wish.inputs)
        if isinstance(answer, Denied):
            raise Closing(DENIED, answer.reason)
        return target, reveal

    async def _say_lines(self, batch: Batch, wish: Opening, groups: Groups) -> None:
        number = self.window.sent(batch.size)
        kinds = await groups.marked_calmly(batch.kinds, batch.lines) if wish.groups else batch.kinds
        grades = await graded(batch.lines) if wish.levels else None
        await self.say_bytes(lines_message(number, kinds, batch.lines, timestamps=wish.timestamps, grades=grades))

    async def _say_what_happened(self, given: Given) -> None:
        if isinstance(given, Opened):
            container = given.container
            shown = {"id": container.id, "name": container.name, "image": container.image, "state": container.state}
            await self.say("opened", container=shown, tty=container.tty, again=given.again, unmasked=bool(self._reveal))
        elif isinstance(given, Skipped):
            await self.say("skipped", lines=given.lines)
        elif isinstance(given, Gap):
            await self.say("gap", **gap_told(given))
        elif isinstance(given, Lost):
            await self.say("notice", what="lost", message=given.sentence)
        elif isinstance(given, End):
            await self.say("end", why=given.why, code=given.code, message=given.sentence)


def _wish(message: dict[str, Any]) -> Opening | MergedOpening:
    return merged_opening(message) if "sources" in message or "query" in message else opening(message)


@contextlib.asynccontextmanager
async def _counted(sieve: Sieve, say: Say) -> AsyncIterator[None]:
    """While lines are filtered, the browser is told how many pass; at last the final count."""
    telling = asyncio.create_task(tell(sieve, say)) if sieve.counts else None
    try:
        yield
        if telling:
            await say("filtered", read=sieve.read, passed=sieve.kept)
    finally:
        await _ended(telling)


async def _ended(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

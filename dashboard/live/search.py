"""`/live/logs/search`: looking back through logs, the newest hits first. docs/live.md describes the messages."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from channels.db import database_sync_to_async
from django.utils.translation import gettext as _

from dashboard.live.around import admitted, around_wish, context_of
from dashboard.live.lines import graded, lines_message
from dashboard.live.newest import Superseded, as_newest
from dashboard.live.search_sources import Looked, feeds, find_logs, shown_moment
from dashboard.live.search_wish import SearchWish, Unclear, search_wish
from dashboard.live.session import LiveSocket, Receive, Scope, Seldom, Send, unknown
from dashboard.live.turns import Turn, turn_of
from dashboard.live.watch import Question
from dashboard.live.wish import Source, refusal_recorded
from dashboard.pages.logs import shown_line
from hosts.access import Capability, Target
from hosts.engine.frames import KIND
from hosts.inventory.read.query import QueryError
from hosts.lines.levels import levels
from hosts.models import redactor
from hosts.operations.recording import record_readings
from hosts.streams.looking_back import Far, Feed, Found, LookingBack, Trouble

ACTION = "container.logs.search"
# A message has at most so many hits, and begins no other one when it has so many characters of text.
HITS_IN_A_MESSAGE, CHARACTERS_IN_A_MESSAGE = 100, 64 << 10


async def search(scope: Scope, receive: Receive, send: Send) -> None:
    await Search(scope, receive, send).serve()


class Search(LiveSocket):
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        super().__init__(scope, receive, send)
        self._asked: dict[str, Any] | None = None
        self._wakes = asyncio.Event()
        self._seldom = Seldom()
        self._hosts: dict[int, Target] = {}
        self._said: set[int] = set()

    def questions(self) -> list[Question]:
        """One for each host: a role counts for all containers of a host."""
        return [Question(Capability.CONTAINER_LOGS, target) for target in self._hosts.values()]

    def cost(self, kind: str, message: dict[str, Any]) -> int:
        return 1 if kind == "stop" else 20

    def hear(self, kind: str, message: dict[str, Any]) -> None:
        if kind not in ("search", "around", "stop"):
            raise unknown(kind)
        self._asked = None if kind == "stop" else message
        self._wakes.set()

    async def work(self) -> None:
        """Looks for what was asked last; another `search`, or `stop`, ends it."""
        looking: asyncio.Task[None] | None = None
        try:
            while True:
                waking = asyncio.create_task(self._wakes.wait())
                try:
                    await asyncio.wait([task for task in (waking, looking) if task], return_when="FIRST_COMPLETED")
                finally:
                    waking.cancel()
                if looking is not None and looking.done():
                    looking.result()
                    looking = None
                if self._wakes.is_set():
                    # Of what comes meanwhile the last counts.
                    await self._seldom.turn()
                    self._wakes.clear()
                    was_looking, looking = looking, None
                    await _ended(was_looking)
                    if self._asked is not None:
                        looking = asyncio.create_task(self._look(self._asked))
                    elif was_looking is not None:
                        await self.say("done", halted=True, stopped=True, back_to=None)
        finally:
            await _ended(looking)

    async def _look(self, message: dict[str, Any]) -> None:
        self._hosts, self._said = {}, set()
        try:
            await (self._show(message) if message["type"] == "around" else self._search(message))
        except Unclear as unclear:
            await self.say("unclear", field=unclear.field, message=unclear.sentence, at=unclear.at)

    def _read_from(self, looked: Looked) -> None:
        """From now on it must stay allowed."""
        targets = [target for target in looked.targets if target.host is not None]
        self._hosts = {target.host.pk: Target("container", target.host) for target in targets if target.host}

    async def _show(self, message: dict[str, Any]) -> None:
        wish = around_wish(message)
        admit = database_sync_to_async(admitted, thread_sensitive=False)
        looked, reach, hides = await admit(wish, self.actor)
        self._read_from(looked)
        async with turn_of(self.user_id):
            found = await context_of(wish, looked, reach, hides, self.actor)
        keys = [source.key for source in found.sources]
        told = {"mark": found.mark, "exact": found.exact, "older": found.older, "newer": found.newer}
        grades = await graded(found.lines)
        await self.say("around", at=message["at"], keys=keys, lines=len(found.lines), notes=found.notes, **told)
        await self.say_bytes(lines_message(0, found.kinds, found.lines, sources=found.numbers, grades=grades))

    async def _search(self, message: dict[str, Any]) -> None:
        asked = search_wish(message)
        looked, found = await database_sync_to_async(self._admitted, thread_sensitive=False)(asked)
        self._read_from(looked)
        refused = [{"name": target.name, "message": reason} for target, reason in looked.refused]
        count, words = {"logs": len(looked.sources), "kept": len(looked.kept)}, list(asked.filter.words)
        await self.say("searching", **count, words=words, refused=refused, notes=looked.notes)
        try:
            await as_newest(self.user_id, lambda: self._in_turn(looked, LookingBack(found, asked.most)))
        except Superseded:
            await self.say("trouble", message=_("Stopped: you have started another search."))
            await self.say("done", halted=True, stopped=True, back_to=None)

    async def _in_turn(self, looked: Looked, looking: LookingBack) -> None:
        async with turn_of(self.user_id, self._say_waiting) as turn:
            await self._go_through(looked, looking, turn)

    async def _say_waiting(self) -> None:
        await self.say("waiting", message=_("Other searches go first."))

    def _admitted(self, asked: SearchWish) -> tuple[Looked, list[Feed]]:
        """What may be searched; the trail has it, and each refusal."""
        try:
            with refusal_recorded(self.actor, asked.wish, ACTION):
                looked = find_logs(asked, self.actor)
        except QueryError as error:
            raise Unclear("query", str(error)) from error
        hides = redactor()
        inputs = asked.recorded(hides, len(looked.sources))
        record_readings(self.actor, Capability.CONTAINER_LOGS, looked.targets, inputs, looked.refused, action=ACTION)
        return looked, feeds(looked, asked, self.actor, hides)

    async def _go_through(self, looked: Looked, looking: LookingBack, turn: Turn) -> None:
        """The turn is kept while there is something to look through, and not while the browser takes its time."""
        waiting: list[Found] = []
        size = 0
        async with contextlib.aclosing(looking.run()) as items:
            async for item in items:
                if isinstance(item, Found):
                    waiting.append(item)
                    size += len(item.hit.line)
                is_full = len(waiting) >= HITS_IN_A_MESSAGE or size >= CHARACTERS_IN_A_MESSAGE
                if waiting and (not isinstance(item, Found) or is_full):
                    await turn.while_sending(self._say_hits(looked, waiting))
                    waiting, size = [], 0
                if isinstance(item, Trouble):
                    source = looked.sources[item.source] if item.source is not None else None
                    name = f"{source.name}: " if source else ""
                    await turn.while_sending(self.say("trouble", message=f"{name}{item.sentence}"))
                elif isinstance(item, Far):
                    await turn.while_sending(self._say_far(item))

    async def _say_far(self, far: Far) -> None:
        back_to = shown_moment(far.back_to)
        told: dict[str, Any] = {"back_to": back_to, "lines": far.lines, "hits": far.hits, "open": far.open}
        if far.ended:
            await self.say("done", **told, stopped=far.stopped, halted=False)
        else:
            await self.say("far", **told)

    async def _say_hits(self, looked: Looked, hits: list[Found]) -> None:
        fresh = {found.source for found in hits} - self._said
        self._said |= fresh
        grades = levels([found.hit.line for found in hits])
        await self.say(
            "hits",
            sources=[_described(number, looked.sources[number]) for number in sorted(fresh)],
            hits=[_shown(found, grade) for found, grade in zip(hits, grades, strict=True)],
        )


def _described(number: int, source: Source) -> dict[str, Any]:
    host = source.target.host
    return {
        "source": number,
        "id": source.target.id,
        "name": source.name,
        "host": host.name if host else "",
        "project": source.project,
        "state": source.state,
    }


def _shown(found: Found, level: int) -> dict[str, Any]:
    line = shown_line(found.hit.kind, found.hit.line, timestamps=True)
    shown = {"source": found.source, "time": line["time"], "text": line["text"], "kind": found.hit.kind & KIND}
    return {**shown, "level": level, **({"cut": True} if line["cut"] else {})}


async def _ended(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

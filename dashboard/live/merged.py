"""Many logs over one socket: who is among them, what each says, and what becomes of it. See docs/live.md."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import TYPE_CHECKING, Any

from channels.db import database_sync_to_async
from django.utils.translation import gettext as _

from dashboard.live.filtering import tell
from dashboard.live.groups import Groups
from dashboard.live.lines import gap_told, graded, lines_message
from dashboard.live.merged_opening import MOST_TAIL, MergedOpening
from dashboard.live.nudged import Listener, exchange
from dashboard.live.receipts import has_receipt
from dashboard.live.removed import kept_lines
from dashboard.live.revealing import Reveals
from dashboard.live.session import DENIED, NOT_FOUND, Closing
from dashboard.live.watch import Question
from dashboard.live.wish import MOST_SOURCES, Found, Source, find_sources, refusal_recorded
from hosts.access import Capability, Target
from hosts.engine.cursor import Place
from hosts.engine.logs import End, Gap, LogQuery, Lost, Opened, Why
from hosts.inventory.read.query import QueryError
from hosts.lines.redaction import Redactor
from hosts.models import Host, redactor
from hosts.operations.recording import Inputs, record_readings
from hosts.streams.hub import hub
from hosts.streams.masks import Masks
from hosts.streams.merge import Merged, Told
from hosts.streams.merged import MergedView
from hosts.streams.sieve import Sieve
from hosts.streams.skew import WORTH_SAYING
from hosts.streams.viewer import Skipped

if TYPE_CHECKING:
    from dashboard.live.logs import Logs

# Who belongs to the view is looked up anew when a host nudges, but no more often than this, and at times anyway.
_LOOK_SECONDS, _LOOK_ANYWAY_SECONDS, _CLOCK_SECONDS = 1.0, 15.0, 3.0
_HEARD = frozenset(("container", "", "state"))


class MergedLogs(Listener):
    def __init__(self, socket: Logs, wish: MergedOpening) -> None:
        self._socket, self._wish = socket, wish
        self._sieve, self._groups = Sieve(wish.filter), Groups()
        self._view = MergedView(hub, wish.query.tail, self._sieve)
        self._sources: list[Source] = []
        self._numbers: dict[tuple[int, str], int] = {}
        self._since = f"{time.time():.6f}"
        self._changed = asyncio.Event()
        self._denied: set[int | None] = set()
        self._hides = Redactor()
        self._reveals = Reveals(socket.actor, wanted=wish.unmasked)

    def questions(self) -> list[Question]:
        """One for each host: a role counts for all containers of a host."""
        hosts = {source.target.host.pk: source.target.host for source in self._sources if source.target.host}
        asked = [Question(Capability.CONTAINER_LOGS, Target("container", host)) for host in hosts.values()]
        return [
            question
            for question in (*asked, *self._reveals.questions())
            if question.target.host and question.target.host.pk not in self._denied
        ]

    def refuse(self, denied: list[Question]) -> None:
        """The logs of these hosts may not be read any more; the others go on."""
        self._denied |= {question.target.host.pk for question in denied if question.target.host}
        self._changed.set()

    def nudged(self, topic: str, what: str) -> None:
        if topic == "hosts" or (topic.startswith("host.") and what in _HEARD):
            self._changed.set()

    def nudged_perhaps(self) -> None:
        self._changed.set()

    async def run(self) -> None:
        with exchange.listening(self):
            tasks: list[asyncio.Task[None]] = []
            try:
                await self._begin()
                parts = [
                    self._give(),
                    self._keep_looking(),
                    self._watch_clocks(),
                    *([self._count()] if self._sieve.counts else []),
                ]
                tasks = [asyncio.create_task(part) for part in parts]
                done, _rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await self._view.close()

    async def _begin(self) -> None:
        found = await database_sync_to_async(self._admitted, thread_sensitive=False)()
        if found.refused and not found.sources:
            raise Closing(NOT_FOUND, found.refused[0][1])
        refused = [{"name": target.name, "message": reason} for target, reason in found.refused]
        await self._join(found, [self._wish.query_for(source) for source in found.sources], refused)

    def _admitted(self) -> Found:
        """Who is meant and may be read; the trail has it, and each refusal."""
        self._hides = redactor()
        try:
            with refusal_recorded(self._socket.actor, self._wish.wish):
                found = find_sources(self._wish.wish, self._socket.actor)
        except QueryError as error:  # it names a host that is not there, or is hidden from this person
            raise Closing(NOT_FOUND, str(error)) from error
        self._ask_to_reveal(found)
        targets, socket = [source.target for source in found.sources], self._socket
        if not has_receipt(self._wish.receipt, socket.actor, socket.session_key, self._wish.asked, targets):
            self._record(targets, found)
        return found

    def _record(self, targets: list[Target], found: Found, **how: Any) -> None:
        """Before a line of them is read; NotRecorded ends the socket."""
        more = {"containers": len(targets), **how}
        asked: Inputs = lambda host: {**self._asked(host), **more}  # noqa: E731
        record_readings(self._socket.actor, Capability.CONTAINER_LOGS, targets, asked, found.refused)

    def _asked(self, host: Host | None) -> dict[str, Any]:
        return {"query": self._wish.wish.recorded(self._hides, host), **self._wish.inputs}

    def _found_again(self) -> Found:
        """Who belongs to the view now: a newcomer is in the trail before it is read."""
        try:
            found = find_sources(self._wish.wish, self._socket.actor, self._sources)
        except QueryError as error:
            raise Closing(NOT_FOUND, str(error)) from error
        self._ask_to_reveal(found)
        fresh = [source for source in found.sources if source.identity not in self._numbers and not source.is_removed]
        reading = sum(map(self._view.reads, range(len(self._sources))))
        fresh = fresh[: max(0, MOST_SOURCES - reading)]
        if fresh:
            self._record([source.target for source in fresh], Found([], 0, []), joined=True)
        known = [source for source in found.sources if source.identity in self._numbers]
        return Found([*known, *fresh], found.total, [])

    def _ask_to_reveal(self, found: Found) -> None:
        self._reveals.ask((source.target.host for source in found.sources if source.target.host), self._asked)

    async def _join(self, found: Found, queries: list[LogQuery], refused: list[dict[str, str]]) -> None:
        said = []
        for source in found.sources:
            self._numbers[source.identity] = len(self._sources)
            self._sources.append(source)
            said.append(self._described(source))
        note = ""
        if found.total > MOST_SOURCES:
            note = _("%(total)s containers match; the first %(most)s are shown. Ask for less.") % {
                "total": found.total,
                "most": MOST_SOURCES,
            }
        await self._socket.say("sources", sources=said, refused=refused, message=note)
        for source, query in zip(found.sources, queries, strict=True):
            if not source.is_removed:
                held = self._wish.held(source) if query.after else None
                self._read(self._numbers[source.identity], source, query, held)
        await self._add_removed(found.sources, queries)

    async def _add_removed(self, found: list[Source], queries: list[LogQuery]) -> None:
        """Their kept lines, all at once, before anything is given."""
        asked = {self._numbers[s.identity]: query for s, query in zip(found, queries, strict=True) if s.is_removed}
        if not asked:
            return
        wanted = [(number, self._sources[number].target) for number in asked]
        actor = self._socket.actor
        kept = await database_sync_to_async(kept_lines, thread_sensitive=False)(actor, wanted, asked, MOST_TAIL)
        for number, target in wanted:
            batch = kept[number]
            if batch and self._reveals.of(target.host) is None:
                batch = await Masks().hide(batch)
            end = End(Why.REMOVED, _("The container has been removed; its lines were kept."))
            held = self._wish.held(self._sources[number]) if asked[number].after else None
            await self._view.add(number, target.label, batch, end, held)

    def _read(self, number: int, source: Source, query: LogQuery, held: Place | None = None) -> None:
        self._view.join(number, source.target, query, self._reveals.of(source.target.host), held)

    def _described(self, source: Source) -> dict[str, Any]:
        host = source.target.host
        return {
            "source": self._numbers[source.identity],
            "id": source.target.id,
            "name": source.name,
            "host": host.name if host else "",
            "project": source.project,
            "service": source.service,
            "state": source.state,
            "key": source.key,
            "unmasked": self._reveals.of(host) is not None,
        }

    async def _keep_looking(self) -> None:
        """Let those join that begin to match, go on with those that run again, and leave those that are forbidden."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                async with asyncio.timeout(_LOOK_ANYWAY_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            if self._denied:
                await self._leave_denied()
            await self._welcome(await database_sync_to_async(self._found_again, thread_sensitive=False)())

    async def _welcome(self, found: Found) -> None:
        fresh = []
        for source in found.sources:
            number = self._numbers.get(source.identity)
            if source.is_removed:
                continue
            if number is None:
                fresh.append(source)
            elif not self._view.reads(number) and self._runs_again(number, source):
                self._sources[number] = source
                place = self._view.place(number)
                self._read(number, source, LogQuery(tail=None, after=place) if place else self._from(source))
        if fresh:
            joining = Found(fresh, len(fresh), [])
            await self._join(joining, [self._from(source) for source in fresh], [])

    def _runs_again(self, number: int, source: Source) -> bool:
        allowed = source.target.host is None or source.target.host.pk not in self._denied
        return allowed and source.started != self._sources[number].started

    def _from(self, source: Source) -> LogQuery:
        """All that a newcomer has said since it started, or since the view was opened, whichever is earlier."""
        started = dt.datetime.fromisoformat(source.started).timestamp() if source.started else float(self._since)
        return LogQuery(tail=MOST_TAIL, since=f"{max(0.0, min(started, float(self._since))):.6f}")

    async def _leave_denied(self) -> None:
        for number, source in enumerate(self._sources):
            if source.target.host and source.target.host.pk in self._denied and self._view.reads(number):
                await self._view.leave(number)
                sentence = _("You may no longer read this log.")
                await self._socket.say("end", source=number, why="denied", code=None, message=sentence)
        if not any(map(self._view.reads, range(len(self._sources)))):
            raise Closing(DENIED, _("You may no longer see this."))

    async def _give(self) -> None:
        while True:
            await self._socket.window.room()
            given = await self._view.take(self._socket.message_bytes)
            if isinstance(given, Merged):
                await self._say_lines(given)
            else:
                await self._say_what_happened(given)

    async def _count(self) -> None:
        await tell(self._sieve, self._socket.say)

    async def _watch_clocks(self) -> None:
        """Say by how much a host's clock is off: then its lines stand where that clock says, and not in true time."""
        told: dict[int, float] = {}
        while True:
            await asyncio.sleep(_CLOCK_SECONDS)
            hosts = {source.target.host.pk: source.target.host.name for source in self._sources if source.target.host}
            for pk, skew in self._view.skews.items():
                if pk in hosts and abs(skew.seconds - told.get(pk, 0.0)) >= WORTH_SAYING:
                    told[pk] = skew.seconds
                    await self._socket.say("skew", host=hosts[pk], seconds=skew.seconds)

    async def _say_lines(self, given: Merged) -> None:
        number = self._socket.window.sent(sum(map(len, given.lines)) + 4 * len(given))
        lines, sources = given.lines, given.sources
        kinds: bytes | bytearray = given.kinds
        if self._wish.groups:
            kinds = await self._groups.marked_calmly(kinds, lines, sources)
        grades = await graded(lines) if self._wish.levels else None
        stamps = self._wish.timestamps
        message = lines_message(number, kinds, lines, timestamps=stamps, sources=sources, grades=grades)
        await self._socket.say_bytes(message)

    async def _say_what_happened(self, told: Told) -> None:
        item, number = told.item, told.source
        self._groups.restart(number)
        if isinstance(item, Opened):
            await self._socket.say("opened", source=number, state=item.container.state, again=item.again)
        elif isinstance(item, Skipped):
            await self._socket.say("skipped", source=number, lines=item.lines)
        elif isinstance(item, Gap):
            await self._socket.say("gap", source=number, **gap_told(item))
        elif isinstance(item, Lost):
            await self._socket.say("notice", source=number, what="lost", message=item.sentence)
        elif isinstance(item, End):
            await self._socket.say("end", source=number, why=item.why, code=item.code, message=item.sentence)

"""`/live/updates`: tells a page that something changed. It says what, never how it looks; see docs/live.md."""

from __future__ import annotations

import asyncio
import re
import uuid
from typing import Any

from channels.db import database_sync_to_async
from django.utils.translation import gettext as _

from dashboard import seen
from dashboard.assets import version
from dashboard.live.nudged import Listener, exchange
from dashboard.live.session import BAD_MESSAGE, Closing, LiveSocket, Receive, Scope, Send, unknown
from dashboard.live.watch import Question
from hosts.access import Capability, Denied, Permissions, Target, grant_each, visible_hosts
from hosts.models import Host, Job

MOST_TOPICS = 200
_FREE = frozenset({"hosts", "jobs", "views"})
_CONSOLE = {
    "audit": Question(Capability.AUDIT_VIEW, Target("audit")),
    "people": Question(Capability.PERSON_MANAGE, Target("console")),
    "history": Question(Capability.HISTORY_MANAGE, Target("console")),
    "redaction": Question(Capability.LOGS_REDACTION, Target("console")),
    "registries": Question(Capability.REGISTRY_MANAGE, Target("console")),
}
_HOST = re.compile(r"host\.([1-9][0-9]{0,17})")


async def updates(scope: Scope, receive: Receive, send: Send) -> None:
    await Updates(scope, receive, send).serve()


class Updates(LiveSocket, Listener):
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        super().__init__(scope, receive, send)
        self._wish: list[str] | None = None
        # None: needs no grant beyond being signed in, or it is one's own job.
        self._topics: dict[str, Question | None] = {}
        self._due: dict[str, str] = {}
        self._refused: list[str] = []
        self._something = asyncio.Event()

    def questions(self) -> list[Question]:
        return [question for question in self._topics.values() if question]

    def refuse(self, denied: list[Question]) -> None:
        gone = [topic for topic, question in self._topics.items() if question in denied]
        for topic in gone:
            del self._topics[topic]
        self._refused += gone
        self._something.set()

    def hear(self, kind: str, message: dict[str, Any]) -> None:
        if kind != "subscribe":
            raise unknown(kind)
        topics = message.get("topics")
        if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
            raise Closing(BAD_MESSAGE, _("“topics” must be a list of texts."))
        if len(topics) > MOST_TOPICS:
            raise Closing(BAD_MESSAGE, _("At most %(most)s topics at once.") % {"most": MOST_TOPICS})
        self._wish = topics
        self._something.set()

    def cost(self, kind: str, message: dict[str, Any]) -> int:
        topics = message.get("topics")
        return min(max(1, len(topics)), MOST_TOPICS) if isinstance(topics, list) else 1

    def nudged(self, topic: str, what: str) -> None:
        # A topic covers its parts: who listens to "jobs" hears of "jobs.4".
        if topic in self._topics or topic.rpartition(".")[0] in self._topics:
            self._due[topic] = what
            self._something.set()

    def nudged_perhaps(self) -> None:
        for topic in self._topics:
            self._due.setdefault(topic, "")
        self._something.set()

    async def work(self) -> None:
        with exchange.listening(self):
            while True:
                await self._something.wait()
                self._something.clear()
                if self._wish is not None:
                    await self._subscribe()
                if self._refused:
                    refused, self._refused = self._refused, []
                    await self.say(
                        "refused", topics=refused, message=_("You may not see this, or there is no such topic.")
                    )
                due, self._due = self._due, {}
                for topic, what in due.items():
                    await self.say("nudge", topic=topic, what=what)

    async def _subscribe(self) -> None:
        wish, self._wish = list(dict.fromkeys(self._wish or [])), None
        self._topics = await database_sync_to_async(self._allowed, thread_sensitive=False)(wish)
        self._refused += [topic[:100] for topic in wish if topic not in self._topics]
        await self.say("subscribed", topics=list(self._topics), version=version())

    def _allowed(self, wish: list[str]) -> dict[str, Question | None]:
        """Few questions to the database, and one for each kind on a host, however many topics there are."""
        keys = [int(match[1]) for topic in wish if (match := _HOST.fullmatch(topic))]
        hosts = visible_hosts(self.actor).in_bulk(keys)
        ids = [topic[4:] for topic in wish if topic.startswith("job.") and _is_uuid(topic[4:])]
        found = seen.jobs(Permissions(self.actor)).filter(pk__in=ids) if ids else ()
        jobs = {str(job.pk): job for job in found}
        asked: dict[str, Question] = {}
        free: set[str] = set()
        for topic in wish:
            question, own = self._question(topic, hosts, jobs)
            if own or topic in _FREE:
                free.add(topic)
            elif question:
                asked[topic] = question
        granted = self._granted(asked)
        return {topic: asked.get(topic) for topic in wish if topic in free or topic in granted}

    def _granted(self, asked: dict[str, Question]) -> set[str]:
        found: set[str] = set()
        for capability in {question.capability for question in asked.values()}:
            alike = [topic for topic, question in asked.items() if question.capability is capability]
            answers = grant_each(self.actor, capability, [asked[topic].target for topic in alike])
            found |= {topic for topic, answer in zip(alike, answers, strict=True) if not isinstance(answer, Denied)}
        return found

    def _question(self, topic: str, hosts: dict[int, Host], jobs: dict[str, Job]) -> tuple[Question | None, bool]:
        """What must be granted for a topic, and whether it is about a job of one's own; neither when it is unknown."""
        if topic in _CONSOLE:
            return _CONSOLE[topic], False
        if match := _HOST.fullmatch(topic):
            host = hosts.get(int(match[1]))
            return (Question(Capability.HOST_VIEW, Target.of(host)) if host else None), False
        job = jobs.get(topic[4:]) if topic.startswith("job.") else None
        if job is None or job.person_id == self.actor.user_id:
            return None, job is not None
        return Question(Capability.JOB_VIEW, Target("job", job.host, str(job.pk), job.title)), False


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False

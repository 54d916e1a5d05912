"""May these sockets stay open? Asked for all of them together every few seconds: is the person still signed in and
active, and does each still hold the grants that it lives by?"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from channels.db import database_sync_to_async
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from hosts.access import Actor, Capability, Denied, Target, grant
from hosts.models import User

EVERY_SECONDS = 3.0
# A socket that cannot be checked for this long is closed, as if it had been refused.
_BLIND_SECONDS = 30.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    capability: Capability
    target: Target


class Watched:
    """What a socket shows to the watch."""

    session_key: str
    user_id: int
    actor: Actor

    def questions(self) -> list[Question]:
        """What it must be allowed to do, to stay as it is."""
        raise NotImplementedError

    def refuse(self, denied: list[Question]) -> None:
        """These are no longer allowed."""
        raise NotImplementedError

    def sign_out(self) -> None:
        """The person behind it has signed out, or may not sign in any more."""
        raise NotImplementedError


class Watch:
    """One task for all sockets of a process, there while there are any."""

    def __init__(self) -> None:
        self._sockets: set[Watched] = set()
        self._task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def watching(self, socket: Watched) -> Iterator[None]:
        self._sockets.add(socket)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="watch over live sockets")
        try:
            yield
        finally:
            self._sockets.discard(socket)
            if not self._sockets and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        seen = loop.time()
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            asked = [(socket, socket.questions()) for socket in self._sockets]
            try:
                out, denied = await database_sync_to_async(_verdicts, thread_sensitive=False)(asked)
            except DatabaseError as error:
                log.warning("live sockets cannot be checked: %s", error)
                if loop.time() - seen < _BLIND_SECONDS:
                    continue
                out, denied = set(self._sockets), {}
            seen = loop.time()
            for socket in out:
                socket.sign_out()
            for socket, questions in denied.items():
                socket.refuse(questions)


def _verdicts(asked: list[tuple[Watched, list[Question]]]) -> tuple[set[Watched], dict[Watched, list[Question]]]:
    """Whose session is over, and who is no longer allowed what."""
    sessions = Session.objects.filter(expire_date__gt=timezone.now()).in_bulk({each.session_key for each, _q in asked})
    users = User.objects.filter(is_active=True).in_bulk({each.user_id for each, _q in asked})
    out: set[Watched] = set()
    denied: dict[Watched, list[Question]] = {}
    # What a decision depends on: of two hundred jobs on one host each is not asked about by itself.
    answers: dict[tuple[int, Capability, str, int | None, int | None], bool] = {}
    for socket, questions in asked:
        if not _signed_in(sessions.get(socket.session_key), users.get(socket.user_id)):
            out.add(socket)
            continue
        for question in questions:
            target = question.target
            host = target.host.pk if target.host else None
            key = (socket.user_id, question.capability, target.noun, host, target.owner)
            if key not in answers:
                answers[key] = not isinstance(grant(socket.actor, question.capability, target), Denied)
            if not answers[key]:
                denied.setdefault(socket, []).append(question)
    return out, denied


def signed_in(session_key: str, user_id: int) -> bool:
    """Whether this person still has this session."""
    session = Session.objects.filter(pk=session_key, expire_date__gt=timezone.now()).first()
    return _signed_in(session, User.objects.filter(pk=user_id, is_active=True).first())


def _signed_in(session: Session | None, user: User | None) -> bool:
    if session is None or user is None:
        return False
    data = session.get_decoded()
    same = data.get(SESSION_KEY) == str(user.pk)
    # Changes with the password.
    return same and constant_time_compare(str(data.get(HASH_SESSION_KEY, "")), user.get_session_auth_hash())


watch = Watch()

"""Who looks at which log? One upstream a container and query: the first viewer opens it, the last one closes it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from channels.db import database_sync_to_async
from django.utils.translation import gettext as _

from hosts.access import Actor, Capability, Denied, Grant, Target, grant
from hosts.engine.errors import NotFound, Refused
from hosts.engine.logs import Connect, LogQuery
from hosts.engine.wire import Wire, open_wire
from hosts.models import Host
from hosts.streams.masks import Masks, must_reveal
from hosts.streams.upstream import Upstream
from hosts.streams.viewer import Viewer

_READER = Actor.system("logs")


class Hub:
    """The logs that are being read in this process. Whoever calls `view` has asked for the viewer's own grant."""

    def __init__(self) -> None:
        self._upstreams: dict[tuple[int, str, bool], list[Upstream]] = {}

    @property
    def upstreams(self) -> int:
        return sum(map(len, self._upstreams.values()))

    @contextlib.asynccontextmanager
    async def view(self, target: Target, query: LogQuery, reveal: Grant | None = None) -> AsyncIterator[Viewer]:
        """One viewer of the log of the target, a container with its full id.

        `reveal` is the grant to see the credentials in it: who has one shares an upstream only with others who do.
        """
        if target.host is None:
            raise LookupError("A container without a host has no log")
        must_reveal(reveal, target.host)
        key = target.host.pk, target.id, reveal is not None
        upstreams = self._upstreams.setdefault(key, [])
        upstream = next((each for each in upstreams if each.serves(query)), None)
        if upstream is None:
            upstream = Upstream(connect_as_system(target), target.id, query, None if reveal else Masks())
            upstreams.append(upstream)
        viewer = upstream.join(query)
        try:
            yield viewer
        finally:
            upstream.leave(viewer)
            if not upstream.viewers:
                upstreams.remove(upstream)
                if not upstreams and self._upstreams.get(key) is upstreams:
                    del self._upstreams[key]
                await upstream.close()


def connect_as_system(target: Target) -> Connect:
    """Connections to the target's host as the database describes it then, for a reading that many share."""

    @contextlib.asynccontextmanager
    async def connect() -> AsyncIterator[Wire]:
        async with _open(await database_sync_to_async(_granted, thread_sensitive=False)(target)) as wire:
            yield wire

    return connect


def _open(answer: Grant) -> AbstractAsyncContextManager[Wire]:
    return open_wire(answer, bulk=True)


def _granted(target: Target) -> Grant:
    host = Host.objects.filter(pk=target.host.pk).first() if target.host and target.host.pk else None
    if host is None:
        raise NotFound(_("The host has been removed."))
    answer = grant(_READER, Capability.CONTAINER_LOGS, Target(target.noun, host, target.id, target.name))
    if isinstance(answer, Denied):
        raise Refused(answer.reason)
    return answer


hub = Hub()

"""One reading of one log, shared by all who look at it. The fast never wait for the slow."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from django.utils.translation import gettext as _

from hosts.engine.cursor import Cursor
from hosts.engine.frames import Batch
from hosts.engine.logs import Cause, Connect, End, Gap, LogQuery, Lost, Opened, Why, follow
from hosts.streams.masks import Masks
from hosts.streams.ring import Ring
from hosts.streams.viewer import Viewer

# After this many seconds without a line, what was asked for of the past has been read.
_CALM_SECONDS = 0.3

log = logging.getLogger(__name__)


class Upstream:
    def __init__(self, connect: Connect, container: str, query: LogQuery, masks: Masks | None = None) -> None:
        self.query = query
        self._masks = masks
        self.ended = False
        self.viewers: set[Viewer] = set()
        self._connect, self._container = connect, container
        self._ring = Ring()
        self._awaited_since: float | None = None
        self._was_calm = False
        self._opened: Opened | None = None
        self._lost: Lost | None = None
        # In front of all that is kept here.
        self._missing: Gap | None = None
        self._room = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name=f"log of {container[:12]}")

    def serves(self, query: LogQuery) -> bool:
        """Whether what is kept here is where this query begins."""
        if self.ended or not query.follow or query.until or self.query.until:
            return False
        if query == self.query and not self._ring.dropped:
            return True
        if query.after is not None:
            # Every line that is newer than the oldest one here is here.
            oldest = self._ring.oldest()
            return oldest is not None and oldest < query.after.at
        if query.since or query.tail is None or not self._calm():
            return False
        enough = self.query.tail is not None and self.query.tail >= query.tail
        whole = not self.query.since and not self.query.after and not self._ring.dropped and enough
        return whole or self._ring.lines >= query.tail

    def join(self, query: LogQuery) -> Viewer:
        """A new viewer: given at once what the query asks of the past, then all that comes."""
        viewer = Viewer(self._taken)
        if self._opened:
            viewer.tell(self._opened)
        if self._missing and query == self.query:
            viewer.tell(self._missing)
        if query.after is not None and query != self.query:
            viewer.hand(Cursor(query.after).unseen(self._ring.since(query.after.at)))
        else:
            viewer.hand(self._ring.tail(None if query == self.query else query.tail))
        if self._lost:
            viewer.tell(self._lost)
        self.viewers.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        self.viewers.discard(viewer)
        self._room.set()

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        try:
            async with contextlib.aclosing(follow(self._connect, self._container, self.query)) as items:
                async for item in items:
                    self._calm()
                    self._awaited_since = None
                    if isinstance(item, Batch):
                        await self._publish(await self._masks.hide(item) if self._masks else item)
                    else:
                        self._tell(item)
                    self._awaited_since = asyncio.get_running_loop().time()
        except Exception:
            log.exception("the log of %s can no longer be read", self._container[:12])
            self._tell(End(Why.GARBLED, _("Quayside itself failed to read this log.")))

    def _calm(self) -> bool:
        """Whether what was asked for of the past has been read, and what comes now is new."""
        if self._opened and self._awaited_since is not None:
            waited = asyncio.get_running_loop().time() - self._awaited_since
            self._was_calm = self._was_calm or waited > _CALM_SECONDS
        return self._was_calm

    def _tell(self, item: Opened | Lost | Gap | End) -> None:
        if isinstance(item, Opened):
            self._opened, self._lost = item, None
        elif isinstance(item, Lost):
            self._lost = item
        elif isinstance(item, Gap):
            if self._masks:
                self._masks.tear()
            self._missing = item if item.cause is Cause.AWAY else self._missing
        else:
            self.ended = True
        for viewer in self.viewers:
            viewer.tell(item)

    async def _publish(self, batch: Batch) -> None:
        await self._wait_for_room()
        size = batch.size
        self._ring.add(batch, size)
        for viewer in self.viewers:
            viewer.offer(batch, size)

    async def _wait_for_room(self) -> None:
        """Until nobody is full who may still be waited for."""
        loop = asyncio.get_running_loop()
        while waited_for := [viewer for viewer in self.viewers if viewer.full and viewer.patience() > 0]:
            self._room.clear()
            began = loop.time()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(viewer.patience() for viewer in waited_for)):
                    await self._room.wait()
            for viewer in waited_for:
                viewer.charge(loop.time() - began)

    def _taken(self, viewer: Viewer) -> None:
        if len(self.viewers) == 1:
            viewer.forgive()
        self._room.set()

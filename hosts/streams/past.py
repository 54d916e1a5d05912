"""What has a log said so far? Read once, from here to its end, for a page or a download."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from hosts.access import Grant
from hosts.engine.errors import EngineError
from hosts.engine.frames import Batch
from hosts.engine.logs import End, LogQuery, Why, follow
from hosts.engine.wire import open_wire
from hosts.lines.redaction import Redactor
from hosts.streams.masks import hide_all
from hosts.streams.ring import Ring


async def read(grant: Grant, query: LogQuery, redactor: Redactor | None) -> AsyncGenerator[Batch | End, None]:
    """Batches, at last one End; raises EngineError when the engine fails on the way. `query` must follow nothing.

    Without a redactor credentials are shown too: whoever asks for that has the grant for it, and the trail says so.

    Not in bulk: only with its frames around it can an answer that was cut be told from a whole one.
    """
    masking = redactor.masking(torn=True) if redactor else None
    async with contextlib.aclosing(follow(lambda: open_wire(grant), grant.target.id, query)) as items:
        async for item in items:
            if isinstance(item, Batch):
                yield await hide_all(item, masking, redactor) if masking and redactor else item
            elif isinstance(item, End):
                yield item


async def last_lines(grant: Grant, query: LogQuery, seconds: float, redactor: Redactor) -> tuple[Batch, str]:
    """The newest lines, as many as a page may hold, and in words why there are no more; within so many seconds."""
    ring, why = Ring(), ""
    try:
        async with asyncio.timeout(seconds), contextlib.aclosing(read(grant, query, redactor)) as items:
            async for item in items:
                if isinstance(item, Batch):
                    ring.add(item, item.size)
                elif item.why is not Why.DONE:
                    why = item.sentence
    except EngineError as error:
        why = error.sentence
    except TimeoutError:
        why = ""
    return ring.tail(query.tail), why

"""Follows the rules of masking: a change reaches what is stored within seconds, and this process at once."""

from __future__ import annotations

import asyncio

import structlog

from hosts.inventory.masking import mask_some, rules_now
from hosts.watch.database import in_database

LOOK_SECONDS = 2.0
# So often it looks for rows of older rules though nothing has changed: a process that did not know yet may have
# written some.
_LOOK_ANYWAY = 30

log = structlog.get_logger(__name__)


async def follow() -> None:
    """Until cancelled."""
    done, idle = "", 0
    while True:
        try:
            rules = await in_database(rules_now)
            if rules != done or idle >= _LOOK_ANYWAY:
                idle = 0
                if written := await _all():
                    log.info("stored rows are masked again", rows=written, rules=rules)
                done = rules
        except Exception:
            log.exception("rows not masked again")
        idle += 1
        await asyncio.sleep(LOOK_SECONDS)


async def _all() -> int:
    """A batch at a time, so that what engines say meanwhile is written between them."""
    total = 0
    while some := await in_database(mask_some):
        total += some
        await asyncio.sleep(0)
    return total

"""What becomes of a failure over somebody's line? Logged now and then: a container may print millions."""

from __future__ import annotations

import logging
import time
import traceback

_EVERY_SECONDS = 60.0

log = logging.getLogger(__name__)

_said: dict[str, float] = {}


def failed(part: str, error: Exception) -> None:
    """A line could not be read by this part of ours. It is not told, nor the error's words, which may repeat it."""
    now = time.monotonic()
    if now - _said.get(part, -_EVERY_SECONDS) < _EVERY_SECONDS:
        return
    _said[part] = now
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    where = ", ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames)
    log.error("a line cannot be read, %s: %s at %s (said once a minute)", part, type(error).__name__, where)

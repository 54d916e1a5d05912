"""How far is a host's clock from ours? Told by the lines that it writes now: the quickest of them took hardly any time.

A line of old times, or one that was held up, only looks as if the clock were behind; so it takes many that all do.
"""

from __future__ import annotations

from collections import deque

from hosts.engine.cursor import nanoseconds

WORTH_SAYING = 1.0
_ENOUGH, _LATEST = 8, 50
# What a line takes from its clock to ours when all is well.
_USUAL = 0.05


class Skew:
    def __init__(self) -> None:
        self._delays: deque[float] = deque(maxlen=_LATEST)

    def heard(self, line: bytes, now: float) -> None:
        """The newest line of what came just now; `now` is our time, in seconds since 1970."""
        written = nanoseconds(line)
        if written is not None:
            self._delays.append(now - written / 1e9)

    @property
    def seconds(self) -> float:
        """By how much the clock is ahead of ours (negative: behind); 0 where that is too little to say, or unknown."""
        if len(self._delays) < _ENOUGH:
            return 0.0
        ahead = _USUAL - min(self._delays)
        return round(ahead, 1) if abs(ahead) >= WORTH_SAYING else 0.0

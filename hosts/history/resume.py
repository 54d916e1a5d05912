"""Where to go on reading a container's log, and which of the lines that then come again are kept already?

What is stored is the only mark there is, so that none can disagree with it. Reading goes on a while *before* the newest
line that is stored, for timestamps can be equal or out of order; of what then comes, each stored line of that while is
left out once.
"""

from __future__ import annotations

from array import array
from collections import Counter

from hosts.history.block import Block
from hosts.history.columns import HOLE, UNTIMED, Columns, no_times

OVERLAP = 10_000_000_000
_SECOND = 1_000_000_000

# A line's time, if it has one, and its text.
Key = tuple[int | None, bytes]


class Resume:
    """`since` is the time to read from (None is the beginning), `stored` the lines that are kept from there on."""

    def __init__(self, since: int | None, stored: list[Key]) -> None:
        self._since = since
        self._stored = Counter(stored)
        self._left = len(stored)
        self._newest = max((time for time, _text in stored if time is not None), default=0)
        self._known = False

    @property
    def since(self) -> str:
        """As the engine's API takes it."""
        return "" if self._since is None else f"{self._since // _SECOND}.{self._since % _SECOND:09d}"

    def unseen(self, columns: Columns) -> Columns:
        """Without the lines that are stored. When none of them has come again, the first new line bears HOLE."""
        if not self._left:
            return columns
        new = Columns(bytearray(), no_times(), [])
        for number, key in enumerate(_keys(columns.kinds, columns.times, columns.texts)):
            time = key[0]
            if not self._left or (time is not None and time > self._newest):
                rest = columns.part(number)
                if not self._known:
                    rest.kinds[0] |= HOLE
                self._left = 0
                return Columns(new.kinds + rest.kinds, new.times + rest.times, new.texts + rest.texts)
            if self._stored[key]:
                self._stored[key] -= 1
                self._left -= 1
                self._known = True
            elif time is None or self._since is None or time >= self._since:
                # Older lines come of engines that take whole seconds only.
                new.kinds.append(columns.kinds[number])
                new.times.append(columns.times[number])
                new.texts.append(columns.texts[number])
        return new


def a_while_before(at: int) -> int:
    return at - OVERLAP


def stored_since(blocks: list[Block], since: int) -> list[Key]:
    """The lines of the blocks that are not older, in their order."""
    found: list[Key] = []
    for block in blocks:
        if block.last_at >= since:
            keys = _keys(block.kinds, block.times, block.text.split(b"\n"))
            found += [key for key, time in zip(keys, block.times, strict=True) if time >= since]
    return found


def _keys(kinds: bytes | bytearray, times: array[int], texts: list[bytes]) -> list[Key]:
    return [(None if kind & UNTIMED else time, text) for kind, time, text in zip(kinds, times, texts, strict=True)]

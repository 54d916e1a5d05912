"""Where to go on reading a container's log, and which of the lines that then come again are kept already?

What is stored is the only mark there is, so that none can disagree with it. Reading goes on a while *before* the newest
line that is stored, for timestamps can be equal or out of order, and the stored lines of that while are laid against
those that come, one by one and in the engine's order.
"""

from __future__ import annotations

from hosts.history.block import Block
from hosts.history.columns import HOLE, UNTIMED, Columns

OVERLAP = 10_000_000_000
_SECOND = 1_000_000_000

Key = tuple[int | None, bytes]


class Resume:
    """`since` is the time to read from (None is the beginning), `seen` the stored lines from there on."""

    def __init__(self, since: int | None, seen: list[Key]) -> None:
        self._since = since
        self._seen = seen
        self._at = 0
        self._begun = False

    @property
    def since(self) -> str:
        """As the engine's API takes it."""
        return "" if self._since is None else f"{self._since // _SECOND}.{self._since % _SECOND:09d}"

    def unseen(self, columns: Columns) -> Columns:
        """Without the lines that are stored. When none of them came again, the first new line bears HOLE."""
        if not self._seen:
            return columns
        for number, key in enumerate(_keys(columns.kinds, columns.times, columns.texts)):
            if self._at < len(self._seen) and self._seen[self._at] == key:
                self._at += 1
            elif not self._begun and key[0] is not None and self._since is not None and key[0] < self._since:
                continue  # an engine that takes whole seconds only tells of older ones too
            elif not self._begun and key in self._seen:
                # The engine has dropped what was before this one meanwhile.
                self._at = self._seen.index(key) + 1
            else:
                new = columns.part(number)
                if not self._begun:
                    new.kinds[0] |= HOLE
                self._seen = []
                return new
            self._begun = True
        return Columns()


def stored_since(blocks: list[Block], since: int) -> list[Key]:
    """The lines of the blocks that are not older, in their order."""
    found: list[Key] = []
    for block in blocks:
        if block.last_at >= since:
            texts = block.text.split(b"\n")
            keys = _keys(block.kinds, block.times, texts)
            found += [key for key, time in zip(keys, block.times, strict=True) if time >= since]
    return found


def _keys(kinds: bytes | bytearray, times: object, texts: list[bytes]) -> list[Key]:
    return [
        (None if kind & UNTIMED else time, text)
        for kind, time, text in zip(kinds, times, texts, strict=True)  # type: ignore[call-overload]
    ]

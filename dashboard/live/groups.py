"""Which lines that go to a browser go on with the one above in their log? Told with each line; none is held back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from hosts.lines.grouping import CONTINUES, Grouper
from hosts.streams.pace import column

GOES_ON = 0x20  # set in the kind of a line that belongs to the one above it in its log


class Groups:
    """The groups of all logs of one socket, as it was given them."""

    def __init__(self) -> None:
        self._of: defaultdict[int, Grouper] = defaultdict(Grouper)

    def marked(self, kinds: Sequence[int], lines: Sequence[bytes], sources: Sequence[int] | None = None) -> bytearray:
        """The kinds, with GOES_ON where it applies."""
        found = bytearray(kinds)
        at: defaultdict[int, list[int]] = defaultdict(list)
        for place, source in enumerate(sources if sources is not None else [0] * len(lines)):
            at[source].append(place)
        for source, places in at.items():
            judged = self._of[source].feed([lines[place] for place in places], [kinds[place] for place in places])
            for place, judgement in zip(places, judged, strict=True):
                if judgement == CONTINUES:
                    found[place] |= GOES_ON
        return found

    async def marked_calmly(
        self, kinds: Sequence[int], lines: Sequence[bytes], sources: Sequence[int] | None = None
    ) -> bytes:
        """The same without holding the event loop."""

        def of(piece: slice) -> bytearray:
            return self.marked(kinds[piece], lines[piece], None if sources is None else sources[piece])

        return await column(lines, of)

    def restart(self, source: int = 0) -> None:
        """Lines are missing here: the next has nothing above it."""
        self._of.pop(source, None)

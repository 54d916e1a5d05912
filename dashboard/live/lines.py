"""How do lines travel to a browser? As bytes, with as little done for each as can be; docs/live.md has the layout."""

from __future__ import annotations

import datetime as dt
import json
import sys
from array import array
from collections.abc import Sequence

from hosts.engine.frames import stamp_of
from hosts.engine.logs import Gap
from hosts.lines.levels import levels
from hosts.streams.pace import column


def lines_message(
    number: int,
    kinds: bytes | bytearray,
    lines: list[bytes],
    *,
    timestamps: bool = True,
    sources: Sequence[int] | None = None,
    grades: bytes | None = None,
) -> bytes:
    """The head, and then columns: kinds, the logs' numbers (two bytes each), levels, and the lines themselves.

    `grades` are the levels as `graded` tells them, where they are wanted.
    """
    head: dict[str, object] = {"type": "lines", "seq": number, "count": len(lines)}
    columns = [bytes(kinds)]
    if sources is not None:
        head["sources"] = True
        numbers = array("H", sources)
        if sys.byteorder == "big":
            numbers.byteswap()
        columns.append(numbers.tobytes())
    if grades is not None:
        head["levels"] = True
        columns.append(grades)
    shown = lines if timestamps else [line[len(stamp_of(line)) :] for line in lines]
    return b"%b\n%b%b" % (json.dumps(head, separators=(",", ":")).encode(), b"".join(columns), b"\n".join(shown))


async def graded(lines: Sequence[bytes]) -> bytes:
    """The level of each line, told without holding the event loop."""
    return await column(lines, lambda piece: levels(lines[piece]))


def gap_told(gap: Gap) -> dict[str, str]:
    """The content of a message `gap`."""
    return {"since": _moment(gap.since), "until": _moment(gap.until), "why": gap.cause}


def _moment(at: int) -> str:
    return dt.datetime.fromtimestamp(at / 1e9, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

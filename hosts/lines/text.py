"""Which part of a line is its text? Without the engine's timestamp in front, and without colours.

A line is the engine's bytes, as `hosts.engine.frames` gives it. Nothing here decodes a line as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# The same shape that hosts.engine.frames takes for a timestamp; this layer stands below the engine's.
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) ")
# As a number, for that is how bytes are searched fastest.
_ESC = 0x1B
# Colours and cursor moves, titles and links (until BEL or ESC \), and the two-byte escapes.
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[@-Z\\^_])")


def stamp_length(line: bytes) -> int:
    """How many bytes the timestamp in front and the space after it take; 0 when there is none."""
    if line[29:31] == b"Z " and line[10] == 84 and line[19] == 46:  # T and the point: as Docker always writes it
        return 31
    match = _STAMP.match(line)
    return match.end() if match else 0


def texts(lines: Iterable[bytes]) -> list[bytes]:
    """The lines without their timestamps. About 0.2 s of CPU per million."""
    return [
        # The first half of stamp_length by itself: a call would double the time.
        line[31:] if line[29:31] == b"Z " and line[10] == 84 and line[19] == 46 else line[stamp_length(line) :]
        for line in lines
    ]


def plain(text: bytes) -> bytes:
    """The text without terminal escapes, as a person reads it."""
    return _ESCAPES.sub(b"", text) if _ESC in text else text


def as_bytes(text: bytes | str) -> bytes:
    """The text in UTF-8; what no UTF-8 can say (a lone surrogate) becomes a question mark."""
    return text.encode("utf-8", "replace") if isinstance(text, str) else text

"""Does a line go on with the one above? Stack traces and indented lines, told with the line itself and never later.

A line is judged by itself and by what came before it in the same stream, so nothing is ever held back. The traces are
those of Python, Java and its kin, Go, Node, Ruby, .NET, PHP and Rust, and whatever indents what belongs together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hosts.lines import traces
from hosts.lines.failing import failed
from hosts.lines.levels import level
from hosts.lines.text import plain, stamp_length
from hosts.lines.traces import Trace

BEGINS, CONTINUES = 0, 1
GROUP_LINES = 1000
# Whether a trace begins or goes on is seen near the beginning of a line, and nobody's line may take long.
LOOKED_AT = 4 << 10

_INDENTS = frozenset(b" \t")
# No trace begins with one of these, and most lines do.
_NO_TRACE_BEGINS = frozenset(b"0123456789{<( \t")
# After an indent, what is more likely a line of its own: a date, or a level as tracing writes it.
_OWN_LINE = re.compile(
    rb"\s+(?:\d{4}[-/.]\d\d[-/.]\d\d|\d\d:\d\d:\d\d|(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b)"
)
_SPLITS_KIND = 0x7F
_ESC = 0x1B


class Grouper:
    """The groups of one container's log; stdout and stderr are told apart. Lines go in once and in their order."""

    def __init__(self) -> None:
        self._streams: dict[int, _Stream] = {}

    def feed(self, lines: Sequence[bytes], kinds: Iterable[int]) -> bytes:
        """CONTINUES for each line that belongs to the last line of its kind, else BEGINS; with or without timestamps.
        Never raises.

        `kinds` are those of `hosts.engine.frames.Batch`. A group has at most GROUP_LINES lines; what has no line above
        it begins. About 1 s of CPU per million lines, 1.7 s when they begin with
        a word, 2.7 s within traces.
        """
        return bytes([self._take(kind & _SPLITS_KIND, line) for kind, line in zip(kinds, lines, strict=True)])

    def restart(self) -> None:
        """The next line has nothing above it that was seen."""
        self._streams.clear()

    def _take(self, kind: int, line: bytes) -> int:
        stream = self._streams.get(kind)
        if stream is None:
            stream = self._streams[kind] = _Stream()
        begin = stamp_length(line)
        try:
            return stream.take(line[begin : begin + LOOKED_AT])
        except Exception as error:  # noqa: BLE001 - whatever a line holds, it is shown: then by itself
            failed("group", error)
            self._streams.pop(kind, None)
            return BEGINS


class _Stream:
    __slots__ = ("head", "indented", "lines", "trace")

    def __init__(self) -> None:
        self.trace, self.indented, self.lines, self.head = Trace.NONE, False, 0, b""

    def take(self, text: bytes) -> int:
        if _ESC in text:
            text = plain(text)
        opens = bool(text) and text[0] not in _NO_TRACE_BEGINS and traces.may_open(text)
        if 0 < self.lines < GROUP_LINES and self._goes_on_with(text, opens):
            self.lines += 1
            return CONTINUES
        self.indented, self.lines, self.head = False, 1, text
        self.trace = traces.opened_by(text) if opens else Trace.NONE
        return BEGINS

    def _goes_on_with(self, text: bytes, opens: bool) -> bool:
        if not text or text.isspace():
            return self.trace is not Trace.NONE
        if text[0] in _INDENTS:
            return self._goes_on_indented(text)
        after = traces.goes_on(self.trace, text) if self.trace is not Trace.NONE else None
        if after:
            self.trace = after
            return True
        if self.indented and traces.goes_on_after_indent(text):
            return True
        return opens and self.trace is Trace.NONE and self._attaches(text)

    def _goes_on_indented(self, text: bytes) -> bool:
        if _OWN_LINE.match(text):
            return False
        self.indented = True
        if self.trace is Trace.NODE_SOURCE:
            self.trace = traces.goes_on(self.trace, text) or self.trace
        return True

    def _attaches(self, text: bytes) -> bool:
        """Whether a trace begins here that belongs to the message above it."""
        if not traces.belongs_to_the_line_above(text) and not (
            traces.follows_a_complaint(text) and level(self.head) in ("warn", "error", "fatal")
        ):
            return False
        self.trace = traces.opened_by(text)
        return True

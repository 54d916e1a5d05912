"""Regular expressions that people write, by RE2: time grows with the text and never explodes, whatever the pattern.

RE2 works on the lines' own bytes (UTF-8; a byte that is none matches nothing). It knows no back references and no
look-around, and says so. The only module that imports it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import re2

PATTERN_CHARACTERS = 500
# What a person writes needs some tens of steps, `\pL` a thousand, `\pL{200}` a quarter of a million. At worst a byte
# costs a nanosecond or two a step, so the largest that is taken still reads some thousands of lines a second.
_PROGRAM_SIZE = 1500
_MEMORY_BYTES = 8 << 20
_ANY_BYTE = re.compile(r"(?<!\\)(?:\\\\)*\\C")
# What asks for the beginning or end of the whole text, which a batch of lines has only once.
_OF_THE_WHOLE = re.compile(r"\\[Az]|\(\?[a-zA-Z-]*m")
_LINES_AT_ONCE = 500


class PatternError(ValueError):
    """The pattern cannot be used; `reason` is RE2's own word for it, in English, or empty when it is too large."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason or "The pattern is too large.")
        self.reason = reason


class Pattern:
    """One compiled pattern; raises PatternError. About 1.5 µs a line by itself, 0.4 µs a line in a batch."""

    __slots__ = ("_batch", "_capturing", "_line", "source")

    def __init__(self, source: str, *, ignore_case: bool = False, trusted: bool = False) -> None:
        """`trusted` is for what we write ourselves: of any size, and of bytes, so that broken UTF-8 hides nothing."""
        self.source = source
        if not trusted and len(source) > PATTERN_CHARACTERS:
            raise PatternError("")
        if _ANY_BYTE.search(source):
            raise PatternError("invalid escape sequence: \\C")
        self._line = _compiled(source, ignore_case, trusted)
        if not trusted and self._line.programsize > _PROGRAM_SIZE:
            raise PatternError("")
        self._capturing = _compiled(source, ignore_case, trusted, captures=True)
        batchable = not _OF_THE_WHOLE.search(source)
        self._batch = _compiled(f"(?m){source}", ignore_case, trusted) if batchable else None

    def matches(self, text: bytes) -> bool:
        """Whether it is found anywhere in the line."""
        return self._line.search(text) is not None

    def spans(self, text: bytes) -> Iterator[tuple[int, int]]:
        """Where it is found: the first group where there is one, else the whole match; never empty ones."""
        group = 1 if self._capturing.groups else 0
        for match in self._capturing.finditer(text):
            begin, end = match.span(group)
            if begin < end:
                yield begin, end

    def short_spans(self, text: bytes, most: int) -> Iterator[tuple[int, int, bool]]:
        """As `spans`, of a long text: a match of more bytes is given as a whole, and False with it.

        To find a match costs a nanosecond a byte or two, to find a group in it a hundred.
        """
        for whole in self._line.finditer(text):
            begin, end = whole.span()
            if end - begin > most:
                yield begin, end, False
            elif (match := self._capturing.match(text, begin, end)) is not None:
                begin, end = match.span(1 if self._capturing.groups else 0)
                if begin < end:
                    yield begin, end, True

    def among(self, texts: Sequence[bytes]) -> list[int]:
        """The places of the lines in which it is found."""
        if self._batch is None:
            return [place for place, text in enumerate(texts) if self._line.search(text) is not None]
        found = list[int]()
        for first in range(0, len(texts), _LINES_AT_ONCE):
            found += _places(self._batch.search, b"\n".join(texts[first : first + _LINES_AT_ONCE]), first)
        return found


class Patterns:
    """Trusted patterns of which a text is known to hold at least one: which of them are worth looking for?"""

    __slots__ = ("_all", "_set")

    def __init__(self, sources: Sequence[str]) -> None:
        self._set = re2.Set.SearchSet(_options(ignore_case=False, of_bytes=True, captures=False))
        for source in sources:
            self._set.Add(source.encode())
        self._set.Compile()
        self._all = range(len(sources))

    def likely(self, text: bytes) -> Sequence[int]:
        """The places of those that the text holds, or of all of them: RE2 gives up on a set when memory is short."""
        return self._set.Match(text) or self._all


def _places(search: Callable[[bytes, int], Any], joined: bytes, first: int) -> Iterator[int]:
    count, place, at = joined.count, first, 0
    while (match := search(joined, at)) is not None:
        begin = match.start()
        place += count(b"\n", at, begin)
        yield place
        at = joined.find(b"\n", begin) + 1
        if not at:
            return
        place += 1


def literal(text: str) -> Pattern:
    """The text itself in any case of its letters, by Unicode's rules."""
    return Pattern(re2.escape(text), ignore_case=True)


def _compiled(source: str, ignore_case: bool, of_bytes: bool, *, captures: bool = False) -> re2._Regexp:
    try:
        return re2.compile(source.encode("utf-8", "replace"), _options(ignore_case, of_bytes, captures))
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise PatternError(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)) from None


def _options(ignore_case: bool, of_bytes: bool, captures: bool) -> re2.Options:
    options = re2.Options()
    options.case_sensitive = not ignore_case
    options.never_capture = not captures
    options.never_nl = True
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    if of_bytes:
        options.encoding = re2.Options.Encoding.LATIN1
    return options

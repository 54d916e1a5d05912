"""Regular expressions that people write, by RE2: time grows with the text and never explodes, whatever the pattern.

RE2 works on the lines' own bytes (UTF-8; a byte that is none matches nothing). It knows no back references and no
look-around, and says so. The only module that imports it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import re2

PATTERN_CHARACTERS = 500
# What a person writes needs some tens of steps, `\pL` a thousand, `\pL{200}` a quarter of a million. At worst a byte
# costs some nanoseconds a step: so others must not wait while a line is looked through, which lets other threads run.
_PROGRAM_SIZE = 1500
# Compiling lets nobody else run. With so little memory RE2 gives up within a millisecond, whatever is written.
_PROBE_BYTES = 24 << 10
# What has passed that is small: with this the search of most is as fast as with more. Our own patterns are large.
_MEMORY_BYTES, _TRUSTED_BYTES = 256 << 10, 8 << 20
# What takes long before RE2 looks at its memory: large classes of characters, each of some hundred ranges and worth so
# many steps, and copies of what is counted.
_LARGE_CLASS, _COUNTED = re.compile(r"\\[pP]|[^\x00-\x7f]-|\}-"), re.compile(r"\{(?:[0-9]*,)?([0-9]+)(?:,)?\}")
_LARGE_CLASSES, _CLASS_SIZE, _COPIES = 6, 250, 600
# The patterns of one filter together.
EFFORT = 2 * _PROGRAM_SIZE
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

    def __init__(self, source: str, *, ignore_case: bool = False, trusted: bool = False) -> None:
        """`trusted` is for what we write ourselves: of any size, and of bytes, so that broken UTF-8 hides nothing."""
        if _ANY_BYTE.search(source):
            raise PatternError("invalid escape sequence: \\C")
        self.source, self._options = source, (ignore_case, trusted)
        # How many steps the program has, or what they are worth; what we write ourselves is not counted.
        self.size = 0 if trusted else _probed(source, ignore_case)
        if trusted:
            self._line, self._capturing, self._batch  # noqa: B018 - ours are ready from the start

    # Each form of the program only when it is needed: most patterns need one of them.

    @cached_property
    def _line(self) -> re2._Regexp:
        return _compiled(self.source, *self._options)

    @cached_property
    def _capturing(self) -> re2._Regexp:
        return _compiled(self.source, *self._options, captures=True)

    @cached_property
    def _batch(self) -> re2._Regexp | None:
        return None if _OF_THE_WHOLE.search(self.source) else _compiled(f"(?m){self.source}", *self._options)

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
        batch = self._batch
        if batch is None:
            search = self._line.search
            return [place for place, text in enumerate(texts) if search(text) is not None]
        found = list[int]()
        for first in range(0, len(texts), _LINES_AT_ONCE):
            found += _places(batch.search, b"\n".join(texts[first : first + _LINES_AT_ONCE]), first)
        return found


class Patterns:
    """Trusted patterns of which a text is known to hold at least one: which of them are worth looking for?"""

    __slots__ = ("_all", "_set")

    def __init__(self, sources: Sequence[str]) -> None:
        self._set = re2.Set.SearchSet(_options(ignore_case=False, of_bytes=True, captures=False, memory=_TRUSTED_BYTES))
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


class Effort:
    """What the patterns of one wish may cost together: each takes its part of it, or PatternError is raised."""

    __slots__ = ("_most", "spent")

    def __init__(self, most: int = EFFORT) -> None:
        self._most, self.spent = most, 0

    def take(self, pattern: Pattern) -> Pattern:
        self.spent += pattern.size
        if self.spent > self._most:
            raise PatternError("")
        return pattern


def literal(text: str) -> Pattern:
    """The text itself in any case of its letters, by Unicode's rules."""
    return Pattern(re2.escape(text), ignore_case=True)


def _probed(source: str, ignore_case: bool) -> int:
    """The size of a person's pattern, found in no more than some milliseconds; raises PatternError."""
    if len(source) > PATTERN_CHARACTERS:
        raise PatternError("")
    classes = len(_LARGE_CLASS.findall(source))
    # More than RE2 takes of one count is for RE2 to refuse, in its words.
    copies = sum(int(count[:4]) for count in _COUNTED.findall(source))
    if classes > _LARGE_CLASSES or (copies > _COPIES and source.count("{") > 1):
        raise PatternError("")
    size: int = _compiled(source, ignore_case, False, memory=_PROBE_BYTES).programsize
    if size > _PROGRAM_SIZE:
        raise PatternError("")
    return size + classes * _CLASS_SIZE


def _compiled(
    source: str, ignore_case: bool, of_bytes: bool, *, captures: bool = False, memory: int = 0
) -> re2._Regexp:
    memory = memory or (_TRUSTED_BYTES if of_bytes else _MEMORY_BYTES)
    try:
        return re2.compile(source.encode("utf-8", "replace"), _options(ignore_case, of_bytes, captures, memory))
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        # Not the pattern is wrong then.
        raise PatternError("" if reason.startswith("pattern too large") else reason) from None


def _options(ignore_case: bool, of_bytes: bool, captures: bool, memory: int) -> re2.Options:
    options = re2.Options()
    options.case_sensitive = not ignore_case
    options.never_capture = not captures
    options.never_nl = True
    options.max_mem = memory
    options.log_errors = False
    if of_bytes:
        options.encoding = re2.Options.Encoding.LATIN1
    return options

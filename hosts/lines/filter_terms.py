"""What may one term of a filter ask of a line? Each kind of term goes over a whole batch at once."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol

from hosts.lines.fields import Scalar, structured
from hosts.lines.levels import levels
from hosts.lines.patterns import Pattern
from hosts.lines.text import plain, texts

_ESC = 0x1B
_KIND = 0x7F
# What may stand in a timestamp, or reach over its end: such a word must be looked for behind it.
_MAY_BE_OF_A_STAMP = re.compile(r"[0-9TZ:.+-]*\Z|.*\s", re.S)


class Batch:
    """Lines of one source. What several terms need is worked out once, and only when it is asked for."""

    def __init__(self, lines: Sequence[bytes], kinds: Sequence[int], source: str) -> None:
        self.lines, self.kinds, self.source = lines, kinds, source

    @cached_property
    def coloured(self) -> frozenset[int]:
        return frozenset([place for place, line in enumerate(self.lines) if _ESC in line])

    def texts(self, at: Sequence[int]) -> list[bytes]:
        """The lines at these places as a person reads them: without timestamps and colours."""
        found = texts(self.lines if len(at) == len(self.lines) else [self.lines[place] for place in at])
        return list(map(plain, found)) if self.coloured else found


class Term(Protocol):
    """`kept` gives those of the places at which the line satisfies the term, in order; `negated` is the filter's."""

    cost: ClassVar[int]

    @property
    def negated(self) -> bool: ...

    def kept(self, batch: Batch, at: Sequence[int]) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Stream:
    """stdout or stderr."""

    wanted: frozenset[int]
    negated: bool = False
    cost: ClassVar[int] = 0

    def kept(self, batch: Batch, at: Sequence[int]) -> list[int]:
        return [place for place in at if batch.kinds[place] & _KIND in self.wanted]


@dataclass(frozen=True, slots=True)
class Source:
    """The name of where the lines come from: one of these names, each in the parts between its `*`."""

    names: tuple[Sequence[str], ...]
    negated: bool = False
    cost: ClassVar[int] = 0

    def kept(self, batch: Batch, at: Sequence[int]) -> list[int]:
        return list(at) if any(_has_parts(batch.source, parts) for parts in self.names) else []


def _has_parts(text: str, parts: Sequence[str]) -> bool:
    """Whether the text is these parts in their order, with anything between them."""
    if len(parts) == 1:
        return text == parts[0]
    first, *inner, last = parts
    if not text.startswith(first):
        return False
    at = len(first)
    for part in inner:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - len(last) >= at and text.endswith(last)


class Word:
    """A text somewhere in the line; without capital letters it matches either case."""

    cost: ClassVar[int] = 1

    def __init__(self, text: str, negated: bool = False, pattern: Pattern | None = None) -> None:
        """`pattern` is the text in either case, where `folds_beyond_ascii` says so."""
        self.text, self.negated = text, negated
        self._bytes, self._pattern = text.encode("utf-8", "replace"), pattern
        self._folds = _folds(text)
        self._anywhere = not _MAY_BE_OF_A_STAMP.match(text)

    @property
    def needle(self) -> bytes:
        """Bytes that a line must hold, in either case of ASCII letters; none where a line could do without."""
        return b"" if self.negated or self._pattern else self._bytes

    def kept(self, batch: Batch, at: Sequence[int]) -> list[int]:
        if self._pattern:
            return Regex(self._pattern).kept(batch, at)
        word, lines = self._bytes, batch.lines
        if self._folds:
            found = [place for place in at if lines[place].lower().find(word) >= 0]
        else:
            found = [place for place in at if lines[place].find(word) >= 0]
        if self._anywhere and not batch.coloured:
            return found
        # Escapes may stand within the word or look like it, and so may the timestamp.
        unsure = batch.coloured if self._anywhere else batch.coloured.union(found)
        ask = [place for place in at if place in unsure]
        kept = {place for place, text in zip(ask, batch.texts(ask), strict=True) if self._is_in(text)}
        return sorted(kept.union(place for place in found if place not in unsure))

    def _is_in(self, text: bytes) -> bool:
        return (text.lower() if self._folds else text).find(self._bytes) >= 0


def _folds(word: str) -> bool:
    return word == word.lower() and word != word.upper()


def folds_beyond_ascii(word: str) -> bool:
    """Whether a word needs a pattern to match either case: bytes know the letters of ASCII alone."""
    return _folds(word) and not word.isascii()


@dataclass(frozen=True, slots=True)
class Regex:
    """A pattern found somewhere in the line."""

    pattern: Pattern
    negated: bool = False
    cost: ClassVar[int] = 2

    def kept(self, batch: Batch, at: Sequence[int]) -> list[int]:
        return [at[place] for place in self.pattern.among(batch.texts(at))]


@dataclass(frozen=True, slots=True)
class Level:
    """The level that the line's shape tells; the codes are places in `LEVELS`."""

    wanted: frozenset[int]
    negated: bool = False
    cost: ClassVar[int] = 3

    def kept(self, batch: Batch, at: Sequence[int]) -> list[int]:
        lines, wanted = batch.lines, self.wanted
        found = levels([lines[place] for place in at])
        return [place for place, code in zip(at, found, strict=True) if code in wanted]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a structured line that holds something."""

    name: str
    holds: Callable[[Scalar], bool]
    negated: bool = False
    cost: ClassVar[int] = 4

    def kept(self, batch: Batch, at: Sequence[int]) -> list[int]:
        # JSON may write a letter as \u0061; otherwise the last part of the name must stand there as it is.
        sign = self.name.rpartition(".")[2].encode("utf-8", "replace")
        lines = batch.lines
        worth = [place for place in at if lines[place].find(sign) >= 0 or lines[place].find(b"\\u") >= 0]
        return [place for place, text in zip(worth, batch.texts(worth), strict=True) if self._holds(text)]

    def _holds(self, text: bytes) -> bool:
        found = structured(text)
        return found is not None and self.name in found.fields and self.holds(found.fields[self.name])


_ORDERS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?", re.A)
_DURATION_PART = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)(h|ms|m|s|us|µs|ns)", re.A)
_DURATION = re.compile(rf"(?:{_DURATION_PART.pattern})+", re.A)


def number(value: Scalar) -> tuple[float, bool] | None:
    """A number, and whether it is a duration (then in seconds); None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value), False
    if _NUMBER.fullmatch(value):
        return float(value), False
    if len(value) < 60 and _DURATION.fullmatch(value):
        return sum(float(count) * _SECONDS[unit] for count, unit in _DURATION_PART.findall(value)), True
    return None


def as_text(value: Scalar) -> str:
    """A field's value as JSON and logfmt write it."""
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or value is True or value is False
        else str(value)
    )


def compares(sign: str, bound: tuple[float, bool]) -> Callable[[Scalar], bool]:
    """Whether a value is on the asked side of the bound; durations compare with durations, numbers with numbers."""
    order = _ORDERS[sign]

    def holds(value: Scalar) -> bool:
        found = number(value)
        return found is not None and found[1] == bound[1] and order(found[0], bound[0])

    return holds


def equals(text: str) -> Callable[[Scalar], bool]:
    """Smart-case, as words are; 500 equals "500" and 500.0."""
    folds, bound = text == text.lower(), number(text)

    def holds(value: Scalar) -> bool:
        said = as_text(value)
        return (said.lower() if folds else said) == text or (bound is not None and number(value) == bound)

    return holds

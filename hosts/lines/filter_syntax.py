"""How is a filter written? From its text to its terms, or to a sentence that says what is wrong and where."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from hosts.lines.fields import Scalar
from hosts.lines.filter_terms import (
    Field,
    Level,
    Regex,
    Source,
    Stream,
    Term,
    Word,
    as_text,
    compares,
    equals,
    folds_beyond_ascii,
    number,
)
from hosts.lines.level_words import LEVELS, NAMED
from hosts.lines.patterns import Effort, Pattern, PatternError, literal
from hosts.lines.wording import gettext_noop

FILTER_CHARACTERS, TERMS = 1000, 30

_STREAMS = {"stdout": 1, "stderr": 2}
_CONDITION = re.compile(r"([A-Za-z_@](?:[\w.@/-]*\w)?)(>=|<=|!=|!~|=|>|<|~)", re.A)
_OURS = re.compile(r"(level|stream|source)(:|>=|<=|!=|=|>|<)")
_SLASHES = re.compile(r"/((?:[^/\\]|\\.)+)/(i?)(?=\s|\Z)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SPACE = re.compile(r"\s")


class FilterError(ValueError):
    """What is wrong with a filter: `gettext(error.message) % error.values`, at the character `position` (from 0)."""

    def __init__(self, message: str, position: int, values: Mapping[str, str] | None = None) -> None:
        self.message, self.position, self.values = message, position, dict(values or {})
        super().__init__(message % self.values)


def parsed(text: str) -> tuple[tuple[Term, ...], bool]:
    """The terms, the cheap ones first, and whether there are patterns among them."""
    if len(text) > FILTER_CHARACTERS:
        raise FilterError(gettext_noop("The filter is too long."), FILTER_CHARACTERS)
    reader = _Reader(text.encode("utf-8", "replace").decode())
    terms = list(islice(iter(reader.term, None), TERMS + 1))
    if len(terms) > TERMS:
        raise FilterError(gettext_noop("The filter has too many terms."), reader.at)
    return tuple(sorted(terms, key=lambda term: term.cost)), reader.effort.spent > 0


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0
    effort: Effort = field(default_factory=Effort)

    def term(self) -> Term | None:
        """The next term; None at the end."""
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1
        if self.at == len(self.text):
            return None
        begin = self.at
        negated = self.text[self.at] == "-"
        if negated:
            self.at += 1
            if not self.text[self.at : self.at + 1].strip():
                raise FilterError(gettext_noop("Say after “-” what to leave out."), begin)
        return self._ours(negated) or self._pattern(negated) or self._field(negated) or self._word(negated)

    def _ours(self, negated: bool) -> Term | None:
        """`level`, `stream` or `source`."""
        match = _OURS.match(self.text, self.at)
        if match is None:
            return None
        self.at = begin = match.end()
        name, sign = match.groups()
        values = self._value().split(",")
        negated = negated != (sign == "!=")
        if name == "level":
            return Level(_levels(sign, values, begin), negated)
        if sign not in (":", "=", "!="):
            raise FilterError(gettext_noop("“%(name)s” goes with “:”, “=” or “!=”."), match.start(2), {"name": name})
        if not all(values):
            raise FilterError(gettext_noop("Say a value after “%(sign)s”."), begin, {"sign": sign})
        if name == "stream":
            return Stream(_streams(values, begin), negated)
        return Source(tuple(value.split("*") for value in values), negated)

    def _pattern(self, negated: bool) -> Term | None:
        """Between slashes; `/api/users` and a lone `/api` are words."""
        match = _SLASHES.match(self.text, self.at)
        if match is None:
            return None
        begin, self.at = self.at, match.end()
        return Regex(
            self._compiled(lambda: Pattern(match[1].replace("\\/", "/"), ignore_case=bool(match[2])), begin + 1),
            negated,
        )

    def _field(self, negated: bool) -> Term | None:
        match = _CONDITION.match(self.text, self.at)
        if match is None:
            return None
        self.at = begin = match.end()
        name, sign = match.groups()
        value = self._value()
        # `!=` is not the opposite of `=`: both want the field to be there.
        return Field(name, self._condition(sign, value, begin), negated)

    def _word(self, negated: bool) -> Term:
        begin = self.at
        word = self._value()
        if not word:
            raise FilterError(gettext_noop("There is nothing between the quotation marks."), begin)
        pattern = self._compiled(lambda: literal(word), begin) if folds_beyond_ascii(word) else None
        return Word(word, negated, pattern)

    def _value(self) -> str:
        """What comes next: a quotation, or everything up to a space."""
        if self.text[self.at : self.at + 1] != '"':
            begin, space = self.at, _SPACE.search(self.text, self.at)
            self.at = space.start() if space else len(self.text)
            return self.text[begin : self.at]
        quoted = _QUOTED.match(self.text, self.at)
        if quoted is None:
            raise FilterError(gettext_noop("The quotation that begins here has no end."), self.at)
        self.at = quoted.end()
        return re.sub(r'\\(["\\])', r"\1", quoted[1])

    def _condition(self, sign: str, value: str, begin: int) -> Callable[[Scalar], bool]:
        if sign in ("~", "!~"):
            found = self._compiled(lambda: Pattern(value), begin).matches
            wanted = sign == "~"
            return lambda scalar: found(as_text(scalar).encode()) is wanted
        if sign in ("=", "!="):
            is_equal, wanted = equals(value), sign == "="
            return lambda scalar: is_equal(scalar) is wanted
        bound = number(value)
        if bound is None:
            raise FilterError(
                gettext_noop("“%(sign)s” goes with a number or a duration, such as 500 or 1.5s."), begin, {"sign": sign}
            )
        return compares(sign, bound)

    def _compiled(self, make: Callable[[], Pattern], begin: int) -> Pattern:
        try:
            pattern = make()
        except PatternError as error:
            if not error.reason:
                raise FilterError(gettext_noop("This pattern is too large."), begin) from None
            message = gettext_noop("This pattern cannot be read: %(reason)s.")
            raise FilterError(message, begin, {"reason": error.reason}) from None
        try:
            return self.effort.take(pattern)
        except PatternError:
            raise FilterError(gettext_noop("The patterns of this filter are too large together."), begin) from None


def _levels(sign: str, words: list[str], begin: int) -> frozenset[int]:
    codes = []
    for word in words:
        code = 0 if word.lower() == "unknown" else NAMED.get(word.lower())
        if code is None:
            raise FilterError(
                gettext_noop("There is no level “%(word)s”. There are %(levels)s and unknown."),
                begin,
                {"word": word[:40], "levels": ", ".join(LEVELS[1:])},
            )
        codes.append(code)
    if sign in (":", "=", "!="):
        return frozenset(codes)
    if len(codes) > 1 or 0 in codes:
        raise FilterError(gettext_noop("“%(sign)s” goes with one level."), begin, {"sign": sign})
    holds = compares(sign, (float(codes[0]), False))
    return frozenset(code for code in range(1, len(LEVELS)) if holds(code))


def _streams(words: list[str], begin: int) -> frozenset[int]:
    for word in words:
        if word.lower() not in _STREAMS:
            raise FilterError(
                gettext_noop("There is no stream “%(word)s”: it is stdout or stderr."), begin, {"word": word[:40]}
            )
    return frozenset(_STREAMS[word.lower()] for word in words)

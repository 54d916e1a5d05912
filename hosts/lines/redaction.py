"""What must not be read by everybody? Credentials in lines are hidden behind `•••`, and all the rest is kept.

Whoever may not see a line unmasked must not search it unmasked either: mask first, then filter, group and tell fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hosts.lines.credentials import BUILT_IN, PEM_BEGINS, PEM_BODY, PEM_ENDS, PEM_REST, Rule, is_base64
from hosts.lines.patterns import Pattern, Patterns
from hosts.lines.text import as_bytes, plain, texts

MASK = "•••"
RESULT_BYTES = 64 << 10
OWN_RULES = 50
_MASK, _BULLET = MASK.encode(), "•".encode()
_ESC = 0x1B
# What a mask leaves may look like something to hide again; a line that never settles is hidden as a whole.
_PASSES = 8
# A line may cost a few milliseconds, whatever it holds: of so many values of one kind, and of so many that only look
# like one, the rest of the line is hidden as a whole. So is what one value takes when it is longer than this.
_VALUES, _LOOKALIKES = 100, 200
_LONG_BYTES = 2 << 10
# Longer runs of blanks are drawn together where something is hidden: what is between a name and its value is looked at
# byte for byte.
_BLANKS = re.compile(rb"[ \t]{65,}")
# A private key of 16,384 bits has 200 lines.
KEY_LINES = 250
_KEY_BEGINS, _KEY_ENDS = re.compile(PEM_BEGINS), re.compile(PEM_ENDS)
_ANY_BUILT_IN = Pattern(
    "|".join(f"(?:{rule.pattern.source})" for rule in BUILT_IN) + f"|{PEM_BEGINS.decode()}", trusted=True
)
_WHICH_BUILT_IN = Patterns([rule.pattern.source for rule in BUILT_IN])


def own_rule(name: str, pattern: str) -> Rule:
    """A rule that hides what the pattern's first group finds, or without groups all it finds. Raises PatternError."""
    return Rule(name, Pattern(pattern))


class Redactor:
    """The built-in rules and own ones. It holds no state: one serves any number of logs and threads."""

    def __init__(self, own: Iterable[Rule] = ()) -> None:
        self._own = tuple(own)
        self.has_own = bool(self._own)

    def mask(self, text: bytes) -> tuple[bytes, int]:
        """The text with every value hidden, and how many were; the text itself when there is none.

        It is never longer than before or RESULT_BYTES, whichever is more, and masking it again changes nothing. A
        coloured line loses its colours when something in it is hidden. A text without its timestamp is expected; about
        1.6 µs when there is nothing to hide, 35 µs when there is.
        """
        if _ESC not in text and not self._own:
            if not _ANY_BUILT_IN.matches(text):
                return text, 0
        elif not self.among([text]):
            return text, 0
        return self.hide(text)

    def hide(self, text: bytes) -> tuple[bytes, int]:
        """As `mask`, of a text that is known to be `among` those that may hold something."""
        masked, count = self._settled(_valid(plain(text)))
        if not count and _ESC in text and self._spans(text)[0]:
            return masked, 1  # it stood within an escape, and goes with it
        return (masked, count) if count else (text, 0)

    def mask_text(self, text: str) -> tuple[str, int]:
        """The same for a text that has been decoded."""
        masked, count = self.mask(as_bytes(text))
        return (masked.decode("utf-8", "replace"), count) if count else (text, 0)

    def masking(self, *, torn: bool = False) -> Masking:
        """For the lines of one log in their order; it also hides private keys that go over many lines.

        `torn` where they may begin in the middle of one, as a tail does.
        """
        return Masking(self, torn=torn)

    def among(self, lines: Sequence[bytes]) -> list[int]:
        """The places of all lines in which something may have to be hidden, and of few others."""
        readable = [plain(line) if _ESC in line else line for line in lines]
        found = set(_ANY_BUILT_IN.among(readable))
        for place, line in enumerate(lines):
            # A link or title within an escape may hold what the text does not show.
            if _ESC in line and _ANY_BUILT_IN.matches(line):
                found.add(place)
        if self._own:
            valid = list(map(_valid, readable))
            found.update(*(rule.pattern.among(valid) for rule in self._own))
        return sorted(found)

    def spans(self, text: bytes) -> list[tuple[int, int]]:
        """What is to be hidden at first sight, in order and apart from each other; what these leave is for `mask`."""
        found, ends = self._spans(text)
        return _joined(text, [*found, (ends, len(text))])

    def _settled(self, text: bytes) -> tuple[bytes, int]:
        bound, total = max(len(text), RESULT_BYTES), 0
        text = _BLANKS.sub(b" " * 64, text)
        for _pass in range(_PASSES):
            found, ends = self._spans(text)
            spans = _joined(text, [*found, (ends, len(text))])
            if not spans:
                return text, total
            text = _shortened(_hidden(text, spans), bound)
            total += len(spans)
        return _MASK, total

    def _spans(self, text: bytes) -> tuple[list[tuple[int, int]], int]:
        """What the rules hide, and from where on the rest of the line is hidden as a whole: mostly its end."""
        likely = _WHICH_BUILT_IN.likely(text) if _ANY_BUILT_IN.matches(text) else ()
        found, ends = list[tuple[int, int]](), len(text)
        for rule in (*(BUILT_IN[place] for place in likely), *self._own):
            ends = min(ends, _look(rule, text[:ends] if ends < len(text) else text, found))
        return found, ends


def _look(rule: Rule, text: bytes, found: list[tuple[int, int]]) -> int:
    """Add what one rule hides; gives back how far it has looked."""
    values, lookalikes = _VALUES, _LOOKALIKES
    for begin, end, is_value in (
        rule.pattern.short_spans(text, _LONG_BYTES)
        if len(text) > _LONG_BYTES
        else ((begin, end, True) for begin, end in rule.pattern.spans(text))
    ):
        if is_value and rule.hides is not None and not rule.hides(text, begin, end):
            lookalikes -= 1
        elif values:
            found.append((begin, end))
            values -= 1
        if not values or not lookalikes:
            return end
    return len(text)


class Masking:
    """One log on its way to those who may not see credentials."""

    def __init__(self, redactor: Redactor, *, torn: bool = False) -> None:
        self._redactor = redactor
        self.built_in = not redactor.has_own
        self._key_lines = 0
        self._rest = _Rest() if torn else None

    def tear(self) -> None:
        """Lines are missing here, and among them may be the first one of a key."""
        self._rest = _Rest()

    def lines(self, lines: Sequence[bytes]) -> tuple[Sequence[bytes], int]:
        """The lines with their timestamps, every value hidden, and how many were; the same object when there is none.

        About 0.5 s of CPU per million lines without anything to hide, and 0.2 s more for each own rule.
        """
        parts = texts(lines)
        if self._rest and parts:
            self._key_lines = max(self._key_lines, self._rest.among(parts))
            self._rest = self._rest if self._rest.left else None
        suspects = self._redactor.among(parts)
        if not suspects and not self._key_lines:
            return lines, 0
        found, total, among = list(lines), 0, set(suspects)
        for place in range(len(lines)) if self._may_hold_a_key(parts, suspects) else suspects:
            masked, count = self._masked(parts[place], place in among)
            if count:
                found[place] = lines[place][: len(lines[place]) - len(parts[place])] + masked
                total += count
        return (found, total) if total else (lines, 0)

    def _may_hold_a_key(self, parts: Sequence[bytes], suspects: Sequence[int]) -> bool:
        return self._key_lines > 0 or any(_KEY_BEGINS.search(parts[place]) for place in suspects)

    def _masked(self, text: bytes, is_suspect: bool) -> tuple[bytes, int]:
        within_key = 0
        if self._key_lines:
            self._key_lines -= 1
            if text.find(b"-----END ") >= 0:
                self._key_lines = 0
            elif spans := _joined(text, PEM_BODY.spans(text)):
                text, within_key = _hidden(text, spans), len(spans)
        begun = [match.end() for match in _KEY_BEGINS.finditer(text)]
        if begun and text.find(b"-----END ", begun[-1]) < 0:
            self._key_lines = KEY_LINES
        masked, count = self._redactor.hide(text) if is_suspect or within_key else self._redactor.mask(text)
        return masked, count + within_key


class _Rest:
    """A key whose beginning was never seen: all before its last line, and until that comes what looks like it."""

    def __init__(self) -> None:
        self.left = KEY_LINES
        self._goes_on, self._is_sure = True, False

    def among(self, parts: Sequence[bytes]) -> int:
        """How many of the next lines, from the first on, are of a key."""
        looked_at = parts[: self.left]
        self.left -= len(looked_at)
        for place, text in enumerate(looked_at):
            if end := _KEY_ENDS.search(text):
                self.left = 0
                return 0 if _KEY_BEGINS.search(text, 0, end.start()) else place + 1
            if _KEY_BEGINS.search(text):
                self.left = 0
                break
        run = 0
        while self._goes_on and run < len(looked_at):
            self._goes_on = self._may_be_of_one(plain(looked_at[run]))
            run += self._goes_on
        return run

    def _may_be_of_one(self, text: bytes) -> bool:
        if self._is_sure:
            return PEM_BODY.matches(text)
        found = (text[begin:end] for pattern in PEM_REST for begin, end in pattern.spans(text))
        self._is_sure = any(value.endswith(b"=") or is_base64(value) for value in found)
        return self._is_sure


def _joined(text: bytes, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, with those that touch made one, and without those that are hidden already."""
    whole: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if whole and begin <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(end, whole[-1][1])
        else:
            whole.append((begin, end))
    return [(begin, end) for begin, end in whole if text[begin:end].replace(_BULLET, b"")]


def _hidden(text: bytes, spans: Sequence[tuple[int, int]]) -> bytes:
    parts, at = list[bytes](), 0
    for begin, end in spans:
        parts += (text[at:begin], _MASK)
        at = end
    return b"".join((*parts, text[at:]))


def _shortened(text: bytes, bound: int) -> bytes:
    return text if len(text) <= bound else text[:bound].decode("utf-8", "ignore").encode()


def _valid(text: bytes) -> bytes:
    """Characters only, for people's patterns do not see through broken ones."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode("utf-8", "replace").encode()
    return text

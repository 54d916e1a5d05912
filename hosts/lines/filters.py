"""Which lines does a person want to see? A filter in words, compiled once and asked of whole batches.

    timeout "connection reset" -healthz /5[0-9]+/i level>=warn stream:stderr source:web-* status>=500
    path~^/api user=ada

Terms are separated by spaces, and a line must satisfy all of them; `-` before a term turns it round. Words and phrases
are smart-case: without a capital letter they match either case. `/…/` is a pattern of RE2, with `i` in any case.
`level` is what `hosts.lines.levels` says, or `unknown`; `level`, `stream` and `source` take several values with commas,
and `source` takes `*`. Any other `name=value` asks for a field of a JSON or logfmt line (`=`, `!=`, `>`, `>=`, `<`,
`<=`, `~` pattern, `!~`); numbers and durations (`took>1.5s`) are compared as such, and a line without the field does
not satisfy it. Quotation marks make plain text of anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hosts.lines.failing import failed
from hosts.lines.filter_syntax import FILTER_CHARACTERS, FilterError, parsed
from hosts.lines.filter_terms import Batch, Term, Word

__all__ = ["FILTER_CHARACTERS", "Filter", "FilterError"]


@dataclass(frozen=True, slots=True)
class Filter:
    """A compiled filter. It holds no state: one may serve any number of logs and threads."""

    text: str
    terms: tuple[Term, ...]
    # Whether it looks for patterns: they may take long on a hostile line, and let other threads run meanwhile.
    has_patterns: bool = False

    @classmethod
    def parse(cls, text: str) -> Filter:
        """Raises FilterError. An empty text is a filter that every line passes."""
        return cls(text, *parsed(text))

    @property
    def words(self) -> tuple[str, ...]:
        """The words and phrases that a line must hold, to be marked in it."""
        return tuple(term.text for term in self.terms if isinstance(term, Word) and not term.negated)

    @property
    def needles(self) -> tuple[bytes, ...]:
        """What the bytes of a line without escapes must hold to pass, whatever the case of their ASCII letters."""
        return tuple(found for term in self.terms if isinstance(term, Word) and (found := term.needle))

    def select(self, lines: Sequence[bytes], kinds: Sequence[int], source: str = "") -> list[int]:
        """The places of the lines that pass, in order: the engine's lines, with or without timestamps, and their kinds.

        CPU per million lines of 130 bytes of which few pass: a word 0.3 s, a pattern 0.4 s (4 s if all pass), a level
        3 s, a field 0.4 s where its name does not occur and 10 s where it does. Cheap terms go first and leave less to
        the others. The search of patterns lets other threads run. A line over which a term fails passes: it is shown.
        """
        try:
            return self._selected(Batch(lines, kinds, source))
        except Exception as error:  # noqa: BLE001 - whatever a line holds, it is shown
            failed("filter", error)
            return [
                place
                for place, line in enumerate(lines)
                if self._passes_or_fails(Batch([line], [kinds[place]], source))
            ]

    def _passes_or_fails(self, one: Batch) -> bool:
        try:
            return bool(self._selected(one))
        except Exception:  # noqa: BLE001 - see `select`
            return True

    def _selected(self, batch: Batch) -> list[int]:
        at: Sequence[int] = range(len(batch.lines))
        for term in self.terms:
            if not at:
                break
            kept = term.kept(batch, at)
            if term.negated:
                dropped = set(kept)
                kept = [place for place in at if place not in dropped]
            at = kept
        return list(at)

    def matches(self, line: bytes, kind: int = 1, source: str = "") -> bool:
        """Whether one line passes; a batch costs far less by `select`."""
        return bool(self.select((line,), (kind,), source))

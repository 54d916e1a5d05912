"""From when to when are lines kept? So that an engine is asked only for the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from hosts.history.limits import with_totals
from hosts.history.sources import Source

_MOST_IN_A_QUERY = 500


class Reach(NamedTuple):
    """Times of the first and of the last line; newer ones may have come since. `dropped`: older ones were kept once."""

    first: int
    last: int
    dropped: bool


def reaches(sources: Iterable[Source]) -> dict[int, Reach]:
    """By the sources' `pk`; nothing of one without lines."""
    keys = [source.pk for source in sources]
    found: dict[int, Reach] = {}
    for start in range(0, len(keys), _MOST_IN_A_QUERY):
        for kept in with_totals().filter(pk__in=keys[start : start + _MOST_IN_A_QUERY]):
            if (reach := _reach(kept)) is not None:
                found[kept.pk] = reach
    return found


def _reach(kept: Any) -> Reach | None:
    """Of a row with its totals."""
    firsts = [at for at in (kept.chunk_first, kept.open_first) if at is not None]
    lasts = [at for at in (kept.chunk_last, kept.open_last) if at is not None]
    return Reach(min(firsts), max(lasts), kept.dropped_at is not None) if firsts and lasts else None

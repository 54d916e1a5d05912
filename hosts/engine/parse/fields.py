"""Takes one value of a hostile JSON as what it should be: bounded, storable, and empty where it is something else."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

from hosts.engine import reasons
from hosts.engine.errors import BadAnswer, cut
from hosts.lines.unseen import visible

_Fact = TypeVar("_Fact")

NAME = 255
TEXT = 4096
MANY = 1000
_INT32 = 2**31 - 1
_INT64 = 2**63 - 1
# Databases take neither NUL nor half a surrogate pair, and JSON can spell both.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?")


def record(value: Any) -> dict[str, Any]:
    """A JSON object; anything else is no answer of an engine."""
    if not isinstance(value, dict):
        raise reasons.bad_answer()
    return value


def part(value: Any, *names: str) -> dict[str, Any]:
    """The object found by following the names, or an empty one."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def array(value: Any) -> list[Any]:
    """A JSON array, or an empty list (Docker writes null for none)."""
    return value if isinstance(value, list) else []


def rows(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list that must be one; what stands in it and is no object is left out."""
    if value is not None and not isinstance(value, list):
        raise reasons.bad_answer()
    return (row for row in value or () if isinstance(row, dict))


def facts(value: Any, read: Callable[[Any], _Fact]) -> list[_Fact]:
    """The facts of a list; one that cannot be read is left out, so that it does not hide the others."""
    found = []
    for row in rows(value):
        with contextlib.suppress(BadAnswer):
            found.append(read(row))
    return found


def text(value: Any, limit: int = TEXT) -> str:
    """What nobody would see is made visible, so that no name looks like another."""
    if not isinstance(value, str):
        return ""
    if not (value.isascii() and value.isprintable()):
        # Long texts are no names: there joined letters and faces may stay together.
        value = visible(_UNSTORABLE.sub("\ufffd", value), name=limit < TEXT)
    return cut(value, limit)


def key(value: Any) -> str:
    """An id or name without which there is no object."""
    found = text(value, NAME)
    if not found:
        raise reasons.bad_answer()
    return found


def number(value: Any, limit: int = _INT64) -> int:
    """A whole number within the limit on both sides, 0 where there is none."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or (isinstance(value, float) and not math.isfinite(value))
    ):
        return 0
    return max(-limit, min(limit, int(value)))


def small(value: Any) -> int:
    """A number that fits into four bytes."""
    return number(value, _INT32)


def texts(value: Any, limit: int = NAME) -> tuple[str, ...]:
    return tuple(text(each, limit) for each in array(value)[:MANY] if isinstance(each, str) and each)


def labels(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    pairs = sorted((text(name, NAME), text(each)) for name, each in list(value.items())[:MANY])
    return dict(pairs)


def moment(value: Any) -> datetime | None:
    """An RFC 3339 time, cut to microseconds, or seconds since 1970; None for Go's zero time and for nonsense."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC) if value > 0 else None
        match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            return None
        year, month, day, hour, minute, second = map(int, match.groups()[:6])
        zone = (match[8] or "Z").replace("Z", "+00:00")
        offset = datetime.strptime(zone.replace(":", ""), "%z").tzinfo
        micro = int(float(match[7] or "0") * 1_000_000)
        found = datetime(year, month, day, hour, minute, min(second, 59), micro, offset).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.year > 1 else None

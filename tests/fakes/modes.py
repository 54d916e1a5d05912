"""The ways in which a made-up engine misbehaves, and what each does to an answer."""

import itertools
from collections.abc import Callable
from enum import StrEnum

PAYLOADS = (
    "<script>window.pwned=1</script>",
    '"><img src=x onerror="window.pwned=1">',
    "{{7*7}}{% debug %}",
    "javascript:window.pwned=1",
    "'-window.pwned=1-'",
    "</title></textarea><svg onload=window.pwned=1>",
    '" hx-get="/pwned" hx-trigger="load" x="',
    "\x1b]52;c;cHduZWQ=\x07\u202egnp.exe\r\n\x00",
)
HUGE = "A" * 10_000_000
GARBAGE = b"\x89PNG\r\n\x1a\n\xff\xfe\x00<<<not json at all>>>\xc3\x28"


class Mode(StrEnum):
    OK = "ok"
    HANG = "hang"  # accepts the connection and the request, and never answers
    SLOW = "slow"  # answers after `delay` seconds
    GARBAGE = "garbage"  # bytes that are no JSON, called JSON
    HALF = "half"  # a complete answer whose JSON stops in the middle
    CUT = "cut"  # an answer whose connection ends in the middle
    EMPTY = "empty"  # 200 and nothing
    WRONG = "wrong"  # JSON of another shape: what should be a list is an object, and the other way round
    ERROR = "error"  # 500 with an engine's error message
    HTML = "html"  # markup and script in every text
    HUGE = "huge"  # 10 MB texts in the first container, the first image and the engine's name
    OLD = "old"  # speaks API 1.40 at most
    NEW = "new"  # speaks API 1.99, and 1.44 at least
    OTHER_ID = "other_id"  # says it is another engine than before


def mangler(mode: Mode) -> Callable[[str], str]:
    """What the mode makes of a text that a person could have chosen."""
    if mode is Mode.HTML:
        payloads = itertools.cycle(PAYLOADS)
        return lambda text: next(payloads) + text
    return str


def versions(mode: Mode) -> tuple[str, str]:
    """(newest, oldest) API version the engine speaks."""
    if mode is Mode.OLD:
        return "1.40", "1.12"
    if mode is Mode.NEW:
        return "1.99", "1.44"
    return "1.47", "1.24"

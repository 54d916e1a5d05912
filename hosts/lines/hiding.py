"""Masking that never fails open: where it cannot tell what is secret in a line, the line is hidden as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from hosts.lines.credentials import PEM_BODY
from hosts.lines.failing import failed
from hosts.lines.redaction import MASK, Masking, Redactor
from hosts.lines.text import stamp_length

_MASK = MASK.encode()
_OF_A_KEY = b"PRIVATE KEY"


def hide(lines: Sequence[bytes], masking: Masking, redactor: Redactor) -> tuple[Sequence[bytes], int]:
    """As `Masking.lines`, which goes over one log in its order; never raises. `redactor` is that of the masking."""
    try:
        return masking.lines(lines)
    except Exception as error:  # noqa: BLE001 - a stream goes on, whatever a line holds
        failed("redaction", error)
    # What it knew of the lines before may be wrong now: a key may go on here.
    masking.tear()
    found = [_alone(line, redactor) for line in lines]
    return [line for line, _count in found], sum(count for _line, count in found)


def _alone(line: bytes, redactor: Redactor) -> tuple[bytes, int]:
    at = stamp_length(line)
    stamp, text = line[:at], line[at:]
    try:
        masked, count = redactor.mask(text)
        is_safe = _OF_A_KEY not in text and not PEM_BODY.matches(text)
    except Exception:  # noqa: BLE001 - told already
        is_safe, masked, count = False, _MASK, 1
    return (stamp + masked, count) if is_safe else (stamp + _MASK, 1)

"""Which version of the API do we speak with this engine? The newest that both know, or a refusal in words."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from hosts.engine import reasons
from hosts.engine.errors import TooOld

OLDEST = (1, 41)
NEWEST = (1, 52)


def negotiate(answer: Any) -> str:
    """The version to speak, such as `1.41`, from what `GET /version` said."""
    if not isinstance(answer, dict):
        raise reasons.bad_answer()
    newest = _parse(answer.get("ApiVersion"))
    if newest is None:
        raise reasons.bad_answer()
    oldest = _parse(answer.get("MinAPIVersion")) or (1, 0)
    if newest < OLDEST:
        raise TooOld(
            _("This engine speaks API %(theirs)s; Quayside needs %(ours)s (Docker 20.10) or newer.")
            % {"theirs": _text(newest), "ours": _text(OLDEST)}
        )
    if oldest > NEWEST:
        raise TooOld(
            _("This engine speaks API %(theirs)s and newer; this Quayside knows up to %(ours)s: update Quayside.")
            % {"theirs": _text(oldest), "ours": _text(NEWEST)}
        )
    return _text(min(newest, NEWEST))


def _parse(value: object) -> tuple[int, int] | None:
    match = re.fullmatch(r"(\d{1,3})\.(\d{1,4})", value) if isinstance(value, str) else None
    return (int(match[1]), int(match[2])) if match else None


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"

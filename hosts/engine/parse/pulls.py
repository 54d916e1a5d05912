"""What does one message of a pull say?"""

from __future__ import annotations

import re
from typing import Any

from hosts.engine.masking import mask_text
from hosts.engine.parse import fields
from hosts.facts import PullProgress

_LAYER = re.compile(r"(sha256:)?[0-9a-f]{12,64}")


def progress(raw: Any) -> PullProgress:
    raw = fields.record(raw)
    detail = fields.part(raw, "progressDetail")
    # The first message, "Pulling from …", carries the tag as its id.
    layer = fields.text(raw.get("id"), 80)
    return PullProgress(
        status=mask_text(fields.text(raw.get("status"), fields.NAME)),
        layer=layer if _LAYER.fullmatch(layer) else "",
        current=_bytes(detail.get("current")),
        total=_bytes(detail.get("total")),
    )


def error(raw: Any) -> str:
    """The engine's words when the message says that the pull failed, else nothing."""
    raw = fields.record(raw)
    return fields.text(fields.part(raw, "errorDetail").get("message")) or fields.text(raw.get("error"))


def _bytes(value: Any) -> int | None:
    return max(0, fields.number(value)) if isinstance(value, int) and not isinstance(value, bool) else None

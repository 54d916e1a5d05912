"""What does one message of a pull say?"""

from __future__ import annotations

import re
from typing import Any

from hosts.engine.parse import fields
from hosts.facts import PullProgress

_LAYER = re.compile(r"(sha256:)?[0-9a-f]{12,64}")
# What Docker and Podman say of a pull that goes on. Some engines put a registry's own words among them when they try
# once more; what is not known is not shown.
_KNOWN = re.compile(
    r"Pulling from [\w./:@\[\]-]{1,255}|Trying to pull [\w./:@\[\]-]{1,300}\.*"
    r"|Pulling (fs layer|repository)|Waiting|Downloading|Download(ed)? complete|Verifying Checksum|Extracting"
    r"|Pull complete|Already exists|Layer already exists|Retrying in [0-9]{1,4} seconds?"
    r"|Digest: [\w:]{1,140}|Status: (Downloaded newer image for|Image is up to date for) [\w./:@\[\]-]{1,400}"
    r"|Getting image source signatures|Copying (blob|config) [\w: .-]{1,140}|Writing manifest to image destination"
    r"|Storing signatures|Resolving|Resolved|Unpacking|Exists|Done|Fetching|Layers already exist",
    re.ASCII | re.IGNORECASE,
)


def progress(raw: Any) -> PullProgress:
    raw = fields.record(raw)
    detail = fields.part(raw, "progressDetail")
    # The first message, "Pulling from …", carries the tag as its id.
    layer = fields.text(raw.get("id"), 80)
    return PullProgress(
        status=_status(raw.get("status")),
        layer=layer if _LAYER.fullmatch(layer) else "",
        current=_bytes(detail.get("current")),
        total=_bytes(detail.get("total")),
    )


def _status(value: Any) -> str:
    said = fields.text(value, fields.NAME).strip()
    return said if _KNOWN.fullmatch(said) else ""


def error(raw: Any) -> str:
    """The engine's words when the message says that the pull failed, else nothing."""
    raw = fields.record(raw)
    return fields.text(fields.part(raw, "errorDetail").get("message")) or fields.text(raw.get("error"))


def _bytes(value: Any) -> int | None:
    return max(0, fields.number(value)) if isinstance(value, int) and not isinstance(value, bool) else None

"""Which volume does this JSON describe? A list and `inspect` tell the same."""

from __future__ import annotations

from typing import Any

from hosts.engine.parse import fields
from hosts.engine.parse.containers import labels
from hosts.facts import Volume


def volume(raw: Any) -> Volume:
    raw = fields.record(raw)
    return Volume(
        name=fields.key(raw.get("Name")),
        driver=fields.text(raw.get("Driver"), fields.NAME),
        mountpoint=fields.text(raw.get("Mountpoint"), 1024),
        scope=fields.text(raw.get("Scope"), 32),
        created=fields.moment(raw.get("CreatedAt")),
        labels=labels(raw.get("Labels")),
        options=labels(raw.get("Options")),
    )


def volumes(raw: Any) -> list[Volume]:
    """The answer of `GET /volumes`."""
    return fields.facts(fields.record(raw).get("Volumes"), volume)

"""What happened, in one line of the engine's event stream?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hosts.engine.masking import mask_value
from hosts.engine.parse import fields
from hosts.facts import EngineEvent

# Only these are worth keeping; the command of an exec, say, stands in the action itself.
_ATTRIBUTES = ("container", "exitCode", "image", "name", "oldName", "signal", "type", "com.docker.compose.project")


def event(raw: Any) -> EngineEvent:
    raw = fields.record(raw)
    actor = fields.part(raw, "Actor")
    attributes = fields.labels(actor.get("Attributes"))
    found = fields.text(actor.get("ID") or raw.get("id"), fields.NAME)
    kind = fields.text(raw.get("Type"), 32) or "container"
    return EngineEvent(
        kind=kind,
        action=_action(raw.get("Action") or raw.get("status")),
        id=found,
        name=fields.text(attributes.get("name", found if kind in ("volume", "image") else ""), fields.NAME),
        at=_at(raw),
        attributes={name: mask_value(name, attributes[name]) for name in _ATTRIBUTES if name in attributes},
    )


def _action(value: Any) -> str:
    """`health_status: healthy` whole; `exec_start: <the command>` without the command."""
    action = fields.text(value, 128)
    return action.partition(":")[0] if action.startswith("exec_") else action


def _at(raw: dict[str, Any]) -> datetime:
    nanoseconds = fields.number(raw.get("timeNano"))
    return fields.moment(nanoseconds / 1e9) or fields.moment(raw.get("time")) or datetime.now(UTC)

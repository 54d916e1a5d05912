"""The bytes of a record that are hashed: JSON that names every field and the version, the same on every database.

Keys are sorted, there is no space, everything beyond ASCII is escaped, times are UTC with six decimals. A number is
written as the shortest decimal that means it, without an exponent when it is whole: PostgreSQL's jsonb keeps the value
of a number and not its spelling.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

VERSION = 1
# A column that is added needs a new version with a list of its own; rows of the old one keep theirs.
FIELDS: dict[int, dict[str, tuple[str, ...]]] = {
    1: {
        "event": (
            "id", "at", "actor_kind", "actor_name", "actor_id", "address", "action", "capability", "host_id",
            "host_name", "noun", "object_id", "object_name", "inputs", "request_id",
        ),
        "ending": ("id", "event_id", "at", "outcome", "message", "milliseconds"),
    }
}  # fmt: skip
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(kind: str, values: Mapping[str, Any], version: int = VERSION) -> bytes:
    """The bytes of one record; `values` has at least the fields of its kind. LookupError for an unknown version."""
    plain = {name: _plain(values[name]) for name in FIELDS[version][kind]}
    return _encode({"v": version, "kind": kind, **plain}).encode("ascii")


def of_instance(kind: str, row: object) -> bytes:
    """The same of a row that was just written, whose values have not been through the database."""
    values = {name: getattr(row, name) for name in FIELDS[VERSION][kind]}
    if "inputs" in values:
        values["inputs"] = json.loads(json.dumps(values["inputs"]))
    return canonical(kind, values)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, float):
        exact = Decimal(repr(value))
        return int(exact) if exact == exact.to_integral_value() else value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value)

"""What a container has taken, from one answer of its statistics."""

from __future__ import annotations

from typing import Any

from hosts.engine import reasons
from hosts.engine.parse import fields
from hosts.facts import Sample


def sample(raw: Any) -> Sample:
    """From `GET /containers/{id}/stats`; one that does not run any more has a time of zero, and is no sample."""
    raw = fields.record(raw)
    at = fields.moment(raw.get("read"))
    if at is None:
        raise reasons.bad_answer()
    memory = fields.part(raw, "memory_stats")
    return Sample(
        at=at,
        cpu=max(0, fields.number(fields.part(raw, "cpu_stats", "cpu_usage").get("total_usage"))),
        memory=_without_page_cache(max(0, fields.number(memory.get("usage"))), fields.part(memory, "stats")),
        limit=max(0, fields.number(memory.get("limit"))),
    )


def _without_page_cache(usage: int, detail: dict[str, Any]) -> int:
    """As the docker command counts: files that are only cached can go at any time. The first name is cgroup v1's."""
    name = "total_inactive_file" if "total_inactive_file" in detail else "inactive_file"
    cached = max(0, fields.number(detail.get(name)))
    return usage - cached if cached < usage else usage

"""Reading the trail: search it, sort it, and write it out row by row as CSV or JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import F, OrderBy, Q, QuerySet

from hosts.models import AuditEvent, Host

SORTS = {
    "at": ("pk",),
    "who": ("actor_name",),
    "action": ("action",),
    "host": ("host_name",),
    "object": ("object_name",),
    "outcome": ("ending__outcome",),
    "took": ("ending__milliseconds",),
}
OPEN = "open"
COLUMNS = (
    "id", "at", "actor_kind", "actor_name", "address", "action", "host_name", "noun", "object_id", "object_name",
    "inputs", "outcome", "message", "milliseconds", "ended_at", "request_id",
)  # fmt: skip


def visible_events(hosts: QuerySet[Host] | None) -> QuerySet[AuditEvent]:
    """Every event, or with `hosts` those on these hosts only; the ending comes along."""
    events = AuditEvent.objects.select_related("ending")
    return events if hosts is None else events.filter(host_id__in=hosts.values("pk"))


def search(events: QuerySet[AuditEvent], wanted: Mapping[str, Any]) -> QuerySet[AuditEvent]:
    """Narrow and order by checked values: `q who action host noun outcome since until sort`; empty ones don't count."""
    for word in (wanted.get("q") or "").split():
        events = events.filter(
            Q(actor_name__icontains=word)
            | Q(action__icontains=word)
            | Q(host_name__icontains=word)
            | Q(object_name__icontains=word)
            | Q(object_id__startswith=word)
            | Q(address=word)
            | Q(ending__message__icontains=word)
        )
    for key, lookup in (
        ("who", "actor_name"),
        ("action", "action"),
        ("host", "host_name"),
        ("noun", "noun"),
        ("object", "object_id"),
        ("since", "at__gte"),
        ("until", "at__lt"),
    ):
        if wanted.get(key):
            events = events.filter(**{lookup: wanted[key]})
    outcome = wanted.get("outcome")
    if outcome:
        events = events.filter(ending__isnull=True) if outcome == OPEN else events.filter(ending__outcome=outcome)
    return events.order_by(*_order(wanted.get("sort") or "-at"))


def _order(sort: str) -> list[OrderBy]:
    down = sort.startswith("-")
    columns = [F(name) for name in SORTS[sort.removeprefix("-")]]
    ordered = [column.desc(nulls_last=True) if down else column.asc(nulls_last=True) for column in columns]
    return [*ordered, F("pk").desc()]


def actions() -> list[str]:
    """The actions that stand in the trail."""
    return list(AuditEvent.objects.order_by("action").values_list("action", flat=True).distinct()[:200])


def plain(event: AuditEvent) -> dict[str, Any]:
    """One event with its ending, in the order of `COLUMNS`."""
    ending = getattr(event, "ending", None)
    own = {name: getattr(event, name) for name in COLUMNS if hasattr(AuditEvent, name)}
    ends = {
        "outcome": ending.outcome if ending else "",
        "message": ending.message if ending else "",
        "milliseconds": ending.milliseconds if ending else None,
        "ended_at": ending.at.isoformat() if ending else "",
    }
    merged = {**own, **ends, "at": event.at.isoformat()}
    return {name: merged[name] for name in COLUMNS}


def as_jsonl(events: QuerySet[AuditEvent]) -> Iterator[str]:
    for event in events.iterator(chunk_size=1000):
        yield json.dumps(plain(event), ensure_ascii=False) + "\n"


def as_csv(events: QuerySet[AuditEvent]) -> Iterator[str]:
    """Comma-separated, with a header. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(COLUMNS)
    for event in events.iterator(chunk_size=1000):
        row = plain(event)
        row["inputs"] = json.dumps(row["inputs"], ensure_ascii=False) if row["inputs"] else ""
        writer.writerow([_safe(value) for value in row.values()])
        if line.tell() > 32_768:
            yield line.getvalue()
            line.seek(0)
            line.truncate()
    yield line.getvalue()


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value

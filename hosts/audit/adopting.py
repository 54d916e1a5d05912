"""Takes rows into the chain that were written without a leaf: those from before there was a chain.

The migration marks where the chain starts and up to which keys there are old rows; `manage.py prepare` adds their
leaves in batches, and goes on where it was stopped. Rows that come to be without a leaf later are taken in only when
somebody says so (`manage.py audit adopt`), and a record says how many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from hosts.access import Actor
from hosts.audit import chain
from hosts.audit.canonical import FIELDS, VERSION, canonical, of_instance
from hosts.audit.tree import leaf_hash
from hosts.models import AuditEnding, AuditEvent, AuditLeaf, LeafKind

START = "audit.chain"
BATCH = 2000
TABLES: dict[LeafKind, type[AuditEvent | AuditEnding]] = {
    LeafKind.EVENT: AuditEvent,
    LeafKind.ENDING: AuditEnding,
}


@dataclass(frozen=True, slots=True)
class Start:
    """What the mark says: how many rows there were before the chain, and the last key of each kind."""

    events: int
    endings: int
    last_event: int
    last_ending: int


def begin_chain(events: Any, endings: Any, leaves: Any) -> None:
    """Write "the chain starts here" as the first leaves, when there are rows already. By the models of a migration."""
    last_event = events.objects.aggregate(last=Max("pk"))["last"]
    if last_event is None or leaves.objects.exists():
        return
    actor, now = Actor.shell(), timezone.now()
    inputs = {
        "events": events.objects.count(),
        "endings": endings.objects.count(),
        "last_event": last_event,
        "last_ending": endings.objects.aggregate(last=Max("pk"))["last"] or 0,
    }
    named = {"actor_kind": str(actor.kind), "actor_name": actor.name[:255], "action": START, "noun": "audit"}
    event = events.objects.create(at=now, inputs=inputs, **named)
    ending = endings.objects.create(event=event, at=now, outcome="succeeded", milliseconds=0)
    for sequence, (kind, row) in enumerate(((LeafKind.EVENT, event), (LeafKind.ENDING, ending))):
        digest = leaf_hash(of_instance(kind, row))
        leaves.objects.create(sequence=sequence, kind=kind.value, record_id=row.pk, version=VERSION, hash=digest)


def start() -> Start | None:
    """Where the chain starts; None when it starts with the first record. Only the first leaf can be the mark."""
    first = AuditLeaf.objects.filter(sequence=0, kind=LeafKind.EVENT).values("record_id")
    mark = AuditEvent.objects.filter(pk__in=first, action=START).first()
    if mark is None:
        return None
    try:
        return Start(**{name: int(mark.inputs[name]) for name in Start.__slots__})
    except (KeyError, TypeError, ValueError):
        return None


def without_leaf(kind: LeafKind) -> QuerySet[Any]:
    """The rows of this kind that have no leaf, the oldest first."""
    leaf = AuditLeaf.objects.filter(kind=kind, record_id=OuterRef("pk"))
    return TABLES[kind].objects.filter(~Exists(leaf)).order_by("pk")


def adopt(upto: Mapping[LeafKind, int | None], progress: Callable[[int], None] = lambda count: None) -> dict[str, int]:
    """Add the leaves of the rows without one, up to these keys (None: of all); how many of each kind."""
    done: dict[str, int] = {str(kind): 0 for kind in upto}
    total = 0
    for kind, last in upto.items():
        for batch in _batches(kind, last):
            chain.add_many(batch)
            done[str(kind)] += len(batch)
            total += len(batch)
            progress(total)
    return done


def adopt_old_rows(progress: Callable[[int], None] = lambda count: None) -> int:
    """The leaves of the rows from before the chain that are still owed; how many were added."""
    mark = start()
    if mark is None:
        return 0
    upto = {LeafKind.EVENT: mark.last_event, LeafKind.ENDING: mark.last_ending}
    # They are taken in by their keys, so where the last one has its leaf nothing is owed.
    owed = {
        kind: last
        for kind, last in upto.items()
        if last and not AuditLeaf.objects.filter(kind=kind, record_id=last).exists()
    }
    return sum(adopt(owed, progress).values())


def _batches(kind: LeafKind, last: int | None) -> Iterator[list[tuple[LeafKind, int, bytes]]]:
    after = -1
    while True:
        rows = without_leaf(kind).filter(pk__gt=after)
        if last is not None:
            rows = rows.filter(pk__lte=last)
        batch = list(rows.values(*FIELDS[VERSION][str(kind)])[:BATCH])
        if not batch:
            return
        after = batch[-1]["id"]
        yield [(kind, row["id"], leaf_hash(canonical(str(kind), row))) for row in batch]

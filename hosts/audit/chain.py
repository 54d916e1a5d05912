"""Adds leaves to the chain, each in the transaction of its record, one after the other over all processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Max

from hosts.audit.canonical import VERSION, of_instance
from hosts.audit.tree import leaf_hash
from hosts.models import AuditEnding, AuditEvent, AuditLeaf, LeafKind

# Any number that nobody else in this database takes.
_LOCK = 0x51554159
_TURN = "SELECT pg_advisory_xact_lock(%s)"
_ADD = """INSERT INTO hosts_auditleaf (sequence, kind, record_id, version, hash)
SELECT COALESCE(MAX(sequence) + 1, 0), %s, %s, %s, %s FROM hosts_auditleaf"""
_ADD_AT = "INSERT INTO hosts_auditleaf (sequence, kind, record_id, version, hash) VALUES (%s, %s, %s, %s, %s)"


class ChainError(DatabaseError):
    """A leaf could not be added, so its record must not stand either."""


def size() -> int:
    """How many leaves there are."""
    last = AuditLeaf.objects.aggregate(last=Max("sequence"))["last"]
    if last is not None and not isinstance(last, int):  # SQLite takes anything
        raise ChainError("A leaf of the trail has a sequence that is no number.")
    return 0 if last is None else last + 1


def stored(digest: object) -> bytes:
    """A hash as the database gave it; one that is none is never right, and must not break who looks."""
    return bytes(digest) if isinstance(digest, bytes | memoryview) else b""


def add(row: AuditEvent | AuditEnding) -> None:
    """Add the leaf of a row that was written in the same transaction; it may stay only together with its leaf."""
    kind = LeafKind.EVENT if isinstance(row, AuditEvent) else LeafKind.ENDING
    digest = leaf_hash(of_instance(kind, row))
    values: list[Any] = [kind.value, row.pk, VERSION, digest]
    with connection.cursor() as cursor:
        try:
            if connection.vendor == "postgresql":
                # Both at one go; the second sees what was committed while the first waited.
                cursor.execute(f"{_TURN}; {_ADD}", [_LOCK, *values])
            else:
                cursor.execute(_ADD, values)
        except IntegrityError as error:
            raise ChainError(f"The leaf of {kind} {row.pk} could not be added: {error}") from error


def add_many(leaves: Sequence[tuple[LeafKind, int, bytes]]) -> None:
    """Add the leaves of rows that are there already: kind, key and hash of each."""
    with transaction.atomic():
        take_turn()
        at = size()
        rows = [(at + count, kind.value, key, VERSION, digest) for count, (kind, key, digest) in enumerate(leaves)]
        with connection.cursor() as cursor:
            # By models all of it would take twice as long, and there may be millions.
            cursor.executemany(_ADD_AT, rows)


def take_turn() -> None:
    """Wait until nobody else adds leaves; the turn ends with the transaction. SQLite has one writer in any case."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_TURN, [_LOCK])

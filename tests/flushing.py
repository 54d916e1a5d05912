"""Lets a test database be emptied between tests although the trail's triggers refuse a DELETE; tests alone do this."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db import connection

TABLES = ("hosts_auditevent", "hosts_auditending", "hosts_auditleaf")


@contextmanager
def flushable() -> Iterator[None]:
    """Within it, a flush takes the triggers off first and puts them back after."""
    operations = type(connection.ops)
    flush = operations.sql_flush
    around = _postgresql if connection.vendor == "postgresql" else _sqlite

    def wrapped(self: Any, *args: Any, **kwargs: Any) -> list[str]:
        off, on = around()
        return [*off, *flush(self, *args, **kwargs), *on]

    with mock.patch.object(operations, "sql_flush", wrapped):
        yield


def _sqlite() -> tuple[list[str], list[str]]:
    with connection.cursor() as cursor:
        which = "type = 'trigger' AND tbl_name IN (%s, %s, %s)"
        cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE {which}", TABLES)
        triggers = cursor.fetchall()
    return [f"DROP TRIGGER {name}" for name, _sql in triggers], [sql for _name, sql in triggers]


def _postgresql() -> tuple[list[str], list[str]]:
    off, on = ([f"ALTER TABLE {table} {word} TRIGGER USER" for table in TABLES] for word in ("DISABLE", "ENABLE"))
    return off, on

"""Lets a test database be emptied between tests although the trail's triggers refuse a DELETE; tests alone do this."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db.backends.sqlite3.operations import DatabaseOperations

TABLES = ("hosts_auditevent", "hosts_auditending")


@contextmanager
def flushable() -> Iterator[None]:
    """Within it, a flush takes the triggers off first and puts them back after."""
    flush = DatabaseOperations.sql_flush

    def around(self: Any, *args: Any, **kwargs: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            which = "type = 'trigger' AND tbl_name IN (%s, %s)"
            cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE {which}", TABLES)
            triggers = cursor.fetchall()
        drops = [f"DROP TRIGGER {name}" for name, _sql in triggers]
        return [*drops, *flush(self, *args, **kwargs), *(sql for _name, sql in triggers)]

    with mock.patch.object(DatabaseOperations, "sql_flush", around):
        yield

"""The triggers by which the database itself refuses to change the trail: which there have to be, and which there are.

SQLite forgets the triggers of a table that a migration makes anew, without a word, so they are looked at after every
migration. On SQLite an INSERT that names a row which exists is refused by itself, for REPLACE removes the old one
without asking the triggers for DELETE; PostgreSQL's ON CONFLICT DO UPDATE asks those for UPDATE.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

SENTENCE = "the trail is only added to"
# What of a new row must not be there already, for each table.
TABLES = {
    "hosts_auditevent": "id = NEW.id",
    "hosts_auditending": "id = NEW.id OR event_id = NEW.event_id",
    # Its key is no alias of SQLite's own number of a row, by which a row can be replaced, too.
    "hosts_auditleaf": "rowid = NEW.rowid OR sequence = NEW.sequence OR kind = NEW.kind AND record_id = NEW.record_id",
}
_SQLITE = """CREATE TRIGGER {name} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{sentence}'); END"""
_SQLITE_REPLACE = """CREATE TRIGGER {name} BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {there})
BEGIN SELECT RAISE(ABORT, '{sentence}'); END"""
_POSTGRES_FUNCTION = """CREATE OR REPLACE FUNCTION quayside_only_added_to() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{sentence}'; END $$"""
_POSTGRES = """CREATE TRIGGER {name} BEFORE {verb} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION quayside_only_added_to()"""


def wanted(vendor: str) -> dict[str, str]:
    """The statement that makes each, by its name."""
    postgres = vendor == "postgresql"
    verbs, template = (("update", "delete", "truncate"), _POSTGRES) if postgres else (("update", "delete"), _SQLITE)
    found = {}
    for table, there in TABLES.items():
        for verb in verbs:
            name = f"{table}_no_{verb}"
            found[name] = template.format(name=name, verb=verb, table=table, sentence=SENTENCE)
        if not postgres:
            name = f"{table}_no_replace"
            found[name] = _SQLITE_REPLACE.format(name=name, table=table, there=there, sentence=SENTENCE)
    return found


def present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The triggers of these tables that work, by name, with what makes them."""
    if connection.vendor == "postgresql":
        query = (
            "SELECT t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_proc p ON p.oid = t.tgfoid AND p.prosrc LIKE '%%RAISE EXCEPTION%%' "
            "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND c.relname = ANY(%s) "
            "AND c.relnamespace = current_schema()::regnamespace"
        )
        values: list[Any] = [list(TABLES)]
    else:
        marks = ", ".join(["%s"] * len(TABLES))
        query = f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({marks})"  # noqa: S608
        values = list(TABLES)
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return dict(cursor.fetchall())


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of those that are not there, or are there and do something else."""
    there = present(connection)
    found = []
    for name, statement in wanted(connection.vendor).items():
        same = name in there if connection.vendor == "postgresql" else _spaced(there.get(name)) == _spaced(statement)
        if not same:
            found.append(name)
    return found


def put_back(connection: BaseDatabaseWrapper) -> list[str]:
    """Make those that are missing; their names."""
    names = missing(connection)
    there = present(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and names:
            cursor.execute(_POSTGRES_FUNCTION.format(sentence=SENTENCE))
        for name in names:
            table = name.split("_no_")[0]
            if name in there or connection.vendor == "postgresql":
                # One of this name may be disabled or do something else.
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + _on(connection, table))
            cursor.execute(wanted(connection.vendor)[name])
    return names


def _on(connection: BaseDatabaseWrapper, table: str) -> str:
    return f" ON {table}" if connection.vendor == "postgresql" else ""


def _spaced(statement: str | None) -> str:
    return " ".join((statement or "").split()).casefold()

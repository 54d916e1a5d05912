"""The trail is only added to: the database itself refuses an UPDATE or a DELETE."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("hosts_auditevent", "hosts_auditending")
SQLITE = """CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the trail is only added to'); END"""
POSTGRES_FUNCTION = """CREATE OR REPLACE FUNCTION quayside_only_added_to() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the trail is only added to'; END $$"""
POSTGRES = """CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION quayside_only_added_to()"""


def forbid(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    vendor = editor.connection.vendor
    if vendor == "postgresql":
        editor.execute(POSTGRES_FUNCTION)
    for table in TABLES:
        for verb in ("update", "delete", "truncate") if vendor == "postgresql" else ("update", "delete"):
            editor.execute((POSTGRES if vendor == "postgresql" else SQLITE).format(table=table, verb=verb))


def allow(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    vendor = editor.connection.vendor
    for table in TABLES:
        for verb in ("update", "delete", "truncate") if vendor == "postgresql" else ("update", "delete"):
            editor.execute(f"DROP TRIGGER {table}_no_{verb}" + (f" ON {table}" if vendor == "postgresql" else ""))


class Migration(migrations.Migration):
    dependencies = [("hosts", "0001_initial")]
    operations = [migrations.RunPython(forbid, allow)]

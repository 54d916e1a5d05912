"""The chain over the trail: its table, the triggers that keep it, and where it starts when there are records already.

Their leaves are added by `manage.py prepare`, in batches: here it would be one transaction over all of them.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hosts.audit import adopting, triggers


def guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    triggers.put_back(editor.connection)


def begin(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    models = (apps.get_model("hosts", name) for name in ("AuditEvent", "AuditEnding", "AuditLeaf"))
    adopting.begin_chain(*models)


class Migration(migrations.Migration):
    dependencies = [("hosts", "0008_language")]
    operations = [
        migrations.CreateModel(
            name="AuditLeaf",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(choices=[("event", "Event"), ("ending", "Ending")], max_length=6),
                ),
                ("record_id", models.BigIntegerField()),
                ("version", models.SmallIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "record_id"), name="audit_leaf_of_record")],
            },
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]

"""Own rules of redaction, with one for e-mail addresses that waits to be wanted."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"


def add_email(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rules = apps.get_model("hosts", "RedactionRule")
    rules._default_manager.create(name="E-mail addresses", pattern=EMAIL, enabled=False)


class Migration(migrations.Migration):
    dependencies = [("hosts", "0004_kept_logs")]

    operations = [
        migrations.CreateModel(
            name="RedactionRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                ("pattern", models.CharField(max_length=500, verbose_name="pattern")),
                ("enabled", models.BooleanField(default=True, verbose_name="in use")),
                ("added_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"ordering": ["name"]},
        ),
        migrations.RunPython(add_email, migrations.RunPython.noop),
    ]

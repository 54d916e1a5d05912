from __future__ import annotations

from django.db import migrations, models

import hosts.models.masked

NAMES = ("container", "image", "network", "volume", "host", "job", "keptlog")


class Migration(migrations.Migration):
    """What is there already was masked by rules that nobody noted: it counts as old, and is masked again."""

    dependencies = [
        ("hosts", "0014_sessions_and_setup_link"),
    ]

    operations = [
        *(
            migrations.AddField(model_name=name, name="masked_by", field=models.CharField(default="", max_length=32))
            for name in NAMES
        ),
        *(
            migrations.AlterField(
                model_name=name,
                name="masked_by",
                field=models.CharField(default=hosts.models.masked.current, max_length=32),
            )
            for name in NAMES
        ),
    ]

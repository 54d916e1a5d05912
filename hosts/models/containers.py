"""The mirrored containers."""

from __future__ import annotations

from django.db import models

from hosts.models.inventory import Row


class Container(Row):
    image = models.CharField(max_length=512, blank=True, default="", db_index=True)
    image_id = models.CharField(max_length=255, blank=True, default="", db_index=True)
    state = models.CharField(max_length=20, db_index=True)
    health = models.CharField(max_length=20, blank=True, default="")
    exit_code = models.IntegerField(null=True, blank=True)
    restarts = models.IntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    ports = models.CharField(max_length=1024, blank=True, default="")

    class Meta(Row.Meta):
        indexes = [
            *Row.Meta.indexes,
            # Counting states, and who uses an image, from an index alone.
            models.Index(fields=["host", "gone_at", "state", "health"], name="container_states"),
            models.Index(fields=["host", "image_id", "gone_at"], name="container_image_users"),
        ]

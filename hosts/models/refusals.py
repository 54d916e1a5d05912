"""Refusals that were counted instead of written one by one, until the trail has them as one record."""

from __future__ import annotations

from django.db import models


class RefusalTally(models.Model):
    """What one actor was refused again within a minute: the same, on the same host. `objects_seen` are the first of the
    names; `more` how often since the one that was recorded, `of` over how many objects."""

    key = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField(db_index=True)
    last_at = models.DateTimeField()
    more = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    actor = models.JSONField()
    action = models.CharField(max_length=64)
    capability = models.CharField(max_length=64)
    host_id = models.BigIntegerField(null=True, blank=True)
    host_name = models.CharField(max_length=63, blank=True, default="")
    noun = models.CharField(max_length=20)
    reason = models.TextField()
    objects_seen = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.action} {self.more}"

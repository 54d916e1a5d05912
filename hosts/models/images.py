"""The mirrored images."""

from __future__ import annotations

from django.db import models

from hosts.models.inventory import Row


class Image(Row):
    tags = models.JSONField(default=list)
    size = models.BigIntegerField(default=0)
    dangling = models.BooleanField(default=False)

"""The mirrored volumes."""

from __future__ import annotations

from django.db import models

from hosts.models.inventory import Row


class Volume(Row):
    driver = models.CharField(max_length=255, blank=True, default="")
    scope = models.CharField(max_length=32, blank=True, default="")
    mountpoint = models.CharField(max_length=1024, blank=True, default="")

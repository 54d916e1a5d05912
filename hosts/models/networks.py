"""The mirrored networks."""

from __future__ import annotations

from django.db import models

from hosts.models.inventory import Row


class Network(Row):
    driver = models.CharField(max_length=255, blank=True, default="")
    scope = models.CharField(max_length=32, blank=True, default="")
    subnets = models.CharField(max_length=255, blank=True, default="")
    internal = models.BooleanField(default=False)
    predefined = models.BooleanField(default=False)

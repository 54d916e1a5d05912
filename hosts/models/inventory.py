"""What every mirrored object has in common: a row is a cache of the engine's word and can be dropped and rebuilt."""

from __future__ import annotations

from django.db import models

from hosts.models.hosts import Host


class Row(models.Model):
    """One object of one engine as last seen. `facts` is the matching `hosts.facts` value as JSON; `haystack` is the
    lower-case text that the search box looks through; `gone_at` is set when the engine no longer has it."""

    host = models.ForeignKey(Host, models.CASCADE, related_name="%(class)ss")
    engine_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255, db_index=True)
    project = models.CharField(max_length=255, blank=True, default="", db_index=True)
    service = models.CharField(max_length=255, blank=True, default="")
    labels = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    haystack = models.TextField(default="")
    created_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["host", "engine_id"], name="%(class)s_once_per_host")]
        indexes = [models.Index(fields=["host", "gone_at", "name"], name="%(class)s_list")]

    def __str__(self) -> str:
        return self.name or self.engine_id[:12]


class LinkKind(models.TextChoices):
    NETWORK = "network"
    VOLUME = "volume"


class Link(models.Model):
    """A container's use of a network or a named volume; images need none, since a container names its image's id.

    `other_id` is the network's full id (its name where the engine told no id) or the volume's name.
    """

    host = models.ForeignKey(Host, models.CASCADE, related_name="+")
    container = models.ForeignKey("hosts.Container", models.CASCADE, related_name="links")
    kind = models.CharField(max_length=10, choices=LinkKind.choices)
    other_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)

    class Meta:
        indexes = [models.Index(fields=["host", "kind", "other_id"]), models.Index(fields=["kind", "name"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

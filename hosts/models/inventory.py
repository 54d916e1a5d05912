"""What every mirrored object has in common: a row is a cache of the engine's word and can be dropped and rebuilt."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from hosts.lines.masker import Masker
from hosts.models.hosts import Host
from hosts.models.masked import Masked

# What in a fact is free text. The rest are names, numbers and times, which own rules may look like and must not break.
FREE = frozenset(("labels", "command", "error", "options"))


class Row(Masked):
    """One object of one engine as last seen. `facts` is the matching `hosts.facts` value as JSON; `haystack` is the
    lower-case text that the search box looks through; `gone_at` is set when the engine no longer has it."""

    TOLD: ClassVar[frozenset[str]] = frozenset(("labels", "facts"))

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

    class Meta(Masked.Meta):
        abstract = True
        constraints = [models.UniqueConstraint(fields=["host", "engine_id"], name="%(class)s_once_per_host")]
        indexes = [models.Index(fields=["host", "gone_at", "name"], name="%(class)s_list")]

    def __str__(self) -> str:
        return self.name or self.engine_id[:12]

    @classmethod
    def hidden(cls, name: str, value: Any, masker: Masker) -> Any:
        """Labels by their names; of the facts, what is free text."""
        if name == "labels":
            return masker.again(value)
        return {key: masker.again(each, key) if key in FREE else each for key, each in value.items()}


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

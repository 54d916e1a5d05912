"""The log lines that the console keeps itself: by which rules, of which containers, and in which chunks.

Times are nanoseconds since 1970, as Docker's timestamps tell them.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.lines.masker import Masker
from hosts.models.hosts import Host
from hosts.models.masked import Masked


class KeepKind(models.TextChoices):
    HOST = "host", _("All containers of a host")
    PROJECT = "project", _("A Compose project")
    LABEL = "label", _("A label")


class KeepRule(models.Model):
    """Whose lines are kept: `host` names the host of the kind `host`; `value` the project, or `key` or `key=value`."""

    kind = models.CharField(_("kind"), max_length=10, choices=KeepKind.choices)
    host = models.ForeignKey(Host, models.CASCADE, null=True, blank=True, related_name="keep_rules")
    value = models.CharField(_("value"), max_length=512, blank=True, default="")
    days = models.PositiveIntegerField(_("days"))
    bytes_each = models.BigIntegerField(_("bytes per container"))
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["kind", "value", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["host"], name="one_keep_rule_per_host"),
            models.UniqueConstraint(
                fields=["kind", "value"], condition=models.Q(host=None), name="one_keep_rule_per_value"
            ),
        ]

    def __str__(self) -> str:
        return self.host.name if self.host else self.value


class KeptLog(Masked):
    """The kept lines of one container, which may be long gone; `days` and `bytes_each` outlive the rule.

    `read_as` is what the container was when its log had been read to its end. `dropped_at` is the newest time of any
    line that was dropped. The `open_…` columns tell of the chunk that still grows, and lag a little. A log that is
    `dropping` is to be seen by nobody, and its files go next.
    """

    TOLD: ClassVar[frozenset[str]] = frozenset(("labels", "problem"))

    host = models.ForeignKey(Host, models.CASCADE, related_name="kept_logs")
    engine_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    project = models.CharField(max_length=255, blank=True, default="")
    service = models.CharField(max_length=255, blank=True, default="")
    labels = models.JSONField(default=dict)
    days = models.PositiveIntegerField()
    bytes_each = models.BigIntegerField()
    problem = models.TextField(blank=True, default="")
    read_as = models.CharField(max_length=200, blank=True, default="")
    sealed = models.PositiveIntegerField(default=0)
    dropped_at = models.BigIntegerField(null=True, blank=True)
    dropping = models.BooleanField(default=False)
    open_lines = models.PositiveIntegerField(default=0)
    open_size = models.BigIntegerField(default=0)
    open_first = models.BigIntegerField(null=True, blank=True)
    open_last = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host", "engine_id"], condition=models.Q(dropping=False), name="one_kept_log"
            )
        ]
        indexes = [models.Index(fields=["host", "project"], name="kept_log_project")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def hidden(cls, name: str, value: Any, masker: Masker) -> Any:
        """Labels by their names."""
        return masker.again(value)


class KeptChunk(models.Model):
    """One file of lines that grows no more. The file tells all this too: a row can be made anew from it."""

    log = models.ForeignKey(KeptLog, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    first_at = models.BigIntegerField()
    last_at = models.BigIntegerField(db_index=True)
    lines = models.PositiveIntegerField()
    raw = models.BigIntegerField()
    size = models.BigIntegerField()
    crc = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "number"], name="one_kept_chunk")]
        indexes = [models.Index(fields=["log", "last_at"], name="kept_chunk_times")]

    def __str__(self) -> str:
        return f"{self.log_id}/{self.number}"

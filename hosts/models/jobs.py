"""Long operations under way: the row is the truth, whatever the queue believes."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.lines.masker import Masker
from hosts.models.masked import Masked, sentences


class JobState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    INTERRUPTED = "interrupted", _("Interrupted")


ACTIVE = (JobState.QUEUED, JobState.RUNNING)


class Job(Masked):
    """One long operation. `lease` names the one worker run that may write to it; `items` are the objects of a bulk run
    and `report` what became of each; `progress` is what the operation last said, shaped by `hosts.jobs.progress`."""

    TOLD: ClassVar[frozenset[str]] = frozenset(("message", "report", "progress"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operation = models.CharField(max_length=64)
    title = models.CharField(max_length=255)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="jobs")
    actor = models.JSONField()
    host = models.ForeignKey("hosts.Host", models.SET_NULL, null=True, blank=True, related_name="jobs")
    noun = models.CharField(max_length=20)
    engine_id = models.CharField(max_length=255, blank=True, default="")
    name = models.CharField(max_length=255, blank=True, default="")
    inputs = models.JSONField(default=dict)
    items = models.JSONField(default=list)
    report = models.JSONField(default=list)
    progress = models.JSONField(default=dict)
    audit = models.ForeignKey("hosts.AuditEvent", models.PROTECT, null=True, related_name="+")
    retry_of = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="retries")
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.QUEUED, db_index=True)
    message = models.TextField(blank=True, default="")
    cancel_requested = models.BooleanField(default=False)
    lease = models.UUIDField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(auto_now_add=True, db_index=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-queued_at"]
        # Who waits, in which order, and who was served last.
        indexes = [
            models.Index(fields=["state", "person", "queued_at"], name="job_turn"),
            models.Index(fields=["person", "-heartbeat_at"], name="job_served"),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def hidden(cls, name: str, value: Any, masker: Masker) -> Any:
        """What became of it and of each item: the words, not the names and ids beside them."""
        if name == "report":
            return [{**each, "message": masker.text(str(each.get("message", "")))} for each in value]
        if name == "progress":
            return {key: masker.text(each) if key == "status" else each for key, each in value.items()}
        return sentences(value, masker)

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    @property
    def took(self) -> timedelta | None:
        """From start to end; None before it has ended."""
        return self.ended_at - self.started_at if self.ended_at and self.started_at else None

"""The trail: what somebody set out to do, and how it ended. Rows are added and never changed.

Three tables, all append-only by triggers in the database: the intent is written before the act, and its one ending
after it, so a crash in between leaves an event without an ending and not a false one. Each of both has a leaf in the
chain, written in the same transaction.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    REFUSED = "refused", _("Refused")
    CANCELLED = "cancelled", _("Cancelled")
    UNKNOWN = "unknown", _("Unknown")


class ImmutableError(Exception):
    """Somebody tried to change or remove a row of the trail."""


class NotRecorded(Exception):
    """An intent could not be written, so nothing was done; the text is for the person."""


class _AppendOnlyQuerySet(models.QuerySet[Any]):
    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        raise ImmutableError("The trail is only added to.")

    update = _refuse
    aupdate = _refuse
    bulk_update = _refuse
    abulk_update = _refuse
    delete = _refuse
    adelete = _refuse
    update_or_create = _refuse
    aupdate_or_create = _refuse
    _raw_delete = _refuse


class AppendOnly(models.Model):
    objects = _AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ImmutableError("The trail is only added to.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImmutableError("The trail is only added to.")


class AuditEvent(AppendOnly):
    """What was set out to be done. Names are copied, not linked: they stay true when the person or host is gone."""

    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=255, db_index=True)
    actor_id = models.BigIntegerField(null=True, blank=True)
    address = models.CharField(max_length=64, blank=True, default="")
    action = models.CharField(max_length=64, db_index=True)
    capability = models.CharField(max_length=64, blank=True, default="")
    host_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    host_name = models.CharField(max_length=63, blank=True, default="", db_index=True)
    noun = models.CharField(max_length=20)
    object_id = models.CharField(max_length=255, blank=True, default="", db_index=True)
    object_name = models.CharField(max_length=255, blank=True, default="")
    inputs = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.object_name}"


class AuditEnding(AppendOnly):
    event = models.OneToOneField(AuditEvent, models.PROTECT, related_name="ending")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, db_index=True)
    message = models.TextField(blank=True, default="")
    milliseconds = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.event_id} {self.outcome}"


class LeafKind(models.TextChoices):
    EVENT = "event"
    ENDING = "ending"


class AuditLeaf(AppendOnly):
    """A leaf of the Merkle tree over the trail (RFC 6962): the hash of one event or ending, in the order of writing.

    `sequence` counts from 0 without gaps; `version` says which canonical bytes were hashed.
    """

    sequence = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=6, choices=LeafKind.choices)
    record_id = models.BigIntegerField()
    version = models.SmallIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "record_id"], name="audit_leaf_of_record")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind} {self.record_id}"

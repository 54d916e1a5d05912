"""The machines whose engines we manage: how to reach each one, and what we last knew of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.lines.masker import Masker
from hosts.models.masked import Masked, sentences
from hosts.models.secrets import SealedField, SecretOwner

NAME = RegexValidator(
    r"\A[a-z0-9][a-z0-9_.-]{0,62}\Z",
    _("Use lower-case letters, digits, dots, dashes and underscores, and begin with a letter or a digit."),
)


class HostState(models.TextChoices):
    UNKNOWN = "unknown", _("Not seen yet")
    UP = "up", _("Up")
    DOWN = "down", _("Down")
    REFUSED = "refused", _("Refused")
    CHANGED = "changed", _("Different engine")
    DISABLED = "disabled", _("Disabled")


class HostGroup(models.Model):
    name = models.CharField(_("name"), max_length=63, unique=True, validators=[NAME])

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Host(SecretOwner, Masked):
    """One host. `engine_id` is the engine we trust at this address; `seen_engine_id` the one that last answered."""

    TOLD: ClassVar[frozenset[str]] = frozenset(("state_reason", "info"))

    name = models.CharField(_("name"), max_length=63, unique=True, validators=[NAME])
    url = models.CharField(_("address"), max_length=255)
    tls_ca = models.TextField(_("CA certificate"), blank=True, default="")
    tls_cert = models.TextField(_("client certificate"), blank=True, default="")
    tls_key = SealedField(_("client key"), blank=True, default="")
    ssh_key = SealedField(_("SSH private key"), blank=True, default="")
    ssh_host_key = models.TextField(_("SSH host key"), blank=True, default="")
    enabled = models.BooleanField(_("enabled"), default=True)
    groups = models.ManyToManyField(HostGroup, blank=True, related_name="hosts", verbose_name=_("groups"))
    tags = models.JSONField(_("tags"), default=list, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    state = models.CharField(max_length=10, choices=HostState.choices, default=HostState.UNKNOWN)
    state_reason = models.TextField(blank=True, default="")
    state_since = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)
    engine_id = models.CharField(max_length=128, blank=True, default="")
    seen_engine_id = models.CharField(max_length=128, blank=True, default="")
    info = models.JSONField(default=dict, blank=True)
    usage = models.JSONField(default=list, blank=True)
    usage_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def hidden(cls, name: str, value: Any, masker: Masker) -> Any:
        """Of what the engine says of itself, its warnings: the rest are names, numbers and versions."""
        if name == "info":
            return {key: sentences(each, masker) if key == "warnings" else each for key, each in value.items()}
        return sentences(value, masker)


class HostEvent(models.Model):
    """One of the last events an engine told us; the watcher writes them and drops the old."""

    host = models.ForeignKey(Host, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=32)
    action = models.CharField(max_length=128)
    engine_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["host", "-at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.action} {self.name}"

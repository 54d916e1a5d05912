"""Registries that need a login: which server, and as whom."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.models.secrets import SealedField, SecretOwner


class Registry(SecretOwner):
    """`server` is the part of an image's name before the first slash, such as `registry.example.com:5000`."""

    server = models.CharField(_("server"), max_length=255, unique=True)
    username = models.CharField(_("user name"), max_length=255)
    password = SealedField(_("password or token"))
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["server"]
        verbose_name_plural = "registries"

    def __str__(self) -> str:
        return self.server

"""Registries: the logins to them and the hosts that each is for, and from which of them hosts may pull."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.models.hosts import Host, HostGroup
from hosts.models.secrets import SealedField, SecretOwner


class Registry(SecretOwner):
    """A login. `server` is the part of an image's name before the first slash, such as `registry.example.com:5000`, in
    its one spelling (`hosts.engine.registry_names`). Which hosts it is for stands in its scopes; without one, for none.

    `confirmed` is False for a login that is older than scopes: it is for all hosts until somebody has looked at it.
    """

    server = models.CharField(_("server"), max_length=255)
    username = models.CharField(_("user name"), max_length=255)
    password = SealedField(_("password or token"))
    added_at = models.DateTimeField(auto_now_add=True)
    confirmed = models.BooleanField(default=True)

    class Meta:
        ordering = ["server", "pk"]
        verbose_name_plural = "registries"

    def __str__(self) -> str:
        return self.server

    @property
    def over_all(self) -> bool:
        return any(scope.group_id is None for scope in self.scopes.all())

    @property
    def group_names(self) -> list[str]:
        return sorted(scope.group.name for scope in self.scopes.all() if scope.group)


class RegistryScope(models.Model):
    """The hosts that a login is for: those of a group, or all. One login a server and group, and one for all."""

    registry = models.ForeignKey(Registry, models.CASCADE, related_name="scopes")
    server = models.CharField(max_length=255)
    group = models.ForeignKey(HostGroup, models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["server", "group"], name="one_login_per_server_and_group"),
            # NULLs are never equal to each other.
            models.UniqueConstraint(
                fields=["server"], condition=models.Q(group__isnull=True), name="one_login_per_server_for_all_hosts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.server} {self.group or '*'}"


class AllowedRegistry(models.Model):
    """A registry that hosts may pull from, in its one spelling. While there is none at all, Docker Hub is."""

    server = models.CharField(max_length=255, unique=True)

    class Meta:
        ordering = ["server"]

    def __str__(self) -> str:
        return self.server


def login_for(host: Host, server: str) -> Registry | None:
    """The login that pulls from this server use on this host.

    One for a group of the host goes before one for all hosts; of several groups', the first group by name.
    """
    here = models.Q(group__isnull=True) | models.Q(group__hosts=host.pk)
    scopes = RegistryScope.objects.filter(here, server=server).select_related("registry", "group")
    ranked = sorted(scopes, key=lambda scope: (scope.group is None, scope.group.name if scope.group else ""))
    return ranked[0].registry if ranked else None

"""What one actor may do on which host, decided for a whole page at once: the same answers as `grant`, in two queries.

It shows or hides rows and buttons. What is then done asks `grant` again, as everything does.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from hosts.access.actors import Actor, ActorKind
from hosts.access.capabilities import About, Capability
from hosts.access.decide import is_calling_off, system_may
from hosts.access.targets import Target
from hosts.models.access import Role, RoleAssignment
from hosts.models.hosts import Host

# Long texts and sealed keys that no list shows.
_HEAVY = ("tls_ca", "tls_cert", "tls_key", "ssh_key", "ssh_host_key", "info", "usage")


class Permissions:
    """Good for the time of one request: it remembers what it read."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def may(self, capability: Capability, host: Host | None = None) -> bool:
        """Whether `grant` would say yes to something on this host; without one, to something of the console."""
        if host is None and capability.about is About.HOST:
            return False
        if self.actor.kind is ActorKind.SHELL:
            return True
        if self.actor.kind is ActorKind.SYSTEM:
            return system_may(capability)
        enough = capability.least_role.at_least()
        if capability.about is About.OWN:
            return any(role in enough for role, _group, _host in self._given)
        places = (None,) if host is None or capability.about is About.CONSOLE else (None, host.pk)
        return any(role in enough and place in places for role, place in self._roles)

    def may_do(self, capability: Capability, target: Target) -> bool:
        """The same of a thing that belongs to somebody, be it on a host or not."""
        if self.may(capability, target.host):
            return True
        return is_calling_off(self.actor, capability, target) and self.may_anywhere(Capability.JOB_VIEW)

    def may_anywhere(self, capability: Capability) -> bool:
        """Whether there is anything on which the actor has the capability: the console or one of the hosts."""
        return self.may(capability) or bool(self.hosts(capability))

    def hosts(self, capability: Capability = Capability.HOST_VIEW) -> list[Host]:
        """As `visible_hosts`, without their long texts."""
        if not capability.is_about_hosts:
            return []
        return [host for host in self._hosts if self.may(capability, host)]

    @cached_property
    def _hosts(self) -> list[Host]:
        return list(Host.objects.order_by("name").defer(*_HEAVY))

    @cached_property
    def _given(self) -> list[tuple[Any, Any, Any]]:
        """Each role with its group, and with each host of that group."""
        if self.actor.kind is not ActorKind.PERSON:
            return []
        given = RoleAssignment.objects.filter(user_id=self.actor.user_id or 0, user__is_active=True)
        return list(given.values_list("role", "group_id", "group__hosts"))

    @cached_property
    def _roles(self) -> frozenset[tuple[Role, int | None]]:
        """Each role with the host that it counts on; None where it counts everywhere."""
        # A group without hosts counts nowhere, and must not be taken for "everywhere".
        return frozenset((Role(role), host) for role, group, host in self._given if group is None or host is not None)

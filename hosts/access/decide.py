"""May this actor do this to that? Unknown means no, and the answer is a `Grant` that nothing else can make.

A person's role counts on a host when it was given over all hosts or over a group that the host is in. What belongs to
no host (people, registries, the trail, adding a host) needs the role over all hosts; but what somebody keeps for
themselves needs a role anywhere, and nobody else may touch it. The system's own parts may read.
Somebody at the machine's shell may do everything: they hold its keys already.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from hosts.access.actors import Actor, ActorKind
from hosts.access.capabilities import LEAST_ROLE, PERSONAL, READING, Capability
from hosts.access.targets import Target
from hosts.models.access import RoleAssignment
from hosts.models.hosts import Host

_SEAL = object()


class Grant:
    """The yes of one decision; carries who, what and on which host. Only this module can make one."""

    __slots__ = ("actor", "capability", "target")

    def __init__(self, seal: object, actor: Actor, capability: Capability, target: Target) -> None:
        if seal is not _SEAL:
            raise TypeError("A Grant is made by hosts.access.grant() and nowhere else")
        self.actor = actor
        self.capability = capability
        self.target = target

    @property
    def host(self) -> Host:
        """The host that the grant is for; it is an error to ask for it when the target belongs to none."""
        if self.target.host is None:
            raise LookupError("This grant belongs to no host")
        return self.target.host

    @property
    def changes(self) -> bool:
        """Whether the capability is more than reading."""
        return self.capability not in READING


@dataclass(frozen=True, slots=True)
class Denied:
    """The no of one decision, with a sentence for the person who asked."""

    reason: str


def grant(actor: Actor, capability: Capability | str, target: Target) -> Grant | Denied:
    """Decide, from what the database says now."""
    try:
        known = Capability(capability)
    except ValueError:
        return Denied(_("There is no capability named %(name)s.") % {"name": capability})
    if actor.kind is ActorKind.SHELL or (actor.kind is ActorKind.SYSTEM and system_may(known)):
        return Grant(_SEAL, actor, known, target)
    if actor.kind is not ActorKind.PERSON:
        return Denied(_("Sign in first."))
    if not _roles(actor, known, target.host).exists():
        return Denied(
            _("You need the role “%(role)s” here to do this. An administrator can give it to you.")
            % {"role": LEAST_ROLE[known].label}
        )
    if known in PERSONAL and target.owner not in (None, actor.user_id):
        return Denied(_("This belongs to somebody else."))
    return Grant(_SEAL, actor, known, target)


def visible_hosts(actor: Actor, capability: Capability = Capability.HOST_VIEW) -> QuerySet[Host]:
    """The hosts on which the actor has the capability, by name."""
    hosts = Host.objects.order_by("name")
    if actor.kind is ActorKind.SHELL or (actor.kind is ActorKind.SYSTEM and system_may(capability)):
        return hosts
    if actor.kind is not ActorKind.PERSON:
        return hosts.none()
    scopes = list(_strong_enough(actor, capability).values_list("group_id", flat=True))
    if None in scopes:
        return hosts
    return hosts.filter(pk__in=Host.groups.through.objects.filter(hostgroup_id__in=scopes).values("host_id"))


def system_may(capability: Capability) -> bool:
    """What Quayside's own parts may do: read, and ask for disk usage."""
    return capability in READING or capability is Capability.HOST_USAGE


def _strong_enough(actor: Actor, capability: Capability) -> QuerySet[RoleAssignment]:
    enough = LEAST_ROLE[capability].at_least()
    return RoleAssignment.objects.filter(user=actor.user_id, user__is_active=True, role__in=enough)


def _roles(actor: Actor, capability: Capability, host: Host | None) -> QuerySet[RoleAssignment]:
    if capability in PERSONAL and host is None:
        return _strong_enough(actor, capability)
    everywhere = Q(group__isnull=True)
    if host is None or host.pk is None:
        return _strong_enough(actor, capability).filter(everywhere)
    return _strong_enough(actor, capability).filter(everywhere | Q(group__hosts=host.pk))

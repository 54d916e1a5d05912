"""May this actor do this to that? Unknown means no, and the answer is a `Grant` that nothing else can make.

The capability says what it is about, and the kind of the target does the rest. What is about a host is decided by the
roles over all hosts and over the groups that this host is in. What is about the console (people, registries, the trail,
which engines are reached) is decided by the role over all hosts alone: no host that comes along with the question makes
a difference. What people keep for themselves needs a role anywhere, and nobody else may touch it. A role anywhere is
enough to call off a job that one has begun, too.
The system's own parts may read. Somebody at the machine's shell may do everything: they hold its keys already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from hosts.access.actors import Actor, ActorKind
from hosts.access.capabilities import About, Capability
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
        return not self.capability.is_reading


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
    host = target.host if target.is_of_host and known.about is not About.CONSOLE else None
    if host is None and known.about is About.HOST:
        return Denied(_("This is not on any host, or its host has been removed."))
    if actor.kind is ActorKind.SHELL or (actor.kind is ActorKind.SYSTEM and system_may(known)):
        return Grant(_SEAL, actor, known, target)
    if actor.kind is not ActorKind.PERSON:
        return Denied(_("Sign in first."))
    if not _roles(actor, known, host).exists() and not _calls_off_their_own(actor, known, target):
        return Denied(_lacking(known, host))
    if known.about is About.OWN and target.owner not in (None, actor.user_id):
        return Denied(_("This belongs to somebody else."))
    return Grant(_SEAL, actor, known, target)


def grant_each(actor: Actor, capability: Capability | str, targets: Iterable[Target]) -> Iterator[Grant | Denied]:
    """As `grant` for each target, in their order; the roles are read once for all of one kind on one host."""
    answers: dict[tuple[object, ...], Grant | Denied] = {}
    for target in targets:
        place = (target.noun, target.host is None, target.host.pk if target.host else None, target.owner)
        if place not in answers:
            answers[place] = grant(actor, capability, target)
        answer = answers[place]
        yield answer if isinstance(answer, Denied) else Grant(_SEAL, actor, answer.capability, target)


def _lacking(capability: Capability, host: Host | None) -> str:
    words = {"role": capability.least_role.label}
    if host is not None or capability.about is About.OWN:
        return _("You need the role “%(role)s” here to do this. An administrator can give it to you.") % words
    return _("You need the role “%(role)s” over all hosts to do this. An administrator can give it to you.") % words


def visible_hosts(actor: Actor, capability: Capability = Capability.HOST_VIEW) -> QuerySet[Host]:
    """The hosts on which the actor has the capability, by name; none for one that is not about hosts."""
    hosts = Host.objects.order_by("name")
    if not capability.is_about_hosts:
        return hosts.none()
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
    return capability.is_reading or capability is Capability.HOST_USAGE


def _calls_off_their_own(actor: Actor, capability: Capability, target: Target) -> bool:
    """Calling off what one has begun needs no role over each of its hosts; a role anywhere, though."""
    return is_calling_off(actor, capability, target) and _strong_enough(actor, Capability.JOB_VIEW).exists()


def is_calling_off(actor: Actor, capability: Capability, target: Target) -> bool:
    """Whether it is about calling off what the actor has begun."""
    own = target.noun == "job" and target.owner is not None and target.owner == actor.user_id
    return capability is Capability.JOB_CANCEL and own


def _strong_enough(actor: Actor, capability: Capability) -> QuerySet[RoleAssignment]:
    enough = capability.least_role.at_least()
    return RoleAssignment.objects.filter(user=actor.user_id, user__is_active=True, role__in=enough)


def _roles(actor: Actor, capability: Capability, host: Host | None) -> QuerySet[RoleAssignment]:
    """The actor's roles that carry the capability: on this host, or over the whole console."""
    roles = _strong_enough(actor, capability)
    if capability.about is About.OWN:
        return roles
    everywhere = Q(group__isnull=True)
    if host is None or host.pk is None:
        return roles.filter(everywhere)
    return roles.filter(everywhere | Q(group__hosts=host.pk))

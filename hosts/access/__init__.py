"""The only place where a permission is decided: `grant(actor, capability, target)`."""

from hosts.access.actors import Actor, ActorKind
from hosts.access.capabilities import Capability
from hosts.access.decide import Denied, Grant, grant, grant_each, visible_hosts
from hosts.access.permissions import Permissions
from hosts.access.targets import Target

__all__ = [
    "Actor",
    "ActorKind",
    "Capability",
    "Denied",
    "Grant",
    "Permissions",
    "Target",
    "grant",
    "grant_each",
    "visible_hosts",
]

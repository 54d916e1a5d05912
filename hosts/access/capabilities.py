"""Every capability there is, as `noun.verb`, with the least role that carries it and what it is about."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Self

from hosts.models.access import Role


class About(Enum):
    """What a capability is about, and so which roles count.

    HOST: a host or something on it; a role over that host is enough. CONSOLE: people, registries, which engines are
    reached, and whatever else concerns every host; only a role over all hosts counts, whatever the target is.
    BOTH: the kind of the target decides. OWN: what a person keeps for themselves; a role over any host is enough, and
    what belongs to somebody else is refused.
    """

    HOST = "host"
    CONSOLE = "console"
    BOTH = "both"
    OWN = "own"


class Capability(StrEnum):
    HOST_VIEW = "host.view", Role.VIEWER, About.HOST
    CONTAINER_VIEW = "container.view", Role.VIEWER, About.HOST
    CONTAINER_LOGS = "container.logs", Role.VIEWER, About.HOST
    IMAGE_VIEW = "image.view", Role.VIEWER, About.HOST
    NETWORK_VIEW = "network.view", Role.VIEWER, About.HOST
    VOLUME_VIEW = "volume.view", Role.VIEWER, About.HOST
    JOB_VIEW = "job.view", Role.VIEWER, About.BOTH
    VIEW_SAVE = "view.save", Role.VIEWER, About.OWN
    VIEW_SHARE = "view.share", Role.OPERATOR, About.OWN
    HOST_USAGE = "host.usage", Role.OPERATOR, About.HOST
    # Its environment as it is. It changes nothing, and is no reading that Quayside's own parts or viewers may do.
    CONTAINER_ENV = "container.env", Role.OPERATOR, About.HOST
    CONTAINER_OPERATE = "container.operate", Role.OPERATOR, About.HOST
    CONTAINER_REMOVE = "container.remove", Role.OPERATOR, About.HOST
    IMAGE_PULL = "image.pull", Role.OPERATOR, About.HOST
    IMAGE_REMOVE = "image.remove", Role.OPERATOR, About.HOST
    NETWORK_MANAGE = "network.manage", Role.OPERATOR, About.HOST
    VOLUME_MANAGE = "volume.manage", Role.OPERATOR, About.HOST
    JOB_CONTROL = "job.control", Role.OPERATOR, About.BOTH
    # Whoever has begun a job may call it off besides, wherever it is.
    JOB_CANCEL = "job.cancel", Role.OPERATOR, About.BOTH
    # Adding a host and what amounts to it: another address, other groups or another engine for one that is there.
    HOST_ADD = "host.add", Role.ADMINISTRATOR, About.CONSOLE
    HOST_MANAGE = "host.manage", Role.ADMINISTRATOR, About.HOST
    PERSON_MANAGE = "person.manage", Role.ADMINISTRATOR, About.CONSOLE
    REGISTRY_MANAGE = "registry.manage", Role.ADMINISTRATOR, About.CONSOLE
    AUDIT_VIEW = "audit.view", Role.ADMINISTRATOR, About.BOTH
    HISTORY_MANAGE = "history.manage", Role.ADMINISTRATOR, About.CONSOLE
    LOGS_REDACTION = "logs.redaction", Role.ADMINISTRATOR, About.CONSOLE
    LOGS_UNMASKED = "logs.unmasked", Role.ADMINISTRATOR, About.HOST

    least_role: Role
    about: About

    # A capability that declared nothing would be for administrators of all hosts only.
    def __new__(cls, name: str, least_role: Role = Role.ADMINISTRATOR, about: About = About.CONSOLE) -> Self:
        member = str.__new__(cls, name)
        member._value_ = name
        member.least_role, member.about = least_role, about
        return member

    @property
    def is_about_hosts(self) -> bool:
        """Whether one can have it on one host and not on another."""
        return self.about in (About.HOST, About.BOTH)

    @property
    def is_reading(self) -> bool:
        """Whether it lets nobody change anything."""
        return self.least_role is Role.VIEWER and self.about is not About.OWN

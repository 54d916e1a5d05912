"""Every capability there is, as `noun.verb`, and the least role that carries it."""

from __future__ import annotations

from enum import StrEnum

from hosts.models.access import Role


class Capability(StrEnum):
    HOST_VIEW = "host.view"
    CONTAINER_VIEW = "container.view"
    CONTAINER_LOGS = "container.logs"
    IMAGE_VIEW = "image.view"
    NETWORK_VIEW = "network.view"
    VOLUME_VIEW = "volume.view"
    JOB_VIEW = "job.view"
    VIEW_SAVE = "view.save"
    VIEW_SHARE = "view.share"
    HOST_USAGE = "host.usage"
    CONTAINER_OPERATE = "container.operate"
    CONTAINER_REMOVE = "container.remove"
    IMAGE_PULL = "image.pull"
    IMAGE_REMOVE = "image.remove"
    NETWORK_MANAGE = "network.manage"
    VOLUME_MANAGE = "volume.manage"
    JOB_CONTROL = "job.control"
    HOST_MANAGE = "host.manage"
    PERSON_MANAGE = "person.manage"
    REGISTRY_MANAGE = "registry.manage"
    AUDIT_VIEW = "audit.view"
    HISTORY_MANAGE = "history.manage"
    LOGS_REDACTION = "logs.redaction"
    LOGS_UNMASKED = "logs.unmasked"


_VIEWER = (
    Capability.HOST_VIEW,
    Capability.CONTAINER_VIEW,
    Capability.CONTAINER_LOGS,
    Capability.IMAGE_VIEW,
    Capability.NETWORK_VIEW,
    Capability.VOLUME_VIEW,
    Capability.JOB_VIEW,
    Capability.VIEW_SAVE,
)
_OPERATOR = (
    Capability.VIEW_SHARE,
    Capability.HOST_USAGE,
    Capability.CONTAINER_OPERATE,
    Capability.CONTAINER_REMOVE,
    Capability.IMAGE_PULL,
    Capability.IMAGE_REMOVE,
    Capability.NETWORK_MANAGE,
    Capability.VOLUME_MANAGE,
    Capability.JOB_CONTROL,
)
_ADMINISTRATOR = (
    Capability.HOST_MANAGE,
    Capability.PERSON_MANAGE,
    Capability.REGISTRY_MANAGE,
    Capability.AUDIT_VIEW,
    Capability.HISTORY_MANAGE,
    Capability.LOGS_REDACTION,
    Capability.LOGS_UNMASKED,
)

LEAST_ROLE: dict[Capability, Role] = {
    **dict.fromkeys(_VIEWER, Role.VIEWER),
    **dict.fromkeys(_OPERATOR, Role.OPERATOR),
    **dict.fromkeys(_ADMINISTRATOR, Role.ADMINISTRATOR),
}

# What somebody keeps for themselves belongs to no host: a role over any group is enough, but it must be their own.
PERSONAL = frozenset({Capability.VIEW_SAVE, Capability.VIEW_SHARE})
READING = frozenset(_VIEWER) - PERSONAL

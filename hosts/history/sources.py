"""Whose kept lines may be read? A `Source` is made here alone, of a grant or of what a person may see."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.db.models import Q, QuerySet

from hosts.access import Actor, Capability, Grant, visible_hosts
from hosts.history.places import folder_of
from hosts.models import KeptLog

_SEAL = object()


class Source:
    """The kept log of one container, for somebody who may read it. Like a grant it is good for a moment: ask again."""

    __slots__ = ("container", "folder", "host_id", "host_name", "name", "pk", "project", "service")

    def __init__(self, seal: object, kept: KeptLog) -> None:
        if seal is not _SEAL:
            raise TypeError("A Source is made by hosts.history.source() or sources() and nowhere else")
        self.pk: int = kept.pk
        self.host_id: int = kept.host_id
        self.host_name: str = kept.host.name
        self.container: str = kept.engine_id
        self.name: str = kept.name
        self.project: str = kept.project
        self.service: str = kept.service
        self.folder: Path = folder_of(kept)


def source(answer: Grant) -> Source | None:
    """What is kept of the container that the grant is for; None when nothing is."""
    if answer.capability is not Capability.CONTAINER_LOGS:
        raise TypeError(f"{answer.capability} is not the right to read logs")
    kept = _kept().filter(host=answer.host, engine_id=answer.target.id).first()
    return Source(_SEAL, kept) if kept else None


def sources(
    actor: Actor,
    *,
    hosts: Iterable[int] | None = None,
    containers: Iterable[str] | None = None,
    project: str = "",
    where: Q | None = None,
) -> list[Source]:
    """All that is kept of whatever this person may read, narrowed to hosts, full ids, a project or any condition on
    `KeptLog`."""
    found = _kept().filter(host__in=visible_hosts(actor, Capability.CONTAINER_LOGS).values("pk"))
    if hosts is not None:
        found = found.filter(host__in=list(hosts))
    if containers is not None:
        found = found.filter(engine_id__in=list(containers))
    if project:
        found = found.filter(project=project)
    if where is not None:
        found = found.filter(where)
    return [Source(_SEAL, kept) for kept in found]


def _kept() -> QuerySet[KeptLog]:
    logs = KeptLog.objects.filter(dropping=False).select_related("host").order_by("host__name", "name", "pk")
    return logs.only("engine_id", "name", "project", "service", "host__name")

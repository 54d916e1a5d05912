"""Find any object by name over all hosts that a person may see: a few of each kind, the best first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Q, QuerySet, When

from hosts.access import Permissions
from hosts.inventory.read.containers import CONTAINERS
from hosts.inventory.read.images import IMAGES
from hosts.inventory.read.networks import NETWORKS
from hosts.inventory.read.spec import Spec
from hosts.inventory.read.volumes import VOLUMES
from hosts.models import Container, Host, Row

MOST = 8


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found. `projects` are names with the number of their containers' hosts."""

    hosts: list[Host]
    projects: list[str]
    rows: dict[str, list[Row]]

    def __bool__(self) -> bool:
        return bool(self.hosts or self.projects or any(self.rows.values()))


def search(text: str, permissions: Permissions) -> Found:
    """Names and ids that contain every word; those that begin with the text come first."""
    words = text.lower().split()
    if not words:
        return Found([], [], {})
    hosts = [host for host in permissions.hosts() if all(word in host.name.lower() for word in words)][:MOST]
    rows = {spec.noun: _rows(spec, words, permissions) for spec in (CONTAINERS, IMAGES, NETWORKS, VOLUMES)}
    return Found(hosts, _projects(words, permissions), rows)


def _rows(spec: Spec, words: list[str], permissions: Permissions) -> list[Row]:
    by_id = {host.pk: host for host in permissions.hosts(spec.capability)}
    rows: QuerySet[Any] = spec.model._default_manager.filter(host_id__in=list(by_id), gone_at=None)
    for word in words:
        rows = rows.filter(haystack__contains=word)
        if len(word) < 4 or not set(word) <= set("0123456789abcdef:"):
            rows = rows.filter(_named(spec, word))
    best = Case(When(name__iexact=words[0], then=0), When(name__istartswith=words[0], then=1), default=2)
    found = list(rows.only("host_id", *spec.light).order_by(best, "name", "pk")[:MOST])
    for row in found:
        row.host = by_id[row.host_id]
    return found


def _named(spec: Spec, word: str) -> Q:
    """The word is in a name, and not only in a label: of an image, any of its tags."""
    return Q(name__icontains=word) | Q(tags__icontains=word) if spec is IMAGES else Q(name__icontains=word)


def _projects(words: list[str], permissions: Permissions) -> list[str]:
    hosts = [host.pk for host in permissions.hosts(CONTAINERS.capability)]
    rows = Container.objects.filter(host_id__in=hosts, gone_at=None).exclude(project="")
    for word in words:
        rows = rows.filter(project__icontains=word)
    return list(rows.order_by("project").values_list("project", flat=True).distinct()[:MOST])

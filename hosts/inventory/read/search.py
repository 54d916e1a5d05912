"""Find any object by name over all hosts that a person may see: a few of each kind, the best first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Q, QuerySet, When

from hosts.access import Permissions
from hosts.inventory.read.containers import CONTAINERS
from hosts.inventory.read.filters import in_text
from hosts.inventory.read.images import IMAGES
from hosts.inventory.read.networks import NETWORKS
from hosts.inventory.read.spec import Spec
from hosts.inventory.read.volumes import VOLUMES
from hosts.models import Container, Host, Row

MOST = 8
MOST_BY_ID = 50


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
    rows = {spec.noun: matching(spec, words, permissions) for spec in (CONTAINERS, IMAGES, NETWORKS, VOLUMES)}
    return Found(hosts, _projects(words, permissions), rows)


def by_id(spec: Spec, places: Iterable[tuple[str, str]], permissions: Permissions) -> dict[tuple[str, str], Row]:
    """The rows at these (host's name, id) that are still there and may be seen; an image's id without `sha256:`."""
    named = {host.name: host for host in permissions.hosts(spec.capability)}
    start = "sha256:" if spec is IMAGES else ""
    wanted = [(named[name].pk, start + key) for name, key in places if name in named]
    if not wanted:
        return {}
    rows: QuerySet[Any] = spec.model._default_manager.filter(gone_at=None)
    rows = rows.filter(host_id__in={host for host, _key in wanted}, engine_id__in={key for _host, key in wanted})
    found = _with_hosts(rows.only("host_id", *spec.light)[:MOST_BY_ID], spec, permissions)
    return {(row.host.name, row.engine_id.removeprefix("sha256:")): row for row in found}


def matching(spec: Spec, words: Sequence[str], permissions: Permissions, most: int = MOST) -> list[Row]:
    """The rows whose names or ids contain every word, the best first; without words the first by name."""
    hosts = [host.pk for host in permissions.hosts(spec.capability)]
    rows: QuerySet[Any] = spec.model._default_manager.filter(host_id__in=hosts, gone_at=None)
    for word in words:
        rows = rows.filter(in_text(word))
        if len(word) < 4 or not set(word) <= set("0123456789abcdef:"):
            rows = rows.filter(_named(spec, word))
    order: list[Any] = ["name", "pk"]
    if words:
        order = [Case(When(name__iexact=words[0], then=0), When(name__istartswith=words[0], then=1), default=2), *order]
    return _with_hosts(rows.only("host_id", *spec.light).order_by(*order)[:most], spec, permissions)


def _with_hosts(rows: Iterable[Any], spec: Spec, permissions: Permissions) -> list[Row]:
    hosts = {host.pk: host for host in permissions.hosts(spec.capability)}
    found = list(rows)
    for row in found:
        row.host = hosts[row.host_id]
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

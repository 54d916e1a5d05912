"""What hangs together on one host: a container with its image, networks and volumes, and these with their users."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Count, Max, Q, QuerySet

from hosts.inventory.read.containers import CONTAINERS
from hosts.models import Container, Host, Image, Link, LinkKind, Network, Row, Volume

_LIGHT = ("host_id", *CONTAINERS.light)
# Which of the containers of a service it is.
_PLACE, _MOST_OF_A_SERVICE = "com.docker.compose.container-number", 100
_Row = TypeVar("_Row", bound=Row)


def image_of(container: Container) -> Image | None:
    return Image.objects.filter(host=container.host_id, engine_id=container.image_id, gone_at=None).first()


def successor(container: Row) -> Container | None:
    """Who goes on for a container that is gone: what bears its name now, or has its place in its Compose service."""
    if container.gone_at is None:
        return None
    there = Container.objects.filter(host=container.host_id, gone_at=None).order_by("-created_at")
    named = there.filter(name=container.name).first() if container.name else None
    if named or not container.service or container.created_at is None:
        return named
    place = container.labels.get(_PLACE)
    newer = there.filter(project=container.project, service=container.service, created_at__gt=container.created_at)
    return next((each for each in newer[:_MOST_OF_A_SERVICE] if each.labels.get(_PLACE) == place), None)


def users_of_image(image: Image) -> QuerySet[Container]:
    return _containers(image.host_id).filter(image_id=image.engine_id)


def users_of(row: Network | Volume) -> QuerySet[Container]:
    """The containers that use a network or volume; who never ran knows its networks by name only."""
    kind = LinkKind.NETWORK if isinstance(row, Network) else LinkKind.VOLUME
    links = Link.objects.filter(host=row.host_id, kind=kind, other_id__in=(row.engine_id, row.name))
    return _containers(row.host_id).filter(pk__in=links.values("container"))


def networks_named(host: Host, names: Iterable[str]) -> dict[str, Network]:
    """The host's networks of these ids or names, under both."""
    return _named(Network.objects.filter(host=host, gone_at=None), list(names))


def volumes_named(host: Host, names: Iterable[str]) -> dict[str, Volume]:
    return _named(Volume.objects.filter(host=host, gone_at=None), list(names))


def project_of(container: Container) -> QuerySet[Container]:
    """The other containers of its project, on its host."""
    if not container.project:
        return Container.objects.none()
    return _containers(container.host_id).filter(project=container.project).exclude(pk=container.pk)


def stamp(row: Row) -> str:
    """Differs when the row or a container beside it on its page has changed, so that nobody needs to look again."""
    if isinstance(row, Container):
        beside = project_of(row)
    elif isinstance(row, Image):
        beside = users_of_image(row)
    elif isinstance(row, Network | Volume):
        beside = users_of(row)
    else:
        raise TypeError(f"A {type(row).__name__} has no page")
    found = beside.order_by().aggregate(count=Count("pk"), last=Max("seen_at"))
    last = max(filter(None, (row.seen_at, row.gone_at, found["last"])))
    return f"{found['count']}-{last.timestamp():.6f}"


def _containers(host_id: int) -> QuerySet[Container]:
    return Container.objects.filter(host=host_id, gone_at=None).only(*_LIGHT).order_by("name")


def _named(rows: QuerySet[_Row], names: list[str]) -> dict[str, _Row]:
    found = rows.filter(Q(engine_id__in=names) | Q(name__in=names)).defer("facts", "labels", "haystack")
    by_name: dict[str, _Row] = {}
    for row in found:
        by_name[row.engine_id] = by_name[row.name] = row
    return by_name

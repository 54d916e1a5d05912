"""Rows of the inventory for tests: plain functions whose arguments are the columns a test cares about."""

import hashlib
from datetime import datetime
from typing import Any, TypeVar

from django.utils import timezone

from hosts.models import (
    AllowedRegistry,
    Container,
    Host,
    HostGroup,
    HostState,
    Image,
    Link,
    LinkKind,
    Network,
    Row,
    Volume,
)

ARow = TypeVar("ARow", bound=Row)


def engine_id(*parts: object) -> str:
    """A full id that is always the same for the same words."""
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


def host(name: str = "harbour", *groups: HostGroup, **columns: Any) -> Host:
    columns = {"url": f"tcp://{name}.test:2376", "state": HostState.UP, "state_since": timezone.now(), **columns}
    made = Host.objects.create(name=name, **columns)
    made.groups.set(groups)
    return made


def container(on: Host, name: str = "web", *, save: bool = True, **columns: Any) -> Container:
    now = timezone.now()
    image = columns.setdefault("image", "nginx:1.27")
    columns.setdefault("image_id", "sha256:" + engine_id(on.name, image))
    columns.setdefault("state", "running")
    columns.setdefault("started_at", now)
    columns.setdefault("created_at", now)
    columns.setdefault("engine_id", engine_id(on.name, name))
    labels = columns.get("labels", {})
    words = [name, image, columns["engine_id"], columns.get("ports", ""), *(f"{key}={labels[key]}" for key in labels)]
    return _row(Container, on, name, now, " ".join(words), columns, save)


def image(on: Host, name: str = "nginx:1.27", *, save: bool = True, **columns: Any) -> Image:
    columns.setdefault("engine_id", "sha256:" + engine_id(on.name, name))
    columns.setdefault("tags", [name] if name else [])
    columns.setdefault("dangling", not columns["tags"])
    words = " ".join([*columns["tags"], columns["engine_id"]])
    return _row(Image, on, name, timezone.now(), words, columns, save)


def network(on: Host, name: str = "front", *, save: bool = True, **columns: Any) -> Network:
    columns.setdefault("engine_id", engine_id(on.name, "network", name))
    columns.setdefault("driver", "bridge")
    return _row(Network, on, name, timezone.now(), f"{name} {columns['engine_id']}", columns, save)


def volume(on: Host, name: str = "data", *, save: bool = True, **columns: Any) -> Volume:
    columns.setdefault("engine_id", name)
    columns.setdefault("driver", "local")
    return _row(Volume, on, name, timezone.now(), name, columns, save)


def connect(to: Network | Volume, *containers: Container) -> None:
    """Let containers use a network or a volume."""
    kind = LinkKind.NETWORK if isinstance(to, Network) else LinkKind.VOLUME
    for each in containers:
        Link.objects.create(host=to.host, container=each, kind=kind, other_id=to.engine_id, name=to.name)


def allow(*servers: str) -> None:
    """Let hosts pull from these registries, besides Docker Hub."""
    AllowedRegistry.objects.bulk_create(
        [AllowedRegistry(server=server) for server in ("docker.io", *servers)], ignore_conflicts=True
    )


def _row(
    model: type[ARow], on: Host, name: str, now: datetime, words: str, columns: dict[str, Any], save: bool
) -> ARow:
    row = model(**{"host": on, "name": name, "seen_at": now, "haystack": words.lower(), **columns})
    if save:
        row.save()
    return row

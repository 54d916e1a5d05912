"""What an engine says, as frozen values in Docker's own words: no Django, no SDK, no decisions.

Times are aware datetimes in UTC, sizes are bytes, ids are the engine's full ids. Every string here came from an engine
and is hostile until a template escapes it; `hosts.engine` has already cut each one to a bounded length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Labels = Mapping[str, str]


class Noun(StrEnum):
    """The kinds of object that have rows in the inventory; the same word in URL, audit, permission and topic."""

    CONTAINER = "container"
    IMAGE = "image"
    NETWORK = "network"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Port:
    """One port of a container; `public` and `ip` are empty when it is exposed and not published."""

    private: int
    protocol: str = "tcp"
    public: int | None = None
    ip: str = ""

    def __str__(self) -> str:
        inner = f"{self.private}/{self.protocol}"
        if self.public is None:
            return inner
        where = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"{where}:{self.public}->{inner}" if where else f"{self.public}->{inner}"


@dataclass(frozen=True, slots=True)
class Mount:
    """One mount of a container; `source` is the volume's name for a volume, else the path on the host."""

    kind: str
    source: str
    destination: str
    read_only: bool = False
    driver: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A container's place in one network; `chosen` is the IPv4 address that somebody asked for, if anybody did."""

    network: str
    network_id: str = ""
    address: str = ""
    mac: str = ""
    aliases: tuple[str, ...] = ()
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """A container as `inspect` tells it; from a list the times of start and end and the exit code may be missing."""

    id: str
    name: str
    image: str
    image_id: str
    command: str
    created: datetime | None
    state: str
    health: str = ""
    exit_code: int | None = None
    oom_killed: bool = False
    error: str = ""
    started: datetime | None = None
    finished: datetime | None = None
    restarts: int = 0
    tty: bool = False
    log_driver: str = ""
    ports: tuple[Port, ...] = ()
    labels: Labels = field(default_factory=dict)
    networks: tuple[Attachment, ...] = ()
    mounts: tuple[Mount, ...] = ()

    @property
    def project(self) -> str:
        return self.labels.get("com.docker.compose.project", "") or self.labels.get("com.docker.stack.namespace", "")

    @property
    def service(self) -> str:
        return self.labels.get("com.docker.compose.service", "") or self.labels.get("com.docker.swarm.service.name", "")


@dataclass(frozen=True, slots=True)
class Image:
    """An image of a host; `tags` and `digests` are empty for a dangling one."""

    id: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    created: datetime | None
    size: int
    labels: Labels = field(default_factory=dict)
    architecture: str = ""
    os: str = ""

    @property
    def name(self) -> str:
        """The first tag, else the repository of the first digest, else nothing (a dangling image)."""
        if self.tags:
            return self.tags[0]
        return self.digests[0].split("@")[0] if self.digests else ""


@dataclass(frozen=True, slots=True)
class Layer:
    """One step of an image's history, newest first; `id` is empty where the engine keeps none."""

    id: str
    created: datetime | None
    created_by: str
    size: int
    tags: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    id: str
    name: str
    driver: str
    scope: str
    created: datetime | None
    internal: bool = False
    attachable: bool = False
    ipv6: bool = False
    subnets: tuple[str, ...] = ()
    labels: Labels = field(default_factory=dict)

    @property
    def predefined(self) -> bool:
        """Docker's own networks, which it refuses to remove."""
        return self.name in ("bridge", "host", "none")


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume; its name is its id."""

    name: str
    driver: str
    mountpoint: str
    scope: str
    created: datetime | None
    labels: Labels = field(default_factory=dict)
    options: Labels = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.name


Thing = Container | Image | Network | Volume


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What `GET /info` and `GET /version` say about an engine and the machine under it; memory is in bytes."""

    id: str
    name: str
    version: str
    api_version: str
    min_api_version: str
    os: str
    os_type: str
    architecture: str
    kernel: str
    cpus: int
    memory: int
    storage_driver: str = ""
    log_driver: str = ""
    root_dir: str = ""
    rootless: bool = False
    product: str = "Docker"
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """What one container takes, at a moment of its engine's clock: CPU in nanoseconds since it began, and memory.

    `limit` is how much memory it may take, its own or the machine's; 0 where the engine does not say."""

    at: datetime
    cpu: int
    memory: int
    limit: int = 0


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One line of `docker system df`: how many there are, how many are in use, bytes in all and bytes reclaimable.

    `sizes` has the bytes of each by name, of volumes only: nothing else tells them."""

    kind: str
    total: int
    active: int
    size: int
    reclaimable: int
    sizes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EngineEvent:
    """One event of the engine's stream, narrowed to what the inventory and a person need."""

    kind: str
    action: str
    id: str
    name: str
    at: datetime
    attributes: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Details:
    """The whole `inspect` answer of one object beside its narrow fact, for detail pages; secret values are masked."""

    thing: Thing
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PullProgress:
    """One message of a pull: a layer's step when `layer` is set, else a word about the whole."""

    status: str
    layer: str = ""
    current: int | None = None
    total: int | None = None

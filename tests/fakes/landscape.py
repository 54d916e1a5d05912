"""A made-up engine's containers, images, networks and volumes, in the shapes and words of the Engine API."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PROJECTS = ("shop", "blog", "metrics", "mail", "ci", "wiki", "cache", "intranet", "maps", "billing")
SERVICES = ("web", "api", "worker", "db", "queue", "proxy", "cron", "search")
IMAGES = (
    "nginx:1.27",
    "python:3.12-slim",
    "postgres:17",
    "redis:7",
    "traefik:v3.1",
    "busybox:1.36",
    "node:22",
    "app:9",
)
# Out of twenty containers: most run, some ended, a few are in each rarer state.
STATES = ("running",) * 14 + ("exited",) * 3 + ("paused", "created", "restarting")
EPOCH = dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)
NEVER = "0001-01-01T00:00:00Z"


def digest(*words: object) -> str:
    """A 64 digit id that is the same for the same words."""
    return hashlib.sha256("/".join(map(str, words)).encode()).hexdigest()


@dataclass
class StubContainer:
    """The few facts of a container that everything the engine says about it is made from."""

    id: str
    number: int
    name: str
    image: str
    state: str
    exit_code: int = 0
    labels: dict[str, str] = field(default_factory=dict)
    env: list[str] = field(default_factory=list)

    @property
    def created(self) -> dt.datetime:
        return EPOCH + dt.timedelta(minutes=self.number)

    @property
    def is_up(self) -> bool:
        return self.state in {"running", "paused", "restarting"}

    @property
    def health(self) -> str:
        """Every third running container has a health check, and every thirtieth fails it."""
        if self.state != "running" or self.number % 3:
            return ""
        return "unhealthy" if self.number % 30 == 0 else "healthy"

    @property
    def status(self) -> str:
        match self.state:
            case "running":
                return "Up 3 days" + (f" ({self.health})" if self.health else "")
            case "paused":
                return "Up 3 days (Paused)"
            case "restarting":
                return "Restarting (1) 5 seconds ago"
            case "created":
                return "Created"
        return f"Exited ({self.exit_code}) 2 hours ago"

    @property
    def project(self) -> str:
        return self.labels.get("com.docker.compose.project", "")

    @property
    def network(self) -> str:
        return f"{self.project}_default"

    @property
    def image_id(self) -> str:
        return f"sha256:{digest('image', self.image)}"

    @property
    def public_port(self) -> int | None:
        return 20000 + self.number if self.is_up and self.number % 2 == 0 else None


class Landscape:
    """All that a made-up engine has; `mangle` is applied to every text in it that a person could have chosen."""

    def __init__(self, seed: str, containers: int, mangle: Callable[[str], str] = str) -> None:
        self.seed = seed
        self.mangle = mangle
        self.containers: dict[str, StubContainer] = {}
        for number in range(containers):
            self.add_container(number)
        self._listed: bytes | None = None

    def add_container(self, number: int, state: str | None = None) -> StubContainer:
        project, service = PROJECTS[number // len(SERVICES) % len(PROJECTS)], SERVICES[number % len(SERVICES)]
        container = StubContainer(
            id=digest(self.seed, "container", number),
            number=number,
            name=f"{self.mangle(f'{project}-{service}')}-{number}",
            image=self.mangle(IMAGES[number % len(IMAGES)]),
            state=state or STATES[number * 7 % len(STATES)],
            exit_code=(0, 1, 137, 143)[number % 4],
            labels={
                "com.docker.compose.project": self.mangle(project),
                "com.docker.compose.service": self.mangle(service),
                "com.docker.compose.container-number": "1",
                "org.example.owner": self.mangle(f"team-{number % 5}"),
            },
            env=["PATH=/usr/bin:/bin", f"DATABASE_PASSWORD={self.mangle(f'secret-{number}')}", "TZ=UTC"],
        )
        self.containers[container.id] = container
        self._listed = None
        return container

    def remove_container(self, container: StubContainer) -> None:
        del self.containers[container.id]
        self._listed = None

    def set_state(self, container: StubContainer, state: str) -> None:
        container.state = state
        self._listed = None

    def rename(self, container: StubContainer, name: str) -> None:
        container.name = name
        self._listed = None

    def find(self, wanted: str) -> StubContainer | None:
        """By full id, name, or a prefix of the id, as engines do."""
        if wanted in self.containers:
            return self.containers[wanted]
        for one in self.containers.values():
            if one.name == wanted or (wanted and one.id.startswith(wanted)):
                return one
        return None

    def listed_containers(self, only_running: bool) -> bytes:
        """The answer to GET /containers/json; kept between changes, since making it is our cost and not an engine's."""
        if only_running:
            return json.dumps([self.listed(one) for one in self.containers.values() if one.is_up]).encode()
        if self._listed is None:
            self._listed = json.dumps([self.listed(one) for one in self.containers.values()]).encode()
        return self._listed

    def listed(self, container: StubContainer) -> dict[str, Any]:
        ports: list[dict[str, Any]] = [{"PrivatePort": 8080, "Type": "tcp"}]
        if container.public_port:
            ports = [{"IP": "0.0.0.0", "PrivatePort": 8080, "PublicPort": container.public_port, "Type": "tcp"}]
        return {
            "Id": container.id,
            "Names": [f"/{container.name}"],
            "Image": container.image,
            "ImageID": container.image_id,
            "Command": self.mangle("/bin/serve --port 8080"),
            "Created": int(container.created.timestamp()),
            "Ports": ports if container.is_up else [],
            "Labels": container.labels,
            "State": container.state,
            "Status": self.mangle(container.status) if self.mangle is not str else container.status,
            "HostConfig": {"NetworkMode": container.network},
            "NetworkSettings": {"Networks": {container.network: self.attachment(container)}},
            "Mounts": self.mounts(container),
        }

    def attachment(self, container: StubContainer) -> dict[str, Any]:
        return {
            "IPAMConfig": None,
            "Links": None,
            "Aliases": [container.id[:12]],
            "NetworkID": digest(self.seed, "network", container.network),
            "EndpointID": digest("endpoint", container.id) if container.is_up else "",
            "Gateway": "172.20.0.1" if container.is_up else "",
            "IPAddress": f"172.20.{container.number // 250}.{container.number % 250 + 2}" if container.is_up else "",
            "IPPrefixLen": 16 if container.is_up else 0,
            "IPv6Gateway": "",
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "MacAddress": "02:42:ac:14:00:02" if container.is_up else "",
            "DriverOpts": None,
        }

    def mounts(self, container: StubContainer) -> list[dict[str, Any]]:
        if container.number % 4 != 3:
            return []
        name = f"{container.project}_data"
        return [
            {
                "Type": "volume",
                "Name": name,
                "Source": f"/var/lib/docker/volumes/{name}/_data",
                "Destination": "/data",
                "Driver": "local",
                "Mode": "z",
                "RW": True,
                "Propagation": "",
            }
        ]

    def projects(self) -> list[str]:
        return sorted({one.project for one in self.containers.values()})

    def images(self) -> list[dict[str, Any]]:
        names = sorted({one.image for one in self.containers.values()})
        made = [self._image(name, number) for number, name in enumerate(names)]
        dangling = self._image(f"{self.seed}-dangling", len(made)) | {"RepoTags": None, "RepoDigests": None}
        return [*made, dangling]

    def _image(self, name: str, number: int) -> dict[str, Any]:
        repository = name.rpartition(":")[0] or name
        return {
            "Containers": -1,
            "Created": int((EPOCH - dt.timedelta(days=number)).timestamp()),
            "Id": f"sha256:{digest('image', name)}",
            "Labels": {"org.opencontainers.image.title": self.mangle(repository)},
            "ParentId": "",
            "RepoDigests": [f"{repository}@sha256:{digest('digest', name)}"],
            "RepoTags": [name],
            "SharedSize": -1,
            "Size": 20_000_000 * (number + 1),
            "VirtualSize": 20_000_000 * (number + 1),
        }

    def networks(self) -> list[dict[str, Any]]:
        names = [("bridge", "bridge"), ("host", "host"), ("none", "null")]
        names += [(f"{project}_default", "bridge") for project in self.projects()]
        names.append((self.mangle("unused-net"), "bridge"))
        return [
            {
                "Name": name,
                "Id": digest(self.seed, "network", name),
                "Created": EPOCH.isoformat().replace("+00:00", "Z"),
                "Scope": "local",
                "Driver": driver,
                "EnableIPv6": False,
                "IPAM": {
                    "Driver": "default",
                    "Options": None,
                    "Config": [{"Subnet": f"172.{18 + number}.0.0/16"}] if driver == "bridge" else [],
                },
                "Internal": False,
                "Attachable": False,
                "Ingress": False,
                "ConfigFrom": {"Network": ""},
                "ConfigOnly": False,
                "Containers": {},
                "Options": {},
                "Labels": {"com.docker.compose.project": name.removesuffix("_default")} if number > 2 else {},
            }
            for number, (name, driver) in enumerate(names)
        ]

    def volumes(self) -> list[dict[str, Any]]:
        names = [f"{project}_data" for project in self.projects()] + [self.mangle("left-over")]
        return [
            {
                "CreatedAt": EPOCH.isoformat().replace("+00:00", "Z"),
                "Driver": "local",
                "Labels": {"com.docker.compose.project": name.removesuffix("_data")},
                "Mountpoint": f"/var/lib/docker/volumes/{name}/_data",
                "Name": name,
                "Options": None,
                "Scope": "local",
            }
            for name in names
        ]

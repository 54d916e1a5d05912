"""What is acted on: one object of one host, a host, or something of the console itself."""

from __future__ import annotations

from dataclasses import dataclass

from hosts.models.hosts import Host


@dataclass(frozen=True, slots=True)
class Target:
    """`noun` is Docker's or the console's word (`container`, `host`, `person` ...); `id` is the full id.

    `host` may be an unsaved row (a host being tried before it is added); it is None for what belongs to no host.
    `owner` is the key of the person whose own it is, where it is somebody's.
    """

    noun: str
    host: Host | None = None
    id: str = ""
    name: str = ""
    owner: int | None = None

    @property
    def label(self) -> str:
        return self.name or self.id[:12] or (self.host.name if self.host else self.noun)

"""What is acted on: one object of one host, a host, or something of the console itself."""

from __future__ import annotations

from dataclasses import dataclass

from hosts.facts import Noun
from hosts.models.hosts import Host

# What is on a host, or a host itself. A job is too, where it is about one host.
_OF_A_HOST = frozenset({"host", "job", *Noun})


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

    @classmethod
    def of(cls, host: Host) -> Target:
        """A saved host itself."""
        return cls("host", host, str(host.pk), host.name)

    @property
    def is_of_host(self) -> bool:
        """Whether the kind of thing it is lives on a host; a host that comes along with another kind means nothing."""
        return self.noun in _OF_A_HOST

    @property
    def label(self) -> str:
        return self.name or self.id[:12] or (self.host.name if self.host else self.noun)

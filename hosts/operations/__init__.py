"""Everything that can change something: importing this package declares every operation."""

from hosts.operations import (
    containers,
    history,
    hosts,
    images,
    jobs,
    language,
    networks,
    people,
    redaction,
    registries,
    setup,
    views,
    volumes,
)

__all__ = [
    "containers",
    "history",
    "hosts",
    "images",
    "jobs",
    "language",
    "networks",
    "people",
    "redaction",
    "registries",
    "setup",
    "views",
    "volumes",
]

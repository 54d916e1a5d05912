"""What needs a person: containers in trouble or lately ended, the room that Docker takes, the largest images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

from django.db.models import Case, Count, F, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from hosts.inventory.read.containers import CONTAINERS, FAILED, LATELY
from hosts.inventory.read.images import IMAGES
from hosts.models import Container, Host, Image, Row

_ARow = TypeVar("_ARow", bound=Row)
_MOST_PUBLISHING = 1000
_UNHEALTHY = Q(state="running", health="unhealthy")


class Trouble(IntEnum):
    """What may be wrong with a container, the most urgent first."""

    UNHEALTHY = 0
    RESTARTING = 1
    DEAD = 2
    FAILED = 3
    ENDED = 4


@dataclass(frozen=True, slots=True)
class Ended:
    """How many containers ended in the last day, and how many of them with an error."""

    lately: int
    failed: int


@dataclass(frozen=True, slots=True)
class Room:
    """What a machine has and what Docker takes of it, in bytes; None where nobody measured."""

    cpus: int
    memory: int
    taken: int | None
    free: int | None


def troubled(hosts: Iterable[Host], most: int) -> dict[Trouble, list[Container]]:
    """The containers that need a look, by what is wrong with them, at most so many of each, the latest first."""
    here = {host.pk: host for host in hosts}
    ended = Q(state="exited", finished_at__gte=timezone.now() - LATELY)
    kind = Case(
        When(_UNHEALTHY, then=Value(Trouble.UNHEALTHY)),
        When(state="restarting", then=Value(Trouble.RESTARTING)),
        When(state="dead", then=Value(Trouble.DEAD)),
        When(FAILED, then=Value(Trouble.FAILED)),
        default=Value(Trouble.ENDED),
    )
    place = Window(RowNumber(), partition_by=F("trouble"), order_by=[F("finished_at").desc(nulls_last=True), F("name")])
    rows = (
        Container.objects.filter(_UNHEALTHY | Q(state__in=("restarting", "dead")) | ended, host__in=here, gone_at=None)
        .only("host_id", *CONTAINERS.light)
        .annotate(trouble=kind)
        .annotate(place=place)
        .filter(place__lte=most)
        .order_by("trouble", "place")
    )
    found: dict[Trouble, list[Container]] = {}
    for row in rows:
        found.setdefault(Trouble(row.trouble), []).append(_placed(row, here))
    return found


def publishing(hosts: Iterable[Host]) -> list[Container]:
    """The containers that have ports open on their machine now, by name; on which address is in their `ports`."""
    here = {host.pk: host for host in hosts}
    if not here:
        return []
    open_now = Q(state__in=("running", "paused", "restarting"), ports__contains="->")
    rows = Container.objects.filter(open_now, host__in=here, gone_at=None).only("host_id", *CONTAINERS.light)
    return [_placed(row, here) for row in rows.order_by("name")[:_MOST_PUBLISHING]]


def ended(hosts: Iterable[Host]) -> Ended:
    since = timezone.now() - LATELY
    rows = Container.objects.filter(host__in=[host.pk for host in hosts], gone_at=None, state__in=("exited", "dead"))
    found = rows.filter(finished_at__gte=since).aggregate(lately=Count("pk"), failed=Count("pk", filter=FAILED))
    return Ended(found["lately"], found["failed"])


def largest_images(hosts: Iterable[Host], most: int) -> list[Image]:
    """With `used_by`, the number of containers that were made from each."""
    here = {host.pk: host for host in hosts}
    rows = Image.objects.filter(host__in=here, gone_at=None).only("host_id", *IMAGES.light)
    return [_placed(row, here) for row in rows.annotate(**IMAGES.extra).order_by("-size", "name")[:most]]


def room(hosts: Iterable[Host]) -> dict[int, Room]:
    """By the key of the host."""
    rows = Host.objects.filter(pk__in=[host.pk for host in hosts]).values_list("pk", "info", "usage", "usage_at")
    return {pk: _room(info, usage if measured else None) for pk, info, usage, measured in rows}


def _room(info: Mapping[str, Any], usage: list[dict[str, Any]] | None) -> Room:
    taken, free = (
        None if usage is None else sum(line.get(key, 0) for line in usage) for key in ("size", "reclaimable")
    )
    return Room(info.get("cpus") or 0, info.get("memory") or 0, taken, free)


def _placed(row: _ARow, here: Mapping[int, Host]) -> _ARow:
    """Its host is known already: it need not be fetched again for each row."""
    row.host = here[row.host_id]
    return row

"""The figures of the overview and of a host's page: how much there is, and what of it needs a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Sum

from hosts.models import Container, Host, Image, Network, Volume


@dataclass(slots=True)
class Totals:
    """Containers by state, and what else there is; `image_bytes` counts shared layers once per image."""

    states: dict[str, int] = field(default_factory=dict)
    unhealthy: int = 0
    images: int = 0
    image_bytes: int = 0
    networks: int = 0
    volumes: int = 0

    @property
    def containers(self) -> int:
        return sum(self.states.values())

    @property
    def running(self) -> int:
        return self.states.get("running", 0)

    @property
    def stopped(self) -> int:
        return self.states.get("exited", 0) + self.states.get("created", 0) + self.states.get("dead", 0)

    @property
    def restarting(self) -> int:
        return self.states.get("restarting", 0)


def totals(hosts: Iterable[Host]) -> dict[int, Totals]:
    """The figures of each host by its key, in four queries however many there are."""
    found = {host.pk: Totals() for host in hosts}
    here = {"host_id__in": list(found), "gone_at": None}
    for host, state, health, count in (
        Container.objects.filter(**here).order_by().values_list("host", "state", "health").annotate(n=Count("pk"))
    ):
        found[host].states[state] = found[host].states.get(state, 0) + count
        found[host].unhealthy += count if health == "unhealthy" and state == "running" else 0
    for host, count, size in (
        Image.objects.filter(**here).order_by().values_list("host").annotate(n=Count("pk"), size=Sum("size"))
    ):
        found[host].images, found[host].image_bytes = count, size or 0
    for host, count in Network.objects.filter(**here).order_by().values_list("host").annotate(n=Count("pk")):
        found[host].networks = count
    for host, count in Volume.objects.filter(**here).order_by().values_list("host").annotate(n=Count("pk")):
        found[host].volumes = count
    return found


def added_up(each: Iterable[Totals]) -> Totals:
    """All of them together."""
    whole = Totals()
    for one in each:
        for state, count in one.states.items():
            whole.states[state] = whole.states.get(state, 0) + count
        whole.unhealthy += one.unhealthy
        whole.images += one.images
        whole.image_bytes += one.image_bytes
        whole.networks += one.networks
        whole.volumes += one.volumes
    return whole

"""Which containers are gone, and their lines were kept? Those that a query of the list of containers means."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Exists, OuterRef, Q

from hosts.access import Capability, Permissions
from hosts.inventory.read.containers import CONTAINERS
from hosts.inventory.read.lists import chosen_hosts, listing
from hosts.inventory.read.query import Query
from hosts.models import Container, Host, KeptLog

# What a kept log knows of its container. Whatever else is asked for, the inventory must still remember.
_KNOWN = frozenset(("project", "service", "label", "hosts"))


def removed_logs(query: Query, permissions: Permissions, most: int) -> list[tuple[KeptLog, Host]]:
    """The newest of them."""
    hosts = {host.pk: host for host in chosen_hosts(permissions.hosts(Capability.CONTAINER_LOGS), query.hosts)}
    there = Container.objects.filter(host=OuterRef("host"), engine_id=OuterRef("engine_id"), gone_at=None)
    found = KeptLog.objects.filter(~Exists(there), host__in=hosts, dropping=False)
    for word in query.q.split():
        found = found.filter(
            Q(name__icontains=word) | Q(engine_id__startswith=word.lower()) | Q(project__icontains=word)
        )
    for each in CONTAINERS.filters:
        if each.name in query.chosen and each.name in _KNOWN:
            found = found.filter(each.where(query.chosen[each.name]))
    if query.chosen.keys() - _KNOWN:
        rows = listing(CONTAINERS, replace(query, gone=True, page=1, size=most), permissions).rows
        found = found.filter(engine_id__in=[row.engine_id for row in rows if row.gone_at])
    return [(kept, hosts[kept.host_id]) for kept in found.order_by("-pk")[:most]]

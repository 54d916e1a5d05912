"""The list of hosts, with what runs on each counted in SQL."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from hosts.access import Capability, Permissions
from hosts.inventory.read.filters import equal
from hosts.inventory.read.lists import Listing, count_facets
from hosts.inventory.read.query import Query
from hosts.inventory.read.spec import Column, Filter, Spec
from hosts.models import Container, Host, HostGroup, HostState, Image, Row, Volume


def counted(model: type[Row], **only: Any) -> Coalesce:
    """How many of the objects the host of the outer query has."""
    rows = model._default_manager.filter(host=OuterRef("pk"), gone_at=None, **only).order_by()
    number = rows.values("host").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def in_groups(**named: Any) -> Q:
    """Hosts that are in a group of that name; a subquery, so that none is listed twice."""
    return Q(pk__in=HostGroup.objects.filter(**named).values("hosts"))


COUNTS: dict[str, Any] = {
    "containers_all": counted(Container),
    "containers_running": counted(Container, state="running"),
    "containers_unhealthy": counted(Container, health="unhealthy", state="running"),
    "images_all": counted(Image),
    "volumes_all": counted(Volume),
}
# What needs a person first.
URGENCY = Case(
    *(
        When(state=state, then=Value(place))
        for place, state in enumerate(("changed", "refused", "down", "unknown", "up", "disabled"))
    ),
    default=Value(9),
)
HOSTS = Spec(
    noun="host",
    model=Host,
    capability=Capability.HOST_VIEW,
    searched=_("Name, address, tag or version"),
    columns=(
        Column("name", _("Name"), ("name",), fixed=True),
        Column("state", _("State"), (URGENCY, "state_since")),
        Column("containers", _("Containers"), ("containers_running", "containers_all"), downwards=True, end=True),
        Column("images", _("Images"), ("images_all",), downwards=True, end=True),
        Column("volumes", _("Volumes"), ("volumes_all",), downwards=True, end=True, shown=False),
        Column("version", _("Engine"), (KeyTextTransform("version", "info"),)),
        Column("os", _("System"), (KeyTextTransform("os", "info"),), shown=False),
        Column("cpus", _("CPU"), (KeyTransform("cpus", "info"),), downwards=True),
        Column("memory", _("Memory"), (KeyTransform("memory", "info"),), downwards=True),
        Column("address", _("Address"), ("url",), shown=False),
        Column("groups", _("Groups and tags"), ("tags",)),
        Column("added", _("Added"), ("added_at",), downwards=True, shown=False),
    ),
    filters=(
        Filter(
            "state",
            _("State"),
            equal("state"),
            tuple(HostState.values),
            facet="state",
            words=dict(HostState.choices),
        ),
        Filter("group", _("Group"), lambda values: in_groups(name__in=values)),
        Filter("tag", _("Tag"), lambda values: Q(*(Q(tags__icontains=f'"{value}"') for value in values))),
    ),
    light=(),
    projects=False,
    keeps_gone=False,
)


def host_listing(query: Query, permissions: Permissions) -> Listing:
    """One page of the hosts that the person may see."""
    visible = permissions.hosts(HOSTS.capability)
    rows = _matching(query, Host.objects.filter(pk__in=[host.pk for host in visible]))
    total, counts = count_facets(HOSTS, query, rows)
    if states := query.chosen.get("state"):
        rows = rows.filter(state__in=states)
    page = min(query.page, max(1, -(-total // query.size)))
    column = HOSTS.by_name[query.sort.removeprefix("-")]
    first = (page - 1) * query.size
    shown = (
        rows.annotate(**COUNTS)
        .order_by(*column.ordering(query.sort.startswith("-")), "pk")
        .defer("tls_ca", "tls_cert", "tls_key", "ssh_key", "ssh_host_key", "usage")
        .prefetch_related("groups")[first : first + query.size]
    )
    return Listing(list(shown) if total else [], total, page, counts, {}, visible)


def _matching(query: Query, rows: QuerySet[Host]) -> QuerySet[Host]:
    if query.hosts:
        rows = rows.filter(name__in=query.hosts)
    for word in query.q.split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(url__icontains=word)
            | Q(tags__icontains=word)
            | Q(info__icontains=word)
            | in_groups(name__icontains=word)
        )
    for each in HOSTS.filters:
        if each.name in query.chosen and not each.facet:
            rows = rows.filter(each.where(query.chosen[each.name]))
    return rows

"""One way to list anything: filter, sort, count and page in SQL, over the hosts that a person may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, QuerySet, When
from django.utils.translation import gettext as _

from hosts.access import Permissions
from hosts.inventory.read.filters import in_text
from hosts.inventory.read.query import Query, QueryError
from hosts.inventory.read.spec import YES_NO, Spec
from hosts.models import Host


@dataclass(frozen=True, slots=True)
class Summary:
    """How many rows a project has within the list, and how many in each state."""

    project: str
    total: int
    states: dict[str, int]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list. `counts[filter][value]` is how many rows that choice would leave, the other filters kept."""

    rows: list[Any]
    total: int
    page: int
    counts: dict[str, dict[str, int]]
    projects: dict[str, Summary]
    hosts: list[Host]


def listing(spec: Spec, query: Query, permissions: Permissions, inside: Host | None = None) -> Listing:
    """The page that is asked for, of one host or of all; the last page when there are fewer."""
    visible = permissions.hosts(spec.capability)
    hosts = [host for host in chosen_hosts(visible, query.hosts) if inside in (None, host)]
    rows = _matching(spec, query, hosts)
    total, counts = count_facets(spec, query, rows)
    for name in query.chosen.keys() & spec.facets.keys():
        rows = rows.alias(**spec.counted).filter(spec.facets[name].where(query.chosen[name]))
    page = min(query.page, max(1, -(-total // query.size)))
    found = _page(spec, query, rows, page) if total else []
    by_id = {host.pk: host for host in hosts}
    for row in found:
        row.host = by_id[row.host_id]
    projects = _summaries(spec, rows, found) if query.by_project else {}
    return Listing(found, total, page, counts, projects, hosts)


def chosen_hosts(visible: list[Host], names: tuple[str, ...]) -> list[Host]:
    """The hosts of these names, all of them without names; an unknown one and a hidden one are told apart by nobody."""
    if not names:
        return visible
    by_name = {host.name: host for host in visible}
    if unknown := [name for name in names if name not in by_name]:
        raise QueryError(_("There is no host “%s”, or you may not see it.") % unknown[0])
    return [by_name[name] for name in names]


def project_names(spec: Spec, hosts: Iterable[Host], most: int = 300) -> list[str]:
    """The projects there are, for a person to choose from."""
    rows = spec.model._default_manager.filter(host__in=[host.pk for host in hosts], gone_at=None)
    return list(rows.exclude(project="").order_by("project").values_list("project", flat=True).distinct()[:most])


def _matching(spec: Spec, query: Query, hosts: list[Host]) -> QuerySet[Any]:
    """All that the query asks for but the facets, which are counted first."""
    rows = spec.model._default_manager.filter(host_id__in=[host.pk for host in hosts])
    if not query.gone:
        rows = rows.filter(gone_at=None)
    for word in query.q.lower().split():
        rows = rows.filter(in_text(word))
    for each in spec.filters:
        if each.name in query.chosen and not each.facet:
            rows = rows.filter(each.where(query.chosen[each.name]))
    return rows


def count_facets(spec: Spec, query: Query, rows: QuerySet[Any]) -> tuple[int, dict[str, dict[str, int]]]:
    """How many rows match, and how many each value of each facet would leave: from one query."""
    if not spec.facets:
        return rows.count(), {}
    names = list(spec.facets)
    keys = [spec.facets[name].facet for name in names]
    total = 0
    counts: dict[str, dict[str, int]] = {name: {} for name in names}
    grouped = rows.annotate(**spec.counted).order_by().values_list(*keys).annotate(_rows=Count("pk"))
    for *values, count in grouped:
        words = [_word(value) for value in values]
        misses = [name for name, word in zip(names, words, strict=True) if word not in query.chosen.get(name, (word,))]
        total += 0 if misses else count
        for name, word in zip(names, words, strict=True):
            if not misses or misses == [name]:
                counts[name][word] = counts[name].get(word, 0) + count
    return total, counts


def _word(value: object) -> str:
    return YES_NO[not value] if isinstance(value, bool) else str(value)


def _page(spec: Spec, query: Query, rows: QuerySet[Any], page: int) -> list[Any]:
    """Which rows is decided on the narrowest columns that will do; only those few are then read and annotated."""
    order: list[Any] = [*spec.by_name[query.sort.removeprefix("-")].ordering(query.sort.startswith("-")), "pk"]
    if query.by_project:
        order = [Case(When(project="", then=1), default=0), "project", *order]
    first = (page - 1) * query.size
    chosen = rows.alias(**spec.extra).order_by(*order).values("pk")[first : first + query.size]
    return list(
        spec.model._default_manager.filter(pk__in=chosen)
        .only("host_id", *spec.light)
        .annotate(**spec.extra)
        .order_by(*order)
    )


def _summaries(spec: Spec, rows: QuerySet[Any], found: list[Any]) -> dict[str, Summary]:
    """Of each project on the page: how many rows it has in all, and in which states."""
    state = "state" if any(each.facet == "state" for each in spec.filters) else "project"
    names = {row.project for row in found}
    counted = rows.filter(project__in=names).order_by().values_list("project", state).annotate(_rows=Count("pk"))
    states: dict[str, dict[str, int]] = {}
    for project, word, count in counted:
        states.setdefault(project, {})[word] = count
    return {
        project: Summary(project, sum(each.values()), each if state == "state" else {})
        for project, each in states.items()
    }

"""How any list of the inventory is shown: its rows with their links and buttons, its chips, its columns, its pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.live.wish import GONE, MEANING
from dashboard.pages import chips
from dashboard.pages.allowed import may_on, permissions, visible_host
from dashboard.pages.errors import BadQuery
from dashboard.requests import Request
from dashboard.rows import containers, hosts, images, networks, volumes
from dashboard.rows.base import Line, drawn
from dashboard.targets import ref
from hosts.access import Capability
from hosts.inventory.read.lists import Listing, listing, project_names
from hosts.inventory.read.query import SIZES, Query, QueryError, parse
from hosts.inventory.read.spec import Column, Spec
from hosts.models import Host, HostState, User
from hosts.operations.base import Danger, every, find, offered_for

QUICK = 2


CELLS = {
    "container": containers.CELLS,
    "image": images.CELLS,
    "network": networks.CELLS,
    "volume": volumes.CELLS,
    "host": hosts.CELLS,
}


def list_page(request: Request, spec: Spec, host_name: str = "", made_by: str = "") -> HttpResponse:
    """The whole page, or only its live part when htmx asks for that. Inside a host the list is narrowed to it.

    `made_by` names the operation on a host that makes such an object.
    """
    host = visible_host(request, host_name, spec.capability) if host_name else None
    try:
        query = parse(request.GET, spec, kept_lists(request).get(spec.noun))
        found = listing(spec, query, permissions(request), host)
    except QueryError as error:
        raise BadQuery(str(error)) from error
    choices = column_choices(spec, query)
    if host and not request.GET.get("cols"):
        query = replace(query, columns=tuple(name for name in query.columns if name != "host"))
    context = list_context(request, spec, query, found, _lines(request, spec, query, found))
    context |= {
        "column_choices": choices,
        "host": host,
        "view_host": host_name,
        "maker": _maker(request, made_by, found),
        "logs_url": _logs_url(request, spec, found, host),
    }
    if request.htmx.target == "live":
        return render(request, "pages/lists/live.html", context)
    context["projects"] = project_names(spec, found.hosts) if spec.projects else []
    return render(request, f"pages/{spec.noun}s.html", context)


def object_url(noun: str, host: str, engine_id: str) -> str:
    """The address of one object's page, whatever an engine gave as its id."""
    return f"{reverse(f'host_{noun}s', args=[host])}{quote(engine_id.removeprefix('sha256:'), safe='')}/"


def kept_lists(request: Request) -> dict[str, Any]:
    """How the person wants each list, by its noun."""
    kept: dict[str, Any] = request.user.lists if isinstance(request.user, User) else {}
    return kept


def column_choices(spec: Spec, query: Query) -> list[tuple[Column, bool]]:
    """The columns that one may do without, and whether each is chosen."""
    return [(column, column.name in query.columns) for column in spec.columns if not column.fixed]


def page_of(total: int, size: int, number: int) -> Page[int]:
    """A page of rows that were already cut out in SQL."""
    return Paginator(range(total), size).page(number)


def list_context(request: Request, spec: Spec, query: Query, found: Listing, lines: list[Line]) -> dict[str, Any]:
    """What the templates of a list need."""
    columns = [column for column in spec.columns if column.name in query.columns]
    bulk = _bulk(request, spec, found)
    return {
        "spec": spec,
        "noun": spec.noun,
        "query": query,
        "sort": query.sort,
        "columns": [_head(column) for column in columns],
        "column_choices": column_choices(spec, query),
        "view_page": f"{spec.noun}s",
        "plain_url": chips.without(request, "cols", "size", "sort", "group"),
        "drawn": drawn(
            spec.noun, CELLS[spec.noun], [(each.name, str(each.label), each.end) for each in columns], bool(bulk)
        ),
        "lines": lines,
        "total": found.total,
        "page": page_of(found.total, query.size, found.page),
        "facets": chips.facets(request, spec, query, found),
        "set_filters": chips.set_filters(request, spec, query),
        "kept": chips.kept(request, "q", "project"),
        "sizes": SIZES,
        "group_label": _("By project"),
        "usual_group": kept_lists(request).get(spec.noun, {}).get("group", ""),
        "gone_label": _("Removed too"),
        "empty_template": f"{spec.noun}s/_empty.html",
        "clear_url": chips.without_filters(request, spec),
        "away": [host for host in found.hosts if is_away(host)],
        "topics": " ".join(["hosts", *(f"host.{host.pk}" for host in found.hosts)]),
        "bulk": bulk,
        "all_hosts": found.hosts,
        "may_add_hosts": permissions(request).may(Capability.HOST_ADD),
    }


def is_away(host: Host) -> bool:
    """Whether what we show of it is only what was last known."""
    return host.state not in (HostState.UP, HostState.UNKNOWN)


def _lines(request: Request, spec: Spec, query: Query, found: Listing) -> list[Line]:
    base: dict[int, str] = {}
    may: dict[int, Callable[[Any], bool]] = {}
    lines = []
    heading: str | None = None
    reads_logs = spec.noun == "container"
    for row in found.rows:
        host = row.host
        if host.pk not in base:
            base[host.pk] = reverse(f"host_{spec.noun}s", args=[host.name])
            may[host.pk] = may_on(request, host)
        operations = [] if row.gone_at or is_away(host) else offered_for(spec.noun, row, may[host.pk])
        url = f"{base[host.pk]}{quote(row.engine_id.removeprefix('sha256:'), safe='')}/"
        begins = query.by_project and row.project != heading
        heading = row.project
        lines.append(
            Line(
                row,
                ref(spec.noun, host.name, row.engine_id),
                url,
                operations[:QUICK],
                len(operations) > QUICK,
                is_away(host),
                row.gone_at is not None,
                found.projects.get(row.project) if begins else None,
                f"{url}logs/" if reads_logs and not row.gone_at and may[host.pk](Capability.CONTAINER_LOGS) else "",
            )
        )
    return lines


def _bulk(request: Request, spec: Spec, found: Listing) -> list[dict[str, Any]]:
    """What can be done to many rows at once, by who may do it on one of the hosts at least."""
    asked = permissions(request)
    reading = [_reads_logs()] if spec.noun == "container" and _may_read_logs(request, found.hosts) else []
    return reading + [
        {
            "url": reverse("do", args=[operation.name]),
            "label": operation.label,
            "icon": operation.icon,
            "danger": operation.danger is Danger.DESTROY,
            "doing": "" if operation.asks else operation.doing,
        }
        for operation in every()
        if operation.noun == spec.noun
        and operation.bulk
        and operation.listed
        and any(asked.may(operation.capability, host) for host in found.hosts)
    ]


def _reads_logs() -> dict[str, Any]:
    """It leads somewhere and changes nothing, so no dialog answers."""
    return {"url": reverse("picked_logs"), "label": _("Logs"), "icon": "file-text", "leads": True}


def _may_read_logs(request: Request, hosts: list[Host]) -> bool:
    return any(permissions(request).may(Capability.CONTAINER_LOGS, host) for host in hosts)


def _logs_url(request: Request, spec: Spec, found: Listing, host: Host | None) -> str:
    """The logs of all that is listed, read as one."""
    if spec.noun != "container" or not found.total or not _may_read_logs(request, found.hosts):
        return ""
    chosen = [(name, value) for name in MEANING for value in request.GET.getlist(name) if value and name != "on"]
    if host and ("host", host.name) not in chosen:
        chosen.append(("host", host.name))
    if chosen and request.GET.get(GONE) == "1":
        chosen.append((GONE, "1"))
    return f"{reverse('merged_logs')}?{urlencode(chosen or {'state': 'running'})}"


def _maker(request: Request, name: str, found: Listing) -> dict[str, Any] | None:
    """The operation that makes one, and the hosts on which the person may do that now."""
    operation = find(name)
    if operation is None:
        return None
    asked = permissions(request)
    places = [host for host in found.hosts if not is_away(host) and asked.may(operation.capability, host)]
    urls = [(host, f"{reverse('do', args=[name])}?{urlencode({'on': ref('host', host.name, '')})}") for host in places]
    return {"operation": operation, "urls": urls} if urls else None


def _head(column: Column) -> dict[str, Any]:
    """The head of a column, as `sort_header` wants it."""
    return {
        "name": column.name,
        "label": column.label,
        "css": "end" if column.end else "",
        "first": "-" if column.downwards else "",
    }

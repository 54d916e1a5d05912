"""Hosts: the list of them, and the page of one: its state, its engine, what it has, what happened lately."""

from __future__ import annotations

from typing import Any

from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.pages.allowed import may_on, operations_on, permissions, visible_host
from dashboard.pages.errors import BadQuery
from dashboard.pages.lists import is_away, kept_lists, list_context, object_url
from dashboard.pages.overview import troubled
from dashboard.requests import Request
from dashboard.rows.base import Line
from dashboard.targets import ref
from hosts.facts import Noun
from hosts.inventory.read.hosts import HOSTS, host_listing
from hosts.inventory.read.query import QueryError, parse
from hosts.inventory.read.totals import totals
from hosts.models import Host, HostEvent
from hosts.operations.base import offered_for

EVENTS = 30


@require_safe
def hosts(request: Request) -> HttpResponse:
    try:
        query = parse(request.GET, HOSTS, kept_lists(request).get(HOSTS.noun))
    except QueryError as error:
        raise BadQuery(str(error)) from error
    found = host_listing(query, permissions(request))
    context = list_context(request, HOSTS, query, found, [_line(request, host) for host in found.rows])
    context |= {"topics": "hosts", "away": []}
    template = "pages/lists/live.html" if request.htmx.target == "live" else "pages/hosts.html"
    return render(request, template, context)


@require_safe
def host(request: Request, host: str) -> HttpResponse:
    shown = Host.objects.prefetch_related("groups").get(pk=visible_host(request, host).pk)
    operations = operations_on(request, "host", shown, shown)
    context = {
        "host": shown,
        "away": is_away(shown),
        "totals": totals([shown])[shown.pk],
        "troubled": troubled([shown]),
        "events": [_linked(event, shown) for event in HostEvent.objects.filter(host=shown)[:EVENTS]],
        "operations": [each for each in operations if each.name != "host.usage"],
        "measure": next((each for each in operations if each.name == "host.usage"), None),
        "trust": next((each for each in operations if each.name == "host.trust"), None),
        "ref": ref("host", shown.name, ""),
        "topics": f"hosts host.{shown.pk}",
    }
    template = "pages/hosts/live.html" if request.htmx.target == "live" else "pages/host.html"
    return render(request, template, context)


def _linked(event: HostEvent, host: Host) -> dict[str, Any]:
    """An event with the address of what it happened to, where that has a page."""
    url = object_url(event.kind, host.name, event.engine_id) if event.kind in list(Noun) and event.engine_id else ""
    return {**model_to_dict(event, ["kind", "action", "engine_id", "name", "at"]), "url": url}


def _line(request: Request, host: Host) -> Line:
    operations = offered_for("host", host, may_on(request, host))
    return Line(
        host,
        ref("host", host.name, ""),
        reverse("host", args=[host.name]),
        [],
        bool(operations),
        is_away(host),
    )

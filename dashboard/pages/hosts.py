"""Hosts: the list of them, and the page of one: its state, its engine, what it has, what happened lately."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.pages.allowed import may_on, operations_on, permissions, visible_host
from dashboard.pages.errors import BadQuery
from dashboard.pages.lists import is_away, kept_lists, list_context, object_url
from dashboard.pages.troubled import troubled
from dashboard.requests import Request
from dashboard.rows.base import Line
from dashboard.targets import ref
from hosts.facts import Noun
from hosts.inventory import load
from hosts.inventory.read import attention
from hosts.inventory.read.hosts import HOSTS, host_listing
from hosts.inventory.read.query import QueryError, parse
from hosts.inventory.read.totals import totals
from hosts.models import Host, HostEvent
from hosts.operations.base import offered_for

EVENTS = 80
SHOWN_EVENTS = 20
SHOWN_ACTIONS = 6


@require_safe
def hosts(request: Request) -> HttpResponse:
    try:
        query = parse(request.GET, HOSTS, kept_lists(request).get(HOSTS.noun))
    except QueryError as error:
        raise BadQuery(str(error)) from error
    found = host_listing(query, permissions(request))
    loads = load.last([host.pk for host in found.rows])
    for each in found.rows:
        each.load = loads.get(each.pk)
    context = list_context(request, HOSTS, query, found, [_line(request, host) for host in found.rows])
    named = urlencode({"host": [host.name for host in found.rows]}, doseq=True)
    context |= {"topics": "hosts", "away": [], "load_url": f"{reverse('load')}?{named}"}
    template = "pages/lists/live.html" if request.htmx.target == "live" else "pages/hosts.html"
    return render(request, template, context)


@require_safe
def host(request: Request, host: str) -> HttpResponse:
    shown = Host.objects.prefetch_related("groups").get(pk=visible_host(request, host).pk)
    operations = operations_on(request, "host", shown, shown)
    figures = totals([shown])[shown.pk]
    containers = reverse("host_containers", args=[shown.name])
    context = {
        "host": shown,
        "away": is_away(shown),
        "load": load.last([shown.pk]).get(shown.pk),
        "totals": figures,
        "troubled": troubled([shown], figures, attention.ended([shown]), containers),
        "events": _happened(shown),
        "operations": [each for each in operations if each.name != "host.usage"],
        "measure": next((each for each in operations if each.name == "host.usage"), None),
        "trust": next((each for each in operations if each.name == "host.trust"), None),
        "ref": ref("host", shown.name, ""),
        "topics": f"hosts host.{shown.pk}",
    }
    template = "pages/hosts/live.html" if request.htmx.target == "live" else "pages/host.html"
    return render(request, template, context)


def _happened(host: Host) -> list[dict[str, Any]]:
    """The last events, the newest first; those in a row of one object are one line: "kill → die → stop"."""
    lines: list[dict[str, Any]] = []
    for (kind, engine_id), events in groupby(
        HostEvent.objects.filter(host=host)[:EVENTS], key=lambda event: (event.kind, event.engine_id)
    ):
        listed = list(events)
        url = object_url(kind, host.name, engine_id) if kind in list(Noun) and engine_id else ""
        actions = [event.action for event in reversed(listed)]
        lines.append(
            {
                "kind": kind,
                "name": listed[0].name or engine_id,
                "url": url,
                "at": listed[0].at,
                "earlier": max(0, len(actions) - SHOWN_ACTIONS),
                "actions": actions[-SHOWN_ACTIONS:],
            }
        )
    return lines[:SHOWN_EVENTS]


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

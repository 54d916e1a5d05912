"""The load of hosts, and of one container: fragments that a page asks for by itself while somebody looks at it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from dashboard.pages.allowed import granted, permissions
from dashboard.pages.details import Elsewhere, find
from dashboard.pages.lists import is_away
from dashboard.requests import Request
from hosts.access import Capability, Target
from hosts.facts import Noun
from hosts.inventory import load
from hosts.inventory.read.attention import room
from hosts.models import Host

MOST_HOSTS = 100


@require_safe
def hosts_load(request: Request) -> HttpResponse:
    """Of the hosts that `host` names, as far as the person may see what runs there."""
    named = set(request.GET.getlist("host")[:MOST_HOSTS])
    shown = [each for each in permissions(request).hosts(Capability.CONTAINER_VIEW) if each.name in named]
    known = load.last([each.pk for each in shown])
    due = [each.pk for each in shown if not is_away(each) and (each.pk not in known or known[each.pk].due)]
    if due:
        # Those of a list have no addresses and keys with them.
        whole = Host.objects.in_bulk(due).values()
        load.measure([granted(request, Capability.CONTAINER_VIEW, Target("host", each)) for each in whole])
        known = load.last([each.pk for each in shown])
    rooms = room(shown)
    marks = [(each, rooms[each.pk], known.get(each.pk), is_away(each)) for each in shown if each.pk in rooms]
    return render(request, "pages/load/hosts.html", {"marks": marks})


@require_safe
def container_load(request: Request, host: str, ref: str) -> HttpResponse:
    row: Any
    try:
        here, row = find(request, Noun.CONTAINER, host, ref)
    except Elsewhere as answer:
        return redirect(f"{answer.url}load/")
    known = load.last([here.pk], row.engine_id).get(here.pk)
    runs = row.state in load.USING and row.gone_at is None and not is_away(here)
    if runs and (known is None or known.due):
        target = Target(Noun.CONTAINER, here, row.engine_id, row.name)
        load.measure([granted(request, Capability.CONTAINER_VIEW, target)])
        known = load.last([here.pk], row.engine_id).get(here.pk)
    return render(request, "pages/load/container.html", {"load": known, "runs": runs})

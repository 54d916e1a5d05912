"""The menus of a row and of a project, asked for when they are opened: everything that may be done now."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.do import MOST_TARGETS
from dashboard.pages.allowed import may_on, operations_on, permissions, visible_host
from dashboard.pages.lists import is_away
from dashboard.requests import Request
from dashboard.targets import find_row, ref
from hosts.access import Capability
from hosts.facts import Noun
from hosts.inventory.read.containers import CONTAINERS
from hosts.models import Container
from hosts.operations.base import Operation, every


@require_safe
def operations_menu(request: Request) -> HttpResponse:
    ref = request.GET.get("on", "")
    noun, _colon, rest = ref.partition(":")
    host_name, _colon, engine_id = rest.partition(":")
    host = visible_host(request, host_name)
    if noun == "host":
        operations = operations_on(request, noun, host, host)
    elif noun in list(Noun):
        row = find_row(Noun(noun), host, engine_id)
        operations = [] if row.gone_at or is_away(host) else operations_on(request, noun, row, host)
    else:
        raise Http404(_("There is nothing of this kind."))
    return render(request, "operations/menu.html", {"operations": operations, "ref": ref})


@require_safe
def project_menu(request: Request) -> HttpResponse:
    """What can be done with all containers of `?project=` at once, of all hosts or of `?host=`."""
    project, host_name = request.GET.get("project", ""), request.GET.get("host", "")
    hosts = [visible_host(request, host_name)] if host_name else permissions(request).hosts(Capability.CONTAINER_VIEW)
    by_id = {host.pk: host for host in hosts if not is_away(host)}
    rows = Container.objects.filter(project=project, host__in=list(by_id), gone_at=None).exclude(project="")
    found = list(rows.only("host_id", *CONTAINERS.light).order_by("name", "pk")[:MOST_TARGETS])
    for row in found:
        row.host = by_id[row.host_id]
    chosen = {"project": project, **({"host": host_name} if host_name else {})}
    context = {
        "project": project,
        "only_url": f"{reverse('containers')}?{urlencode(chosen)}",
        "entries": [
            (operation, refs, json.dumps({"on": refs}))
            for operation in every()
            if operation.noun == Noun.CONTAINER
            and operation.bulk
            and operation.listed
            and (refs := _possible_for(request, operation, found))
        ],
    }
    return render(request, "operations/project_menu.html", context)


def _possible_for(request: Request, operation: Operation, rows: list[Container]) -> list[str]:
    return [
        ref(Noun.CONTAINER, row.host.name, row.engine_id)
        for row in rows
        if may_on(request, row.host)(operation.capability) and operation.offered(row)
    ]

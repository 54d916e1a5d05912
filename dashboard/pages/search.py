"""Any object by name: the page of the search box, and the list that drops down below it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.pages.allowed import permissions
from dashboard.pages.errors import BadQuery
from dashboard.pages.lists import object_url
from dashboard.requests import Request
from dashboard.templatetags.names import bytes_in_words, short
from hosts.inventory.read import search as read
from hosts.models import Container, Image, Network, Row, Volume

LONGEST = 200


@require_safe
def search(request: Request) -> HttpResponse:
    q = request.GET.get("q", "").strip()
    if len(q) > LONGEST or not q.isprintable():
        raise BadQuery(_("Look for at most %s characters that can be printed.") % LONGEST)
    found = read.search(q, permissions(request))
    context = {"q": q, "search_q": q, "groups": [group for group in _groups(found) if group["results"]]}
    template = "components/search_results.html" if "fragment" in request.GET else "pages/search.html"
    return render(request, template, context)


def _groups(found: read.Found) -> list[dict[str, Any]]:
    labels = {
        "container": (_("Containers"), "box"),
        "image": (_("Images"), "stack-2"),
        "network": (_("Networks"), "network"),
        "volume": (_("Volumes"), "database"),
    }
    hosts = [_hit(reverse("host", args=[host.name]), host.name, host.get_state_display()) for host in found.hosts]
    projects = [_hit(f"{reverse('containers')}?{urlencode({'project': name})}", name) for name in found.projects]
    return [
        {"label": _("Hosts"), "icon": "server", "results": hosts},
        {"label": _("Projects"), "icon": "category", "results": projects},
        *(
            {"label": labels[noun][0], "icon": labels[noun][1], "results": [_of_row(noun, row) for row in rows]}
            for noun, rows in found.rows.items()
        ),
    ]


def _of_row(noun: str, row: Row) -> dict[str, str]:
    name = row.name or _("untagged %s") % short(row.engine_id)
    return _hit(object_url(noun, row.host.name, row.engine_id), short(name), _detail(row), row.host.name)


def _detail(row: Row) -> str:
    if isinstance(row, Container):
        return f"{row.state} · {row.image}"
    if isinstance(row, Image):
        return bytes_in_words(row.size)
    return row.driver if isinstance(row, Network | Volume) else ""


def _hit(url: str, name: str, detail: str = "", host: str = "") -> dict[str, str]:
    return {"url": url, "name": name, "detail": detail, "host": host}

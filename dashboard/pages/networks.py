"""Networks: the list over all hosts, the same inside one host, and the page of one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard.pages.lists import list_page
from hosts.inventory.read.networks import NETWORKS


@require_safe
def networks(request: HttpRequest, host: str = "") -> HttpResponse:
    return list_page(request, NETWORKS, host, made_by="network.create")

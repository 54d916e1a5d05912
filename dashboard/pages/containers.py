"""Containers: the list over all hosts, the same inside one host, and the page of one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard.pages.lists import list_page
from hosts.inventory.read.containers import CONTAINERS


@require_safe
def containers(request: HttpRequest, host: str = "") -> HttpResponse:
    return list_page(request, CONTAINERS, host, made_by="")

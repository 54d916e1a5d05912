"""Volumes: the list over all hosts, the same inside one host, and the page of one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard.pages.lists import list_page
from hosts.inventory.read.volumes import VOLUMES


@require_safe
def volumes(request: HttpRequest, host: str = "") -> HttpResponse:
    return list_page(request, VOLUMES, host, made_by="volume.create")

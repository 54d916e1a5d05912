"""The logins to registries."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.pages.errors import Refused
from dashboard.requests import Request
from dashboard.targets import CONSOLE, ref
from hosts.access import Capability, Denied, grant
from hosts.models import Registry
from hosts.operations.base import find, offered_for


@require_safe
def registries(request: Request) -> HttpResponse:
    answer = grant(request.actor, Capability.REGISTRY_MANAGE, CONSOLE)
    if isinstance(answer, Denied):
        raise Refused(answer)
    rows = Registry.objects.only("pk", "server", "username", "added_at")
    listed = [
        (row, ref("registry", "", str(row.pk)), offered_for("registry", row, lambda capability: True)) for row in rows
    ]
    return render(request, "pages/registries.html", {"registries": listed, "add": find("registry.add")})

"""The logins to registries, with the hosts that each is for, and the registries that hosts may pull from."""

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
from hosts.operations.registries import allowed


@require_safe
def registries(request: Request) -> HttpResponse:
    answer = grant(request.actor, Capability.REGISTRY_MANAGE, CONSOLE)
    if isinstance(answer, Denied):
        raise Refused(answer)
    rows = list(
        Registry.objects.only("pk", "server", "username", "added_at", "confirmed").prefetch_related("scopes__group")
    )
    listed = [
        (row, ref("registry", "", str(row.pk)), offered_for("registry", row, lambda capability: True)) for row in rows
    ]
    context = {
        "registries": listed,
        "unconfirmed": sum(not row.confirmed for row in rows),
        "allowed": allowed(),
        "add": find("registry.add"),
        "allow": find("registry.allow"),
    }
    return render(request, "pages/registries.html", context)

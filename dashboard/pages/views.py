"""Saved views: those of one's own and those that everybody has, to open, name, share and remove."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.pages.allowed import permissions
from dashboard.requests import Request
from dashboard.views import Shown, shown, visible
from hosts.access import Capability
from hosts.operations.base import Operation, offered_for


@require_safe
def views(request: Request) -> HttpResponse:
    found = shown(request, visible(request).order_by("page", "name", "pk"))
    rows = [(each, _operations(request, each)) for each in found]
    return render(request, "pages/views.html", {"rows": rows})


def _operations(request: Request, each: Shown) -> list[Operation]:
    """One's own can be changed; of others' an administrator can end the sharing."""
    asked = permissions(request)
    wanted = [Capability.VIEW_SAVE, Capability.VIEW_SHARE] if each.own else [Capability.PERSON_MANAGE]
    return offered_for("view", each.view, lambda capability: capability in wanted and asked.may(capability))

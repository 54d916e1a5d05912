"""The side navigation and the host switcher: what this person may open, asked at each page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dashboard.pages.allowed import permissions
from dashboard.requests import Request
from hosts.access import Capability

# Name of the URL, label, icon, and the capability that it needs somewhere, if any.
PLACES = (
    ("overview", _("Overview"), "layout-dashboard", None),
    ("hosts", _("Hosts"), "server", None),
    ("containers", _("Containers"), "box", None),
    ("merged_logs", _("Logs"), "file-text", None),
    ("images", _("Images"), "stack-2", None),
    ("networks", _("Networks"), "network", None),
    ("volumes", _("Volumes"), "database", None),
    ("jobs", _("Jobs"), "list-check", None),
    ("registries", _("Registries"), "building-warehouse", Capability.REGISTRY_MANAGE),
    ("history", _("Kept logs"), "device-sd-card", Capability.HISTORY_MANAGE),
    ("redaction", _("Redaction"), "eye-off", Capability.LOGS_REDACTION),
    ("people", _("People"), "users", Capability.PERSON_MANAGE),
    ("audit", _("Audit"), "history", Capability.AUDIT_VIEW),
)
# The letter that leads there after a "g".
GO = {
    "overview": "o",
    "hosts": "h",
    "containers": "c",
    "merged_logs": "l",
    "images": "i",
    "networks": "n",
    "volumes": "v",
    "jobs": "j",
    "registries": "r",
    "history": "k",
    "redaction": "d",
    "people": "p",
    "audit": "a",
}


def navigation(request: Request) -> dict[str, Any]:
    """`nav`: places with url, label, icon, active; `nav_hosts`: the hosts the person may see. Only when drawn."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"nav": [], "nav_hosts": []}
    return {"nav": lambda: _places(request), "nav_hosts": lambda: permissions(request).hosts()}


def _places(request: Request) -> list[dict[str, Any]]:
    may = permissions(request).may_anywhere
    found = []
    for name, label, icon, capability in PLACES:
        if capability and not may(capability):
            continue
        url = reverse(name)
        active = request.path == url or (name != "overview" and request.path.startswith(url))
        found.append({"url": url, "label": label, "icon": icon, "active": active, "go": GO.get(name, "")})
    return found

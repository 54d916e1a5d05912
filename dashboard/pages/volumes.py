"""Volumes: the list over all hosts, the same inside one host, and the page of one with who mounts it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from dashboard.pages import details
from dashboard.pages.lists import list_page, object_url
from dashboard.requests import Request
from hosts.facts import Noun
from hosts.inventory.read import related
from hosts.inventory.read.volumes import VOLUMES

MOST_RELATED = 200


@require_safe
def volumes(request: Request, host: str = "") -> HttpResponse:
    return list_page(request, VOLUMES, host, made_by="volume.create")


@require_safe
def volume(request: Request, host: str, ref: str) -> HttpResponse:
    return details.page(request, Noun.VOLUME, host, ref, _describe)


def _describe(shown: details.Shown) -> dict[str, Any]:
    users = related.users_of(shown.row)[:MOST_RELATED]
    return {
        "size": _size(shown),
        "users": [(each, object_url("container", shown.host.name, each.engine_id)) for each in users],
        "options": sorted(shown.thing.get("options", {}).items()),
        "labels": sorted(shown.thing.get("labels", {}).items()),
    }


def _size(shown: details.Shown) -> int | None:
    """As of when the disk usage of its host was measured; nothing else tells it, and measuring takes long."""
    sizes: dict[str, Any] = next(
        (line.get("sizes", {}) for line in shown.host.usage if line.get("kind") == "volume"), {}
    )
    size = sizes.get(shown.row.name)
    return size if isinstance(size, int) else None

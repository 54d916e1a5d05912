"""Networks: the list over all hosts, the same inside one host, and the page of one with who is in it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from dashboard.pages import details
from dashboard.pages.lists import list_page, object_url
from dashboard.requests import Request
from hosts.facts import Noun
from hosts.inventory.read import inspected, related
from hosts.inventory.read.networks import NETWORKS

MOST_RELATED = 200


@require_safe
def networks(request: Request, host: str = "") -> HttpResponse:
    return list_page(request, NETWORKS, host, made_by="network.create")


@require_safe
def network(request: Request, host: str, ref: str) -> HttpResponse:
    return details.page(request, Noun.NETWORK, host, ref, _describe)


def _describe(shown: details.Shown) -> dict[str, Any]:
    addresses = dict(inspected.connected(shown.raw))
    users = related.users_of(shown.row)[:MOST_RELATED]
    return {
        "users": [
            (each, object_url("container", shown.host.name, each.engine_id), addresses.get(each.engine_id, ""))
            for each in users
        ],
        "pools": inspected.pools(shown.raw),
        "options": inspected.options(shown.raw),
        "labels": sorted(shown.thing.get("labels", {}).items()),
    }

"""Containers: the list over all hosts, the same inside one host, and the page of one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from dashboard.pages import details
from dashboard.pages.lists import list_page, object_url
from dashboard.requests import Request
from hosts.facts import Noun, Port
from hosts.inventory.read import inspected, related
from hosts.inventory.read.containers import CONTAINERS

MOST_RELATED = 50
_EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - read, not bound to


@require_safe
def containers(request: Request, host: str = "") -> HttpResponse:
    return list_page(request, CONTAINERS, host)


@require_safe
def container(request: Request, host: str, ref: str) -> HttpResponse:
    return details.page(request, Noun.CONTAINER, host, ref, lambda shown: _describe(request, shown))


def _describe(request: Request, shown: details.Shown) -> dict[str, Any]:
    row, thing, raw = shown.row, shown.thing, shown.raw
    image = related.image_of(row)
    return {
        "image_url": object_url("image", shown.host.name, image.engine_id) if image else "",
        "ports": _ports(request, shown),
        "mounts": _mounts(shown),
        "networks": _networks(shown),
        "siblings": [(each, object_url("container", shown.host.name, each.engine_id)) for each in _siblings(row)],
        "labels": sorted(thing.get("labels", {}).items()),
        "environment": inspected.environment(raw),
        "probes": inspected.health_log(raw),
        "process": inspected.process(raw),
        "policy": inspected.restart_policy(raw) if raw else "",
        "limits": inspected.limits(raw),
        "security": inspected.security(raw),
    }


def _siblings(row: Any) -> list[Any]:
    return list(related.project_of(row)[:MOST_RELATED])


def _ports(request: Request, shown: details.Shown) -> list[tuple[str, str]]:
    """Each port in Docker's words, with the address at which a browser may find it."""
    machine = urlsplit(shown.host.url).hostname or request.get_host().rsplit(":", 1)[0]
    found = []
    for each in shown.thing.get("ports", []):
        port = Port(**each)
        if port.public is None or port.protocol != "tcp":
            url = ""
        elif port.ip in _EVERYWHERE:
            url = f"http://{machine}:{port.public}/"
        else:
            url = f"http://[{port.ip}]:{port.public}/" if ":" in port.ip else f"http://{port.ip}:{port.public}/"
        found.append((str(port), url))
    return found


def _mounts(shown: details.Shown) -> list[dict[str, Any]]:
    mounts = shown.thing.get("mounts", [])
    volumes = related.volumes_named(shown.host, [each["source"] for each in mounts if each["kind"] == "volume"])
    return [{**each, "url": _url("volume", shown, volumes.get(each["source"]))} for each in mounts]


def _networks(shown: details.Shown) -> list[dict[str, Any]]:
    places = shown.thing.get("networks", [])
    found = related.networks_named(shown.host, [each["network_id"] or each["network"] for each in places])
    return [
        {**each, "url": _url("network", shown, found.get(each["network_id"] or each["network"]))} for each in places
    ]


def _url(noun: str, shown: details.Shown, row: Any) -> str:
    return object_url(noun, shown.host.name, row.engine_id) if row else ""

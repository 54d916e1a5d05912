"""Containers: the list over all hosts, the same inside one host, and the page of one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.pages import details, published
from dashboard.pages.allowed import permissions
from dashboard.pages.lists import is_away, list_page, object_url
from dashboard.requests import Request
from hosts.access import Capability
from hosts.facts import Noun
from hosts.inventory import load
from hosts.inventory.read import exits, inspected, related
from hosts.inventory.read.containers import CONTAINERS
from hosts.lines.redaction import MASK
from hosts.operations.base import find

MOST_RELATED = 50
# The parts of a container's page beside its overview and its log, by the last word of their address.
SECTIONS = frozenset({"environment", "mounts", "networks", "health", "labels", "inspect"})


@require_safe
def containers(request: Request, host: str = "") -> HttpResponse:
    return list_page(request, CONTAINERS, host)


@require_safe
def container(request: Request, host: str, ref: str, section: str = "") -> HttpResponse:
    """The page of one; `section` names the part of it that is shown."""
    if section and section not in SECTIONS:
        raise Http404(_("A container's page has no such part."))
    return details.page(
        request, Noun.CONTAINER, host, ref, lambda shown: _describe(request, shown, section), section=section
    )


def _describe(request: Request, shown: details.Shown, section: str) -> dict[str, Any]:
    row, thing, raw = shown.row, shown.thing, shown.raw
    environment = inspected.environment(raw)
    counts = {
        "environment": len(environment) if raw else None,
        "mounts": len(thing.get("mounts", ())),
        "networks": len(thing.get("networks", ())),
        "labels": len(thing.get("labels", ())),
    }
    return {
        "section_template": f"pages/containers/{section or 'overview'}.html",
        "counts": counts,
        "load": load.last([shown.host.pk], row.engine_id).get(shown.host.pk),
        "takes": row.state in load.USING and row.gone_at is None and not is_away(shown.host),
        "image": _image(shown),
        "ports": published.ports(request, shown.host, thing.get("ports", ())),
        "mounts": _mounts(shown),
        "networks": _networks(shown),
        "siblings": [(each, object_url("container", shown.host.name, each.engine_id)) for each in _siblings(row)],
        "labels": sorted(thing.get("labels", {}).items()),
        "environment": environment,
        "masked": any(MASK in value for _name, value in environment),
        "reveal": find("container.env") if _may_reveal(request, shown) else None,
        "probes": inspected.health_log(raw),
        "check": inspected.health_check(raw),
        "ended": exits.explain(row, thing),
        "process": inspected.process(raw),
        "policy": inspected.restart_policy(raw) if raw else "",
        "limits": inspected.limits(raw),
        "security": inspected.security(raw),
    }


def _may_reveal(request: Request, shown: details.Shown) -> bool:
    there = shown.row.gone_at is None and not is_away(shown.host)
    return there and permissions(request).may(Capability.CONTAINER_ENV, shown.host)


def _image(shown: details.Shown) -> dict[str, Any]:
    """Its image's page, and the digest that the registry knows it by."""
    found = related.image_of(shown.row)
    digests = found.facts.get("digests", ()) if found else ()
    return {
        "url": object_url("image", shown.host.name, found.engine_id) if found else "",
        "digest": digests[0].partition("@")[2] if digests else "",
    }


def _siblings(row: Any) -> list[Any]:
    return list(related.project_of(row)[:MOST_RELATED])


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

"""Images: the list over all hosts, the same inside one host, and the page of one with its layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from dashboard.pages import details
from dashboard.pages.lists import list_page, object_url
from dashboard.requests import Request
from hosts.engine.connect import Engine
from hosts.facts import Layer, Noun
from hosts.inventory.read import inspected, related
from hosts.inventory.read.images import IMAGES

MOST_RELATED = 100


@require_safe
def images(request: Request, host: str = "") -> HttpResponse:
    return list_page(request, IMAGES, host, made_by="image.pull")


@require_safe
def image(request: Request, host: str, ref: str) -> HttpResponse:
    return details.page(request, Noun.IMAGE, host, ref, _describe, _history)


def _history(engine: Engine, image_id: str) -> Sequence[Layer]:
    return engine.images.history(image_id)


def _describe(shown: details.Shown) -> dict[str, Any]:
    layers: Sequence[Layer] = shown.also or ()
    users = related.users_of_image(shown.row)[:MOST_RELATED]
    return {
        "layers": layers,
        "largest": max((layer.size for layer in layers), default=0),
        "users": [(each, object_url("container", shown.host.name, each.engine_id)) for each in users],
        "digests": [each.split("@", 1) for each in shown.thing.get("digests", ()) if "@" in each],
        "labels": sorted(shown.thing.get("labels", {}).items()),
        "environment": inspected.environment(shown.raw),
        "process": inspected.process(shown.raw),
    }

"""Images: the list over all hosts, the same inside one host, and the page of one with its layers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard.pages import details
from dashboard.pages.lists import list_page, object_url
from hosts.facts import Layer, Noun
from hosts.inventory.read import inspected, related
from hosts.inventory.read.images import IMAGES

MOST_RELATED = 100


@require_safe
def images(request: HttpRequest, host: str = "") -> HttpResponse:
    return list_page(request, IMAGES, host, made_by="image.pull")


@require_safe
def image(request: HttpRequest, host: str, ref: str) -> HttpResponse:
    return details.page(request, Noun.IMAGE, host, ref, _describe, lambda engine, image_id: engine.images.history(image_id))


def _describe(shown: details.Shown) -> dict[str, Any]:
    users = related.users_of_image(shown.row)[:MOST_RELATED]
    return {
        "layers": _bars(list(shown.also or ())),
        "users": [(each, object_url("container", shown.host.name, each.engine_id)) for each in users],
        "labels": sorted(shown.thing.get("labels", {}).items()),
        "environment": inspected.environment(shown.raw),
        "process": inspected.process(shown.raw),
    }


def _bars(layers: list[Layer]) -> list[tuple[Layer, int, int]]:
    """Each layer with its size and that of the largest, for a bar."""
    most = max((layer.size for layer in layers), default=0)
    return [(layer, layer.size, most) for layer in layers]

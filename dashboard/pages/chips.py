"""The chips above a list: one per choice with its count, one per filter that is set, and links that keep the rest."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from dashboard.requests import Request
from hosts.inventory.read.lists import Listing
from hosts.inventory.read.query import Query
from hosts.inventory.read.spec import Filter, Spec


def link(query: QueryDict) -> str:
    """A link to this page with another query."""
    query.pop("page", None)
    return "?" + query.urlencode()


def facets(request: Request, spec: Spec, query: Query, found: Listing) -> list[dict[str, Any]]:
    """Per facet its chips: only what would leave something, and what is chosen."""
    shown = []
    for each in spec.facets.values():
        counts = found.counts.get(each.name, {})
        chosen = query.chosen.get(each.name, ())
        values = [value for value in each.values or sorted(counts) if counts.get(value) or value in chosen]
        if len(values) > 1 or chosen:
            made = [_chip(request, each, value, value in chosen, counts.get(value, 0)) for value in values]
            shown.append({"label": each.label, "chips": made})
    return shown


def set_filters(request: Request, spec: Spec, query: Query) -> list[dict[str, str]]:
    """The filters that no control on the page shows, each with a link that takes it off."""
    shown = [
        (each.name, str(each.label), value, str(each.words.get(value, value)))
        for each in spec.filters
        if not each.facet and each.name != "project"
        for value in query.chosen.get(each.name, ())
    ]
    shown += [("host", _("Host"), name, name) for name in query.hosts]
    return [
        {"label": label, "value": words, "url": _without(request, name, value)} for name, label, value, words in shown
    ]


def kept(request: Request, *but: str) -> list[tuple[str, str]]:
    """The parameters that a form has no field for, so that sending it keeps them."""
    return [
        (name, value)
        for name, values in request.GET.lists()
        if name not in (*but, "page", "fragment")
        for value in values
        if value
    ]


def without_filters(request: Request, spec: Spec) -> str:
    """This list in the same order and with the same columns, but everything that is in it."""
    query = request.GET.copy()
    for name in ("q", "host", "gone", *(each.name for each in spec.filters)):
        query.pop(name, None)
    return link(query)


def without(request: Request, *names: str) -> str:
    """This page without these parameters, as an address of its own."""
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return request.path + link(query)


def _chip(request: Request, each: Filter, value: str, on: bool, count: int) -> dict[str, Any]:
    query = request.GET.copy()
    values = [one for one in query.getlist(each.name) if one and one != value]
    query.setlist(each.name, values if on else [*values, value])
    return {"label": each.words.get(value, value) or _("none"), "url": link(query), "on": on, "count": count}


def _without(request: Request, name: str, value: str) -> str:
    query = request.GET.copy()
    query.setlist(name, [one for one in query.getlist(name) if one.strip() != value])
    return link(query)

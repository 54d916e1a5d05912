"""Anything by name, and what can be done with it: the palette's list, and the same as a page without JavaScript."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.pages.errors import BadQuery
from dashboard.palette import answer
from dashboard.requests import Request

LONGEST = 200
LONGEST_KEY, MOST_KEYS = 400, 20


@require_safe
def search(request: Request) -> HttpResponse:
    """`?q=` some words, `?on=` one object whose operations are wanted, `?recent=` keys of what was chosen lately."""
    q = request.GET.get("q", "").strip()
    if len(q) > LONGEST or not q.isprintable():
        raise BadQuery(_("Look for at most %s characters that can be printed.") % LONGEST)
    keys = [key for key in request.GET.getlist("recent")[:MOST_KEYS] if len(key) <= LONGEST_KEY]
    on = request.GET.get("on", "")
    groups = answer.on_object(request, on, q) if on else answer.groups(request, q, keys)
    fragment = "fragment" in request.GET
    template = "components/search_results.html" if fragment else "pages/search.html"
    return render(request, template, {"q": q, "groups": groups, "on": on, "listed": fragment})

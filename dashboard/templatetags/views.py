"""{% load views %}: the menu of saved views, for the pages that can be saved."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.urls import reverse
from django.utils.http import urlencode

from dashboard.pages.allowed import permissions
from dashboard.requests import Request
from dashboard.views import shown, visible
from hosts.access import Capability
from hosts.models import same_query

register = template.Library()


@register.inclusion_tag("pages/lists/views.html", takes_context=True)
def views_menu(context: Context, page: str, host: str = "") -> dict[str, Any]:
    """{% views_menu "containers" %}: saved views of this page, and saving what it shows now.

    Inside a host's own list `host` is its name: the view is then saved as the list over all hosts, narrowed to it.
    """
    request: Request = context["request"]
    query = QueryDict(mutable=True)
    query.update(request.GET)
    if host:
        query["host"] = host
    now = same_query(query.urlencode())
    found = shown(request, visible(request, page), now, page)
    return {
        "views": found,
        "current": next((each for each in found if each.current), None),
        "save_url": f"{reverse('do', args=['view.save'])}?{urlencode({'page': page, 'query': now})}",
        "change_url": reverse("do", args=["view.change"]),
        "query": now,
        "host": host,
        "narrowed": bool(now),
        "may_save": permissions(request).may(Capability.VIEW_SAVE),
    }

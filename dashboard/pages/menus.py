"""The menu of one row, asked for when it is opened: everything that may be done with it now."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.pages.allowed import operations_on, visible_host
from dashboard.pages.lists import is_away
from dashboard.requests import Request
from dashboard.targets import find_row
from hosts.facts import Noun


@require_safe
def operations_menu(request: Request) -> HttpResponse:
    ref = request.GET.get("on", "")
    noun, _colon, rest = ref.partition(":")
    host_name, _colon, engine_id = rest.partition(":")
    host = visible_host(request, host_name)
    if noun == "host":
        operations = operations_on(request, noun, host, host)
    elif noun in list(Noun):
        row = find_row(Noun(noun), host, engine_id)
        operations = [] if row.gone_at or is_away(host) else operations_on(request, noun, row, host)
    else:
        raise Http404(_("There is nothing of this kind."))
    return render(request, "operations/menu.html", {"operations": operations, "ref": ref})

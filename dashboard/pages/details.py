"""One object of one host, as its engine describes it now; where that does not answer, as it was last known."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dashboard.pages.allowed import granted, operations_on, permissions, visible_host
from dashboard.pages.lists import is_away, object_url
from dashboard.requests import Request
from dashboard.targets import find_row, ref
from hosts.access import Capability, Grant, Target
from hosts.engine.connect import Engine, open_engine
from hosts.engine.errors import EngineError, NotFound
from hosts.facts import Details, Noun
from hosts.inventory.read import related
from hosts.inventory.write_facts import as_json
from hosts.models import Host, Row, masker
from hosts.operations.base import Operation

# Of a container in that state, in this order.
LIKELY = {
    "running": ("container.stop", "container.restart"),
    "restarting": ("container.stop",),
    "paused": ("container.unpause", "container.stop"),
    "exited": ("container.start", "container.remove"),
    "created": ("container.start", "container.remove"),
    "dead": ("container.remove",),
}


@dataclass(slots=True)
class Notice:
    level: str
    title: str
    text: str


@dataclass(slots=True)
class Shown:
    """`thing` is the fact as JSON; `raw` the masked inspect answer, empty when the engine was not asked or is silent;
    `also` what it was asked besides."""

    host: Host
    row: Any
    thing: dict[str, Any]
    raw: dict[str, Any] = field(default_factory=dict)
    notice: Notice | None = None
    also: Any = None


class Elsewhere(Exception):
    """The object has another address than the one that was asked for."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


def page(
    request: Request,
    noun: Noun,
    host: str,
    object_id: str,
    describe: Callable[[Shown], dict[str, Any]],
    also: Callable[[Engine, str], Any] | None = None,
    section: str = "",
) -> HttpResponse:
    """The page of one object; `describe` adds what is special about its kind, `also` is asked of the engine besides.

    `section` is the part of it that is shown, where it has several: the last word of its address."""
    try:
        found, row = find(request, noun, host, object_id)
    except Elsewhere as answer:
        return redirect(f"{answer.url}{section}/" if section else answer.url)
    live = request.htmx.target == "live"
    stamp = f"{found.state}-{related.stamp(row)}"
    if live and request.GET.get("seen") == stamp:
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    shown = look_at(request, noun, found, row, also)
    context = _context(request, noun, shown) | {
        "section": section,
        # What went wrong once is tried again at each nudge; else the engine is asked only when something changed.
        "live_url": request.path if shown.notice else f"{request.path}?{urlencode({'seen': stamp})}",
        **describe(shown),
    }
    template = f"pages/{noun}s/live.html" if live else f"pages/{noun}.html"
    return render(request, template, context)


def _context(request: Request, noun: Noun, shown: Shown) -> dict[str, Any]:
    """What the page of any object needs."""
    host, row = shown.host, shown.row
    operations = [] if row.gone_at or is_away(host) else operations_on(request, noun, row, host)
    likely, rest = by_likelihood(noun, row, operations)
    return {
        "noun": noun.value,
        "host": host,
        "row": row,
        "thing": shown.thing,
        "notice": shown.notice,
        "raw": json.dumps(shown.raw, indent=2, ensure_ascii=False) if shown.raw else "",
        "ref": ref(noun, host.name, row.engine_id),
        "operations": likely,
        "more_operations": rest,
        "may_see_trail": permissions(request).may(Capability.AUDIT_VIEW, host),
        "topics": f"host.{host.pk}",
    }


def by_likelihood(noun: Noun, row: Any, operations: list[Operation]) -> tuple[list[Operation], list[Operation]]:
    """What a person is likely to want next, and the rest, which folds away; few operations are all shown."""
    if noun is not Noun.CONTAINER:
        return operations, []
    names = ("container.restart", "container.stop") if row.health == "unhealthy" else LIKELY.get(row.state, ())
    likely = [each for name in names for each in operations if each.name == name]
    return likely, [each for each in operations if each not in likely]


def find(request: Request, noun: Noun, host_name: str, object_id: str) -> tuple[Host, Row]:
    """The host and the row of an id, the beginning of one, or a name."""
    host = Host.objects.get(pk=visible_host(request, host_name, Capability(f"{noun}.view")).pk)
    if not object_id.isprintable():
        raise Http404(_("There is nothing of this name."))
    row: Row = find_row(noun, host, object_id)
    row.host = host
    if object_id != row.engine_id.removeprefix("sha256:"):
        raise Elsewhere(object_url(noun, host.name, row.engine_id))
    return host, row


def look_at(
    request: Request, noun: Noun, host: Host, row: Row, also: Callable[[Engine, str], Any] | None = None
) -> Shown:
    """Ask the engine, unless we know already that it does not answer."""
    shown = Shown(host, row, row.facts)
    grant = granted(request, Capability(f"{noun}.view"), Target(noun, host, row.engine_id, row.name))
    if row.gone_at is not None:
        shown.notice = Notice("info", _("This has been removed"), _("What is shown is what was last known."))
    elif is_away(host):
        title = _("%(host)s: %(state)s") % {"host": host.name, "state": host.get_state_display()}
        words = _("What is shown is what was last known.")
        shown.notice = Notice("warn", title, f"{host.state_reason} {words}".strip())
    else:
        _ask(shown, grant, noun, also)
    return shown


def _ask(shown: Shown, grant: Grant, noun: Noun, also: Callable[[Engine, str], Any] | None) -> None:
    """Put in what the engine answers, or a notice for the person when it does not or cannot."""
    engine_id = shown.row.engine_id
    masker()  # what the engine answers is masked by the rules of now
    try:
        with open_engine(grant) as engine:
            details: Details = engine.get(noun, engine_id)
            shown.also = also(engine, engine_id) if also else None
    except NotFound:
        shown.notice = Notice("info", _("The engine has this no more"), _("What is shown is what was last known."))
    except EngineError as error:
        words = _("What is shown is what was last known.")
        shown.notice = Notice("warn", _("%s did not answer") % shown.host.name, f"{error.sentence} {words}")
    else:
        shown.thing, shown.raw = as_json(details.thing), dict(details.raw)
        _bring_up_to_date(shown.row, details)


def _bring_up_to_date(row: Row, details: Details) -> None:
    """Give the row the state that the engine tells, so that page and buttons say the same; it is not saved."""
    for name in ("name", "state", "health", "exit_code", "restarts"):
        if hasattr(row, name) and hasattr(details.thing, name):
            setattr(row, name, getattr(details.thing, name))

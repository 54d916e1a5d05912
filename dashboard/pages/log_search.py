"""A search through all logs at once: what engines still have and what is kept, of removed containers too."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from dashboard.live.newest import Superseded, as_newest
from dashboard.live.search import ACTION
from dashboard.live.search_sources import Looked, feeds, find_logs, shown_moment
from dashboard.live.search_wish import Unclear, search_wish
from dashboard.live.turns import Turn
from dashboard.live.wish import MEANING, Source, refusal_recorded
from dashboard.pages.allowed import permissions
from dashboard.pages.errors import BadQuery
from dashboard.pages.logs import SCRIPTED_COOKIE, shown_line
from dashboard.requests import Request
from hosts.access import Capability
from hosts.inventory.read.containers import CONTAINERS
from hosts.inventory.read.lists import project_names
from hosts.inventory.read.query import QueryError
from hosts.models import HostGroup, redactor
from hosts.operations.recording import record_readings
from hosts.streams.looking_back import Far, Feed, Found, LookingBack, Trouble

USUAL_SINCE = "24h"
SINCES = (
    ("15m", gettext_lazy("Last 15 minutes")),
    ("1h", gettext_lazy("Last hour")),
    ("6h", gettext_lazy("Last 6 hours")),
    (USUAL_SINCE, gettext_lazy("Last 24 hours")),
    ("7d", gettext_lazy("Last 7 days")),
    ("30d", gettext_lazy("Last 30 days")),
    ("all", gettext_lazy("Everything")),
    ("custom", gettext_lazy("From … to …")),
)
# Those of the query of the list of containers that have a field here; others that the address has are kept.
FIELDS = ("host", "hosts", "q", "project", "label")
PLAIN_HITS, PLAIN_SECONDS, WAIT_SECONDS = 200, 5.0, 10.0

_Within = tuple[list[Found], list[str], Far | None]


@require_safe
def log_search(request: Request) -> HttpResponse:
    """`?filter=` is looked for; `?since=&until=` say when, and the list of containers where (`host`, `q` …)."""
    context = _fields(request)
    if context["filter"] and (request.GET.get("plain") or SCRIPTED_COOKIE not in request.COOKIES):
        try:
            context |= _plain(request, context)
        except Unclear as unclear:
            context["problem"] = unclear.sentence
    return render(request, "pages/logs/search.html", context)


def _fields(request: Request) -> dict[str, Any]:
    hosts = permissions(request).hosts(Capability.CONTAINER_LOGS)
    since = request.GET.get("since", "").strip() or USUAL_SINCE
    until = request.GET.get("until", "").strip()
    is_usual = since in dict(SINCES) and not until
    given = [(name, value) for name in MEANING for value in request.GET.getlist(name) if value]
    chosen = {name: request.GET.get(name, "") for name in FIELDS}
    return {
        "filter": request.GET.get("filter", ""),
        "since": since if is_usual else "custom",
        "exact_since": "" if since in dict(SINCES) else since,
        "until": until,
        "asked_since": "" if since in ("all", "custom") else since,
        "sinces": SINCES,
        "hosts": hosts,
        "groups": HostGroup.objects.filter(hosts__in=hosts).order_by("name").values_list("name", flat=True).distinct(),
        "projects": project_names(CONTAINERS, hosts),
        "chosen": chosen,
        "others": [(name, value) for name, value in given if chosen.get(name) != value],
        "query": urlencode(given, safe=":"),
        "meaning": " ".join(MEANING),
    }


def _plain(request: Request, context: dict[str, Any]) -> dict[str, Any]:
    """Without scripts: what is found within some seconds. Raises Unclear."""
    message = {"query": context["query"], "filter": context["filter"], "most": PLAIN_HITS}
    asked = search_wish({**message, "since": context["asked_since"], "until": context["until"]})
    try:
        with refusal_recorded(request.actor, asked.wish, ACTION):
            looked = find_logs(asked, request.actor)
    except QueryError as error:
        raise BadQuery(str(error)) from error
    hides = redactor()
    inputs = asked.recorded(hides, len(looked.sources))
    record_readings(request.actor, Capability.CONTAINER_LOGS, looked.targets, inputs, looked.refused, action=ACTION)
    found, troubles, far = async_to_sync(_in_turn)(
        request.actor.user_id or 0, feeds(looked, asked, request.actor, hides)
    )
    notes = [*looked.notes, *(why for _target, why in looked.refused), *troubles]
    return {"hits": [_shown(each, looked) for each in found], "notes": notes, "told": _told(found, far)}


async def _in_turn(person: int, feeds: list[Feed]) -> _Within:
    """The same turns as those of searches over the socket; a page waits for its own only so long."""

    async def look() -> _Within:
        turn = Turn(person)
        async with asyncio.timeout(WAIT_SECONDS):
            await turn.take()
        try:
            return await _within(feeds)
        finally:
            turn.give()

    try:
        return await as_newest(person, look)
    except TimeoutError:
        return [], [_("Other searches go first.")], None
    except Superseded:
        return [], [_("Stopped: you have started another search.")], None


async def _within(found: list[Feed]) -> _Within:
    hits: list[Found] = []
    troubles: list[str] = []
    far: Far | None = None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PLAIN_SECONDS), contextlib.aclosing(LookingBack(found, PLAIN_HITS).run()) as items:
            async for item in items:
                if isinstance(item, Found):
                    hits.append(item)
                elif isinstance(item, Trouble):
                    troubles.append(item.sentence)
                else:
                    far = item
    return hits, troubles, far


def _told(found: list[Found], far: Far | None) -> str:
    if far is None or not far.ended:
        back_to = shown_moment(far.back_to) if far else None
        return _("Searched back to %s") % back_to if back_to else _("Nothing so far: ask for less.")
    if far.stopped:
        return _("The newest %s hits; there are more") % len(found)
    return _("%s hits") % len(found) if found else _("No line matches.")


def _shown(found: Found, looked: Looked) -> dict[str, Any]:
    source = looked.sources[found.source]
    line = shown_line(found.hit.kind, found.hit.line, timestamps=True)
    return {**line, "name": source.key, "url": line_url(source, line["time"])}


def line_url(source: Source, time: str) -> str:
    """Where a line is shown among those around it: of a container that was removed, among what is kept."""
    name = "kept_log" if source.state == "gone" else "logs"
    address = reverse(name, args=[source.target.host.name if source.target.host else "", source.target.id])
    return f"{address}?{urlencode({'at': time})}#marked"

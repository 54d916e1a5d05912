"""A container's log: the page that follows it, and the same as plain text for browsers without scripts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from dashboard.live.filtering import sentence
from dashboard.live.opening import DEFAULT_TAIL, AskedLines
from dashboard.live.receipts import receipt
from dashboard.pages.allowed import granted, permissions, visible_host
from dashboard.pages.asking import one_line
from dashboard.pages.errors import BadQuery, Refused
from dashboard.pages.lists import is_away
from dashboard.requests import Request
from dashboard.targets import find_row, ref
from hosts.access import Capability, Denied, Grant, Target
from hosts.engine.frames import CUT, KIND, STDERR, Batch, stamp_of
from hosts.engine.logs import LogQuery
from hosts.facts import Noun
from hosts.inventory.read.related import successor
from hosts.lines.filters import Filter, FilterError
from hosts.models import Host, KeptLog, Row, redactor
from hosts.operations.recording import record_reading
from hosts.streams import past
from hosts.streams.sieve import Sieve

# A page waits no longer than this for an engine.
PATIENCE_SECONDS = 3.0
# Set by the page's script: this browser follows over the socket, and needs no lines in the page itself.
SCRIPTED_COOKIE = "quayside_follows"
TAILS = (("100", "100"), ("500", "500"), ("2000", "2,000"), ("10000", "10,000"), ("all", gettext_lazy("All")))
SINCES = (
    ("", gettext_lazy("Any time")),
    ("5m", gettext_lazy("5 minutes ago")),
    ("1h", gettext_lazy("1 hour ago")),
    ("6h", gettext_lazy("6 hours ago")),
    ("1d", gettext_lazy("1 day ago")),
    ("7d", gettext_lazy("7 days ago")),
)
# Colours, cursor movements, titles, links, and single control characters but the tabulator.
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x1b\\|\x07|\Z)|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)


@require_safe
def logs(request: Request, host: str, ref: str) -> HttpResponse:
    """`?tail=&since=&timestamps=` choose; `?plain=1` puts the lines into the page whatever the browser can do."""
    found, row = look_up(request, host, ref)
    if ref != row.engine_id:
        return redirect(_url("logs", found, row, request.GET.urlencode()))
    target = Target(Noun.CONTAINER, found, row.engine_id, row.name)
    if request.htmx.target == "log-head":
        granted(request, Capability.CONTAINER_LOGS, target)
        return render(request, "pages/logs/head.html", _about(request, found, row))
    form = _asked(request)
    context = {**_about(request, found, row), **_choices(request), "timestamps": _wants_timestamps(request, True)}
    sieve, context["filter_problem"] = asked_filter(request)
    if request.GET.get("plain") or SCRIPTED_COOKIE not in request.COOKIES:
        events: list[int] = []
        grant = _recorded(request, target, form, events)
        session, asked = request.session.session_key or "", form.asked(context["filter"])
        batch, why = _last_lines(grant, form.query, found)
        context |= {
            "lines": _shown(sieve.passed(batch, target.label), context["timestamps"]),
            "why": why,
            "receipt": receipt(request.actor, session, events, asked, [target]),
        }
    else:
        granted(request, Capability.CONTAINER_LOGS, target)
    return render(request, "pages/logs.html", context)


def look_up(request: Request, host_name: str, object_id: str) -> tuple[Host, Row]:
    host = Host.objects.get(pk=visible_host(request, host_name, Capability.CONTAINER_VIEW).pk)
    return host, find_row(Noun.CONTAINER, host, object_id)


def _asked(request: Request) -> AskedLines:
    form = AskedLines(request.GET)
    if not form.is_valid():
        raise BadQuery(one_line(form))
    return form


def _recorded(request: Request, target: Target, form: AskedLines, events: list[int]) -> Grant:
    answer = record_reading(request.actor, Capability.CONTAINER_LOGS, target, form.inputs, events=events)
    if isinstance(answer, Denied):
        raise Refused(answer, recorded=True)
    return answer


def _last_lines(grant: Grant, query: LogQuery, host: Host) -> tuple[Batch, str]:
    if is_away(host):
        return Batch(), host.state_reason
    return async_to_sync(past.last_lines)(grant, replace(query, follow=False), PATIENCE_SECONDS, redactor())


def _shown(batch: Batch, timestamps: bool) -> list[dict[str, Any]]:
    return [shown_line(kind, line, timestamps) for kind, line in zip(batch.kinds, batch.lines, strict=True)]


def shown_line(kind: int, line: bytes, timestamps: bool) -> dict[str, Any]:
    """A line as plain text: without escapes, and with what is no UTF-8 replaced."""
    stamp = stamp_of(line)
    text = line[len(stamp) :].decode("utf-8", "replace").removesuffix("\r")
    time = stamp.decode("ascii").strip() if timestamps else ""
    return {"time": time, "text": _ESCAPES.sub("", text), "err": kind & KIND == STDERR, "cut": kind & CUT}


def _about(request: Request, host: Host, row: Row) -> dict[str, Any]:
    return {
        "host": host,
        "row": row,
        "ref": ref(Noun.CONTAINER, host.name, row.engine_id),
        "topics": f"host.{host.pk}",
        "away": is_away(host),
        "kept_url": _kept_url(host, row),
        "successor": successor(row),
        "container_url": reverse("container", args=[host.name, row.engine_id]),
        "download_url": reverse("logs_download", args=[host.name, row.engine_id]),
        "may_unmask": permissions(request).may(Capability.LOGS_UNMASKED, host),
    }


def _kept_url(host: Host, row: Row) -> str:
    """Where the lines are that the console keeps itself; nothing when it keeps none of this log."""
    kept = KeptLog.objects.filter(host=host, engine_id=row.engine_id, dropping=False).exists()
    return reverse("kept_log", args=[host.name, row.engine_id]) if kept else ""


def _choices(request: Request) -> dict[str, Any]:
    """The selects above the log; what the address asks for is among them, whatever it is."""
    tail = request.GET.get("tail", "").strip() or str(DEFAULT_TAIL)
    since = request.GET.get("since", "").strip()
    tails = TAILS if tail in dict(TAILS) else ((tail, tail), *TAILS)
    sinces = SINCES if since in dict(SINCES) else ((since, since), *SINCES)
    return {"tail": tail, "since": since, "tails": tails, "sinces": sinces, "filter": request.GET.get("filter", "")}


def asked_filter(request: Request) -> tuple[Sieve, str]:
    """`?filter=`, and what is wrong with it: then no line is left out."""
    try:
        text = request.GET.get("filter", "")
        return Sieve(Filter.parse(text) if text.strip() else None), ""
    except FilterError as error:
        return Sieve(), sentence(error)


def _wants_timestamps(request: Request, usual: bool) -> bool:
    asked = request.GET.get("timestamps", "")
    return asked not in ("0", "off", "false") if asked else usual


def _url(name: str, host: Host, row: Row, query: str = "") -> str:
    url = reverse(name, args=[host.name, row.engine_id])
    return f"{url}?{query}" if query else url

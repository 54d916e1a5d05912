"""The logs of many containers as one: those that were picked, or all that a query of the list of containers finds."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import async_to_sync
from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from dashboard.live.opening import AskedLines
from dashboard.live.receipts import receipt
from dashboard.live.wish import (
    GONE,
    MEANING,
    MOST_SOURCES,
    Found,
    Wish,
    find_sources,
    refusal_recorded,
    whole_targets,
    wish_of,
)
from dashboard.pages.allowed import permissions
from dashboard.pages.asking import one_line
from dashboard.pages.errors import BadQuery
from dashboard.pages.lists import is_away
from dashboard.pages.logs import PATIENCE_SECONDS, SCRIPTED_COOKIE, SINCES, asked_filter, shown_line
from dashboard.requests import Request
from hosts.access import Capability, Denied, grant
from hosts.engine.logs import LogQuery
from hosts.inventory.read.query import QueryError
from hosts.models import Container, redactor
from hosts.operations.recording import Inputs, record_readings
from hosts.streams.merged import last_lines
from hosts.streams.sieve import Sieve

# Without scripts: so many lines of so many logs.
PLAIN_LINES, PLAIN_SOURCES = 200, 20
TAILS = (("200", "200"), ("1000", "1,000"), ("5000", "5,000"), ("10000", "10,000"))
USUAL_TAIL = "1000"
MOST_CHOICES = 200
_PICKED = re.compile(r"container:([a-z0-9_.-]{1,63}):([0-9a-zA-Z]{12})[0-9a-zA-Z]*")


@require_safe
def merged_logs(request: Request) -> HttpResponse:
    """`?on=host:id`, or what the list of containers takes (`project`, `host`, `q`, `label`, `state` ...)."""
    if not any(request.GET.getlist(name) for name in MEANING):
        return render(request, "pages/logs/choose.html", _choices(request))
    wish, form = _asked(request)
    sieve, problem = asked_filter(request)
    context = {**_about(request, wish), **_selects(request), "filter_problem": problem}
    if request.GET.get("plain") or SCRIPTED_COOKIE not in request.COOKIES:
        context |= _plain(request, wish, form, sieve)
    return render(request, "pages/logs/merged.html", context)


@require_POST
def picked(request: Request) -> HttpResponse:
    """The rows that were ticked in the list of containers, as an address of their own. Changes nothing."""
    matches = [match for text in request.POST.getlist("on") if (match := _PICKED.fullmatch(text))]
    if not matches:
        raise BadQuery(_("Tick the containers whose logs you want to read."))
    on = [f"{match[1]}:{match[2]}" for match in matches[:MOST_SOURCES]]
    return redirect(f"{reverse('merged_logs')}?{urlencode({'on': on}, doseq=True, safe=':')}")


def _asked(request: Request) -> tuple[Wish, AskedLines]:
    try:
        wish = wish_of(request.GET)
    except QueryError as error:
        raise BadQuery(str(error)) from error
    form = AskedLines({"tail": request.GET.get("tail") or USUAL_TAIL, "since": request.GET.get("since", "")})
    if not form.is_valid():
        raise BadQuery(one_line(form))
    return wish, form


def _found(request: Request, wish: Wish) -> Found:
    try:
        with refusal_recorded(request.actor, wish):
            return find_sources(wish, request.actor)
    except QueryError as error:
        raise BadQuery(str(error)) from error


def _about(request: Request, wish: Wish) -> dict[str, Any]:
    parameters = QueryDict(mutable=True)
    for name in MEANING:
        parameters.setlist(name, [value for value in request.GET.getlist(name) if value])
    kept = [(name, value) for name, values in parameters.lists() for value in values]
    conditions = [(name, value) for name, value in kept if name != "on"]
    with_removed = wish.query is not None and wish.query.gone
    turned = urlencode([*kept, *([] if with_removed else [(GONE, "1")])], safe=":")
    if with_removed:
        parameters[GONE] = "1"
        kept.append((GONE, "1"))
    return {
        "with_removed": with_removed,
        "turned": turned if conditions else "",
        "query": parameters.urlencode(safe=":"),
        "kept": kept,
        "conditions": conditions,
        "picked": len(wish.named),
        "list_url": f"{reverse('containers')}?{urlencode(conditions)}" if conditions else reverse("containers"),
        "heading": _heading(wish, conditions),
        "download_url": reverse("merged_logs_download"),
        "may_unmask": bool(permissions(request).hosts(Capability.LOGS_UNMASKED)),
    }


def _heading(wish: Wish, conditions: list[tuple[str, str]]) -> str:
    """What is shown, where one word says it."""
    if wish.named and not conditions:
        count = len(wish.named)
        return ngettext("Logs of %(count)s container", "Logs of %(count)s containers", count) % {"count": count}
    if len(conditions) == 1 and conditions[0][0] in ("project", "host", "service"):
        return _("Logs of %s") % conditions[0][1]
    return _("Logs")


def _selects(request: Request) -> dict[str, Any]:
    tail = request.GET.get("tail", "").strip() or USUAL_TAIL
    since = request.GET.get("since", "").strip()
    return {
        "tail": tail,
        "since": since,
        "tails": TAILS if tail in dict(TAILS) else ((tail, tail), *TAILS),
        "sinces": SINCES if since in dict(SINCES) else ((since, since), *SINCES),
        "filter": request.GET.get("filter", ""),
        "timestamps": request.GET.get("timestamps", "") not in ("0", "off", "false"),
    }


def _plain(request: Request, wish: Wish, form: AskedLines, sieve: Sieve) -> dict[str, Any]:
    """The last lines of the first logs, in the page itself."""
    found, query, hides = _found(request, wish), form.query, redactor()
    targets = [source.target for source in found.sources]
    more = {"containers": len(targets), **form.inputs}
    inputs: Inputs = lambda host: {"query": wish.recorded(hides, host), **more}  # noqa: E731
    events = record_readings(request.actor, Capability.CONTAINER_LOGS, targets, inputs, found.refused)
    asked = form.asked(request.GET.get("filter", "")) | {"query": wish.text}
    proof = receipt(request.actor, request.session.session_key or "", events, asked, targets)
    there = [source for source in found.sources if not source.is_removed]
    awake = [source for source in there if source.target.host and not is_away(source.target.host)]
    asked_for = whole_targets(awake[:PLAIN_SOURCES])
    answers = [grant(request.actor, Capability.CONTAINER_LOGS, target) for target in asked_for]
    grants = [answer for answer in answers if not isinstance(answer, Denied)]
    last = LogQuery(tail=PLAIN_LINES, since=query.since, follow=False)
    merged, whys = async_to_sync(last_lines)(grants, last, PATIENCE_SECONDS, sieve, hides)
    names = [f"{each.target.label}" for each in grants]
    lines = [
        {**shown_line(kind, line, timestamps=True), "source": names[source]}
        for kind, line, source in zip(merged.kinds, merged.lines, merged.sources, strict=True)
    ]
    notes = [*(f"{names[number]}: {why}" for number, why in whys.items()), *(why for _target, why in found.refused)]
    if len(found.sources) > len(grants):
        words = {"shown": len(grants), "total": found.total}
        notes.append(_("Without scripts only %(shown)s of %(total)s containers are shown.") % words)
    return {"lines": lines, "notes": notes, "receipt": proof}


def _choices(request: Request) -> dict[str, Any]:
    """What somebody may want to read, who has said nothing yet."""
    hosts = permissions(request).hosts(Capability.CONTAINER_LOGS)
    rows = Container.objects.filter(host__in=[host.pk for host in hosts], gone_at=None).order_by()
    running = Count("pk", filter=Q(state="running"))
    projects = rows.exclude(project="").values("project").annotate(total=Count("pk"), running=running)
    by_host = {row["host"]: row for row in rows.values("host").annotate(total=Count("pk"), running=running)}
    return {
        "projects": projects.order_by("project")[:MOST_CHOICES],
        "hosts": [(host, by_host.get(host.pk, {"total": 0, "running": 0}), is_away(host)) for host in hosts],
        "running": sum(row["running"] for row in by_host.values()),
        "states": (("running", gettext_lazy("Running")), ("exited", gettext_lazy("Stopped"))),
        "most": MOST_SOURCES,
    }

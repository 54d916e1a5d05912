"""The kept lines of one container, whether it is still there or not: the newest first page, earlier ones behind it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.live.search_wish import Unclear, moment
from dashboard.pages.allowed import visible_host
from dashboard.pages.errors import BadQuery, Missing, Refused
from dashboard.pages.logs import asked_filter, shown_line
from dashboard.requests import Request
from hosts.access import Capability, Denied, Target
from hosts.facts import Noun
from hosts.history import Line, Source, Unreadable, read, source
from hosts.lines.hiding import hide
from hosts.lines.redaction import KEY_LINES, Redactor
from hosts.models import KeptLog, redactor
from hosts.operations.recording import record_reading
from hosts.streams.sieve import Sieve

LINES_ON_A_PAGE = 500
# A filter that little passes looks through this much of the past at once, and then says how far it came.
PATIENCE_SECONDS = 3.0
_AT_ONCE = 5000

Place = tuple[int, int]


@dataclass
class Found:
    """`earlier` is the place before which to look next; None when the beginning has been reached. `later` is a time."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    earlier: Place | None = None
    later: str = ""


@require_safe
def kept_log(request: Request, host: str, ref: str) -> HttpResponse:
    """`?filter=` as in the live view; `?before=chunk.row` goes further back; `?at=` shows what stood around it."""
    found = visible_host(request, host, Capability.CONTAINER_LOGS)
    kept = get_object_or_404(KeptLog, host=found, engine_id=ref, dropping=False)
    before, at = _place(request.GET.get("before", "")), _moment(request.GET.get("at", ""))
    sieve, problem = asked_filter(request)
    target = Target(Noun.CONTAINER, found, kept.engine_id, kept.name)
    hides = redactor()
    given = {name: request.GET.get(name, "") for name in ("filter", "at", "before")}
    asked = {name: hides.mask_text(text)[0] for name, text in given.items() if text}
    answer = record_reading(request.actor, Capability.CONTAINER_LOGS, target, asked, action="container.logs.kept")
    if isinstance(answer, Denied):
        raise Refused(answer, recorded=True)
    kept_source = source(answer)
    if kept_source is None:
        raise Missing(_("Nothing is kept of this container's log."))
    page = look_back(kept_source, before, sieve, hides) if at is None else look_around(kept_source, at, hides)
    query = {"filter": request.GET.get("filter", ""), "before": "{}.{}".format(*page.earlier or (0, 0))}
    context = {
        "host": found,
        "kept": kept,
        "page": page,
        "filter": request.GET.get("filter", ""),
        "filter_problem": problem,
        "earlier": urlencode(query) if page.earlier else "",
        "later": page.later,
        "newest": before is not None or at is not None,
    }
    return render(request, "pages/logs/kept.html", context)


def look_back(of: Source, before: Place | None, sieve: Sieve, hides: Redactor) -> Found:
    """Up to a page of lines that pass, oldest first; whatever is given has been masked before it was filtered."""
    found, deadline = Found(earlier=before), time.monotonic() + PATIENCE_SECONDS
    while len(found.lines) < LINES_ON_A_PAGE and time.monotonic() < deadline:
        beyond = {of.pk: found.earlier} if found.earlier else None
        newest_first = list(islice(read([of], limit=_AT_ONCE, backwards=True, beyond=beyond), _AT_ONCE))
        lines = [item for item in reversed(newest_first) if isinstance(item, Line)]
        found.lost += [item.reason for item in newest_first if isinstance(item, Unreadable)]
        if not lines:
            found.earlier = None
            break
        found.lines[:0] = _passed(lines, sieve, hides, of.name, LINES_ON_A_PAGE - len(found.lines), found)
    return found


def look_around(of: Source, at: int, hides: Redactor) -> Found:
    """Half a page of lines before a moment, and half a page after it; the line of that moment is marked."""
    half, found = LINES_ON_A_PAGE // 2, Found()
    most = half + KEY_LINES
    older = list(islice(read([of], until=at + 1, limit=most, backwards=True), most))
    newer = list(islice(read([of], since=at + 1, limit=half), half))
    items = [*reversed(older), *newer]
    found.lost = [item.reason for item in items if isinstance(item, Unreadable)]
    lines = [item for item in items if isinstance(item, Line)]
    masked, _count = hide([line.stamped for line in lines], hides.masking(), hides)
    first = KEY_LINES if len(older) == most else 0
    found.lines = [
        {**shown_line(line.kind, text, True), "marked": line.at == at}
        for line, text in zip(lines[first:], masked[first:], strict=True)
    ]
    found.earlier = lines[first].place if first else None
    found.later = str(found.lines[-1]["time"]) if len(newer) == half else ""
    return found


def _passed(
    lines: list[Line], sieve: Sieve, hides: Redactor, name: str, most: int, found: Found
) -> list[dict[str, Any]]:
    """The newest of these lines that pass; `found.earlier` is set to the oldest one that was looked at."""
    masked, _count = hide([line.stamped for line in lines], hides.masking(), hides)
    kinds = [line.kind for line in lines]
    # The first lines may be the rest of a private key, of which only those before them would tell.
    spare = KEY_LINES if len(lines) == _AT_ONCE else 0
    places = [place for place in sieve.places(masked, kinds, name) if place >= spare][-most:]
    first = places[0] if len(places) == most else spare
    found.earlier = lines[first].place
    return [shown_line(kinds[place], masked[place], True) for place in places]


def _moment(text: str) -> int | None:
    try:
        return moment("at", text)
    except Unclear as unclear:
        raise BadQuery(unclear.sentence) from unclear


def _place(text: str) -> Place | None:
    if not text:
        return None
    chunk, _dot, row = text.partition(".")
    if (
        not (chunk.isascii() and row.isascii() and chunk.isdigit() and row.isdigit())
        or len(text) > 20
        or max(len(chunk), len(row)) > 9
    ):
        raise BadQuery(_("“before” is a place that this page has given, such as 12.340."))
    return int(chunk), int(row)

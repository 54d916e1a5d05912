"""Which log lines the console keeps itself: by which rules, of which containers, and how much room they take."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.pages.errors import Refused
from dashboard.requests import Request
from dashboard.targets import CONSOLE, ref
from hosts.access import Capability, Denied, grant
from hosts.history import limits, places
from hosts.models import KeepRule
from hosts.operations.base import find, offered_for

ON_A_PAGE = 50
_SECOND = 1_000_000_000


@require_safe
def history(request: Request) -> HttpResponse:
    answer = grant(request.actor, Capability.HISTORY_MANAGE, CONSOLE)
    if isinstance(answer, Denied):
        raise Refused(answer)
    rules = [
        (rule, ref("history", "", str(rule.pk)), offered_for("history", rule, lambda capability: True))
        for rule in KeepRule.objects.select_related("host")
    ]
    page = Paginator(limits.with_totals().select_related("host").order_by("host__name", "name", "pk"), ON_A_PAGE)
    shown = page.get_page(request.GET.get("page"))
    context = {
        "rules": rules,
        "add": find("history.keep"),
        "page": shown,
        "logs": [_told(kept) for kept in shown],
        "usage": limits.usage(),
        "full": places.is_full(),
        "reserve": places.RESERVE,
        "setting": settings.HISTORY_BYTES // 1_000_000_000,
    }
    return render(request, "pages/history.html", context)


def _told(kept: Any) -> dict[str, Any]:
    """A kept log with its sealed chunks and the growing one put together."""
    first = min((at for at in (kept.chunk_first, kept.open_first) if at is not None), default=None)
    last = max((at for at in (kept.chunk_last, kept.open_last) if at is not None), default=None)
    return {
        "log": kept,
        "lines": kept.chunk_lines + kept.open_lines,
        "size": kept.chunk_size + kept.open_size,
        "first": _moment(first),
        "last": _moment(last),
    }


def _moment(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at // _SECOND, UTC)

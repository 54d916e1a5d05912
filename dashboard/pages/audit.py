"""The trail as pages: searched, one record, and exports that are records themselves."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from asgiref.sync import sync_to_async
from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dashboard.live.watch import signed_in
from dashboard.pages.asking import one_line
from dashboard.pages.chain import chain
from dashboard.pages.errors import BadQuery, Refused, Unseen
from dashboard.requests import Request
from hosts.access import Capability, Denied, Target, grant, visible_hosts
from hosts.audit import trail
from hosts.models import AuditEvent, Host, Outcome, redactor
from hosts.operations.recording import record_reading

PAGE_SIZE = 50
# So often an export asks again whether it may go on.
ASK_AGAIN_SECONDS, ROWS_AT_ONCE = 10.0, 200
_SORTS = [(sign + name, name) for name in trail.SORTS for sign in ("", "-")]


class TrailForm(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    who = forms.CharField(label=_("Who"), required=False, max_length=255)
    action = forms.CharField(label=_("Action"), required=False, max_length=64)
    host = forms.CharField(label=_("Host"), required=False, max_length=63)
    object = forms.CharField(label=_("Object"), required=False, max_length=255, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", _("Any")), *Outcome.choices, (trail.OPEN, _("Under way"))]
    )
    since = forms.DateTimeField(
        label=_("From"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    until = forms.DateTimeField(
        label=_("To"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    sort = forms.ChoiceField(required=False, choices=[("", ""), *_SORTS], widget=forms.HiddenInput)
    page = forms.IntegerField(required=False, min_value=1, max_value=1_000_000, widget=forms.HiddenInput)

    def clean_since(self) -> datetime | None:
        return self._in_calendars("since")

    def clean_until(self) -> datetime | None:
        return self._in_calendars("until")

    def _in_calendars(self, name: str) -> datetime | None:
        """A time that there is in every time zone."""
        found: datetime | None = self.cleaned_data[name]
        if found is not None and not 1 < found.year < 9999:
            raise forms.ValidationError(_("There are no records of that time."))
        return found


@require_safe
def audit(request: Request) -> HttpResponse:
    events, form = _asked(request)
    page = Paginator(events, PAGE_SIZE).get_page(form.cleaned_data["page"] or 1)
    context = {
        "form": form,
        "page": page,
        "chain": chain(request),
        "actions": _actions(request),
        "sort": form.cleaned_data["sort"] or "-at",
        "narrowed": any(form.cleaned_data[name] for name in form.cleaned_data if name not in ("sort", "page")),
    }
    return render(request, "pages/audit.html", context)


@require_safe
def event(request: Request, pk: int) -> HttpResponse:
    found = visible_events(request).filter(pk=pk).first()
    if found is None:
        raise Unseen(_("This has been removed, or never was."))
    return render(request, "pages/audit_event.html", {"event": found, "ending": getattr(found, "ending", None)})


@require_safe
def export(request: Request, kind: str) -> StreamingHttpResponse:
    """The rows that the filters leave, all of them, as CSV or JSON lines."""
    events, form = _asked(request)
    hides = redactor()
    asked = {name: hides.mask_text(str(value))[0] for name, value in form.cleaned_data.items() if value}
    for target in _exported(request, kind):
        answer = record_reading(request.actor, Capability.AUDIT_VIEW, target, asked, action="audit.export")
        if isinstance(answer, Denied):
            raise Refused(answer, recorded=True)
    rows, content_type = (
        (trail.as_csv(events), "text/csv") if kind == "csv" else (trail.as_jsonl(events), "application/jsonl")
    )
    response = StreamingHttpResponse(_while_allowed(request, rows), content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="quayside-audit.{kind}"'
    return response


async def _while_allowed(request: Request, rows: Iterator[str]) -> AsyncGenerator[str, None]:
    """The rows as they come; a file that is under way ends with the session or the role that it needs."""
    seen = await sync_to_async(_hosts_seen)(request)
    asked_at = time.monotonic()
    while piece := await sync_to_async(_next)(rows):
        if time.monotonic() - asked_at > ASK_AGAIN_SECONDS:
            if not await sync_to_async(_may_go_on)(request, seen):
                yield str(_("This file is not whole: you may no longer read the trail.")) + "\n"
                return
            asked_at = time.monotonic()
        yield piece


def _next(rows: Iterator[str]) -> str:
    return "".join(islice(rows, ROWS_AT_ONCE))


def _may_go_on(request: Request, seen: list[int] | None) -> bool:
    try:
        is_same = _hosts_seen(request) == seen
    except Refused:
        return False
    return is_same and signed_in(request.session.session_key or "", request.actor.user_id or 0)


def _hosts_seen(request: Request) -> list[int] | None:
    """What of the trail is for this person, as it stands now."""
    hosts = _hosts(request)
    return None if hosts is None else list(hosts.values_list("pk", flat=True))


def _actions(request: Request) -> list[str]:
    """Those that stand in what the person may see of the trail."""
    if _hosts(request) is None:
        return trail.actions()
    events = visible_events(request).order_by("action")
    return list(events.values_list("action", flat=True).distinct()[:200])


def _asked(request: Request) -> tuple[QuerySet[AuditEvent], Any]:
    form = TrailForm(request.GET)
    if not form.is_valid():
        raise BadQuery(one_line(form))
    return trail.search(visible_events(request), form.cleaned_data), form


def visible_events(request: Request) -> QuerySet[AuditEvent]:
    """All of it for who administers everything; else what happened on the hosts that they administer."""
    return trail.visible_events(_hosts(request))


def _hosts(request: Request) -> QuerySet[Host] | None:
    """The hosts to which the trail is narrowed for this person; None: they see all of it."""
    answer = grant(request.actor, Capability.AUDIT_VIEW, Target("audit"))
    if not isinstance(answer, Denied):
        return None
    hosts = visible_hosts(request.actor, Capability.AUDIT_VIEW)
    if not hosts.exists():
        raise Refused(answer)
    return hosts


def _exported(request: Request, kind: str) -> list[Target]:
    """What an export is recorded on: the trail as a whole, or each host whose part of it the person sees."""
    hosts = _hosts(request)
    if hosts is None:
        return [Target("audit", name=kind)]
    return [Target.of(host) for host in hosts]

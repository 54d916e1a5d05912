"""The trail as pages: searched, one record, and exports that are records themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dashboard.pages.asking import one_line
from dashboard.pages.errors import BadQuery, Refused
from dashboard.requests import Request
from hosts.access import Capability, Denied, Target, grant, visible_hosts
from hosts.audit import trail
from hosts.models import AuditEvent, Host, Outcome
from hosts.operations.perform import record_reading

PAGE_SIZE = 50
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
        "actions": trail.actions(),
        "sort": form.cleaned_data["sort"] or "-at",
        "narrowed": any(form.cleaned_data[name] for name in form.cleaned_data if name not in ("sort", "page")),
    }
    return render(request, "pages/audit.html", context)


@require_safe
def event(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(visible_events(request), pk=pk)
    return render(request, "pages/audit_event.html", {"event": found, "ending": getattr(found, "ending", None)})


@require_safe
def export(request: Request, kind: str) -> StreamingHttpResponse:
    """The rows that the filters leave, all of them, as CSV or JSON lines."""
    events, form = _asked(request)
    asked = {name: str(value) for name, value in form.cleaned_data.items() if value}
    for target in _exported(request, kind):
        answer = record_reading(request.actor, Capability.AUDIT_VIEW, target, asked, action="audit.export")
        if isinstance(answer, Denied):
            raise Refused(answer)
    rows, content_type = (
        (trail.as_csv(events), "text/csv") if kind == "csv" else (trail.as_jsonl(events), "application/jsonl")
    )
    response = StreamingHttpResponse(rows, content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="quayside-audit.{kind}"'
    return response


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

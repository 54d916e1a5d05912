"""Long operations: the list, one with its live progress, and the tray that every page carries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from humanize import naturalsize

from dashboard import seen
from dashboard.pages.allowed import permissions
from dashboard.pages.asking import one_line
from dashboard.pages.errors import BadQuery
from dashboard.requests import Request
from dashboard.targets import ref
from hosts.access import Target
from hosts.jobs.turns import held_back
from hosts.models import ACTIVE, Job, JobState
from hosts.operations.base import offered_for
from hosts.operations.jobs import UndoJob

PAGE_SIZE = 50
_SORTS = {"at": "queued_at", "title": "title", "state": "state", "host": "host__name", "who": "actor__name"}


class JobsForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=200)
    host = forms.CharField(label=gettext_lazy("Host"), required=False, max_length=63)
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("Any")), *JobState.choices]
    )
    sort = forms.ChoiceField(
        required=False,
        choices=[("", ""), *((sign + name, name) for name in _SORTS for sign in ("", "-"))],
        widget=forms.HiddenInput,
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=1_000_000, widget=forms.HiddenInput)


@require_safe
def jobs(request: Request) -> HttpResponse:
    form = JobsForm(request.GET)
    if not form.is_valid():
        raise BadQuery(one_line(form))
    wanted = form.cleaned_data
    rows = visible_jobs(request)
    for word in wanted["q"].split():
        rows = rows.filter(Q(title__icontains=word) | Q(message__icontains=word) | Q(operation=word))
    if wanted["host"]:
        rows = rows.filter(host__name=wanted["host"])
    if wanted["state"]:
        rows = rows.filter(state=wanted["state"])
    sort = wanted["sort"] or "-at"
    column = _SORTS[sort.removeprefix("-")]
    pages = Paginator(rows.order_by(f"-{column}" if sort[0] == "-" else column, "-queued_at"), PAGE_SIZE)
    page = pages.get_page(wanted["page"] or 1)
    waits = _waits(request, page.object_list)
    context = {
        "form": form,
        "page": page,
        "rows": [(row, waits.get(row.pk, "") or row.message) for row in page],
        "sort": sort,
        "narrowed": bool(wanted["q"] or wanted["host"] or wanted["state"]),
    }
    return render(request, "pages/jobs.html", context)


@require_safe
def job(request: Request, pk: str) -> HttpResponse:
    found = get_object_or_404(visible_jobs(request).select_related("audit", "retry_of"), pk=pk)
    asked, target = permissions(request), Target("job", found.host, str(found.pk), found.title, found.person_id)
    context = {
        "job": found,
        "waits": _waits(request, [found]).get(found.pk, ""),
        "ref": ref("job", "", str(found.pk)),
        "operations": offered_for("job", found, lambda capability: asked.may_do(capability, target)),
        "retries": found.retries.order_by("queued_at"),
        "layers": [{**layer, "words": _layer_words(layer)} for layer in found.progress.get("layers", [])],
        **_shown(found),
    }
    return render(request, "pages/job.html", context)


@require_safe
def tray(request: Request) -> HttpResponse:
    """The newest few: what is under way first, then what ended lately."""
    rows = visible_jobs(request)
    active = rows.filter(state__in=ACTIVE)
    shown = [*active[:8], *rows.exclude(state__in=ACTIVE)[:4]]
    context = {
        "active": active.count(),
        "jobs": [_in_tray(row) | _of_mine(request, row) for row in shown[:10]],
    }
    return render(request, "components/job_tray.html", context)


def visible_jobs(request: Request) -> QuerySet[Job]:
    """One's own, and those on the hosts whose jobs one may see."""
    return seen.jobs(permissions(request))


def _waits(request: Request, rows: Iterable[Job]) -> dict[UUID, str]:
    """What each queued job waits for, in words."""
    queued = [row for row in rows if row.state == JobState.QUEUED]
    held = held_back({row.person_id for row in queued}) if queued else set()
    mine, theirs = _("Waits for your other jobs."), _("Waits for other jobs of the same person.")
    words = {row.person_id: mine if row.person_id == request.actor.user_id else theirs for row in queued}
    free = _("Waits for a free worker.")
    return {row.pk: words[row.person_id] if row.person_id in held else free for row in queued}


def _layer_words(layer: dict[str, Any]) -> str:
    """What the engine says of a layer, and while bytes of it are coming, how many of how many."""
    current, total = layer.get("current") or 0, layer.get("total") or 0
    if not 0 < current < total:
        return str(layer["status"])
    done = _("%(done)s of %(total)s") % {"done": naturalsize(current), "total": naturalsize(total)}
    return f"{layer['status']} · {done}"


def _in_tray(row: Job) -> dict[str, Any]:
    shown = _shown(row)
    detail = shown["detail"] if row.active else row.message
    return {
        "url": reverse("job", args=[row.pk]),
        "title": row.title,
        "state": row.state,
        "percent": shown["percent"],
        "detail": detail,
        "topic": f"job.{row.pk}" if row.active else "",
    }


def _of_mine(request: Request, row: Job) -> dict[str, Any]:
    """Whether it is the person's own, and then how they can take it back once it has ended."""
    if row.person_id != request.actor.user_id:
        return {"mine": False, "undo": ""}
    back = UndoJob()
    may = back.offered(row) and permissions(request).may(back.capability, row.host)
    return {"mine": True, "undo": ref("job", "", str(row.pk)) if may else ""}


def _shown(row: Job) -> dict[str, Any]:
    """What the progress amounts to: `percent` (None when unknown) and `detail` in words."""
    progress = row.progress
    if row.items:
        done, total = len(row.report), len(row.items)
        return {
            "percent": round(100 * done / total),
            "detail": _("%(done)s of %(total)s") % {"done": done, "total": total},
        }
    current, total = progress.get("current") or 0, progress.get("total") or 0
    if not total:
        return {"percent": None, "detail": progress.get("status", "")}
    words = [_("%(done)s of %(total)s") % {"done": naturalsize(current), "total": naturalsize(total)}]
    if row.active and progress.get("rate"):
        words.append(_("%s a second") % naturalsize(progress["rate"]))
    if row.active and progress.get("seconds_left"):
        words.append(_("about %s s left") % progress["seconds_left"])
    return {"percent": min(100, round(100 * current / total)), "detail": " · ".join(words)}

"""The one view through which anything changes: `/do/<operation>` asks on GET and acts on POST.

`on` names the targets, once or many times. Inside the page's dialog the answer is a fragment; without JavaScript it is
a page of its own and a redirect. Whatever happens, what was typed is kept and the outcome is said in words.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from dashboard.pages.allowed import permissions
from dashboard.pages.errors import BadQuery, Missing, Refused
from dashboard.refusals import form_refused
from dashboard.requests import Request
from dashboard.targets import CONSOLE, ref_of, resolve, unresolved
from hosts.access import Denied, Target
from hosts.access.capabilities import About
from hosts.models import Outcome
from hosts.operations.base import Operation, OperationForm, find
from hosts.operations.perform import Result, perform, perform_bulk, perform_each
from hosts.operations.permitted import WrongTarget, left_out, locked_fields, permitted, permitted_among
from hosts.operations.recording import record_refusals

MOST_TARGETS = 500
_LEVEL = {Outcome.REFUSED: "error", Outcome.FAILED: "error", Outcome.UNKNOWN: "warning", Outcome.CANCELLED: "warning"}
_STATUS = {Outcome.REFUSED: 403, Outcome.FAILED: 409, Outcome.UNKNOWN: 504, Outcome.CANCELLED: 409}
_PAGES = {"container": "containers", "image": "images", "network": "networks", "volume": "volumes", "host": "hosts"}
_PAGES |= {
    "job": "jobs",
    "person": "people",
    "registry": "registries",
    "history": "history",
    "redaction": "redaction",
    "view": "views",
}


@require_http_methods(["GET", "POST"])
def do(request: Request, name: str) -> HttpResponse:
    operation = find(name)
    if operation is None:
        raise Missing(_("There is no operation named %s.") % name[:64])
    try:
        return _do(request, operation)
    except WrongTarget as error:
        raise BadQuery(str(error)) from error


def _do(request: Request, operation: Operation) -> HttpResponse:
    values = request.POST if request.method == "POST" else request.GET
    refs = [text.replace("\x00", "")[:500] for text in dict.fromkeys(values.getlist("on"))]
    targets, unseen = _targets(request, operation, refs)
    if request.method == "GET":
        return _ask(request, operation, targets, unseen)
    if "_try" in request.POST and operation.tried_by:
        return _try_out(request, operation, targets[0])
    if operation.asks and "_sure" not in request.POST:
        return _ask(request, operation, targets, unseen)
    result = _performed(request, operation, targets)
    if unseen and result.ok:
        result = replace(result, left_out=f"{result.left_out} {left_out(unseen, targets)}".strip())
    return _answer(request, operation, targets, result)


def _performed(request: Request, operation: Operation, targets: list[Target]) -> Result:
    if len(targets) == 1:
        return perform(request.actor, operation, targets[0], request.POST, request.FILES)
    if operation.long:
        return perform_each(request.actor, operation, targets, request.POST)
    return perform_bulk(request.actor, operation, targets, request.POST)


# Of many things those that are not there for this person, as the trail names them, each with the reason.
Unresolved = list[tuple[Target, Denied]]


def _targets(request: Request, operation: Operation, refs: list[str]) -> tuple[list[Target], Unresolved]:
    """What is meant, among what the person sees; Missing for what is hidden from them as for what never was."""
    if not refs and operation.noun == CONSOLE.noun:
        return [CONSOLE], []
    if not refs:
        raise BadQuery(_("Nothing is selected."))
    if len(refs) > MOST_TARGETS:
        raise BadQuery(_("That is too much at once: %s objects at most.") % MOST_TARGETS)
    if len(refs) > 1 and not operation.bulk:
        raise BadQuery(_("This can be done to one object at a time only."))
    lacks_right = operation.capability.about is About.CONSOLE and not permissions(request).may(operation.capability)
    if operation.noun == CONSOLE.noun or lacks_right:
        # Of the wrong kind, or refused, whatever it is and whether it is there or not.
        return [unresolved(text) for text in refs], []
    return _resolved(request, operation, refs)


def _resolved(request: Request, operation: Operation, refs: list[str]) -> tuple[list[Target], Unresolved]:
    found: list[Target] = []
    reasons: dict[str, str] = {}
    for text in refs:
        try:
            found.append(resolve(text, permissions(request)))
        except Missing as error:
            reasons[text] = str(error)
    unseen = [(unresolved(text), Denied(_("This has been removed, or you may not see it."))) for text in reasons]
    if unseen and request.method == "GET":
        form_refused(request, operation, unseen)
    elif unseen:
        record_refusals(request.actor, operation, unseen, request.POST)
    if not found:
        raise Missing(next(iter(reasons.values())))
    return found, unseen


def _ask(request: Request, operation: Operation, targets: list[Target], unseen: Unresolved) -> HttpResponse:
    """The form or the confirmation, for who may do it: of many targets, those where they may."""
    allowed, denied = permitted_among(request.actor, operation, targets)
    if denied:
        form_refused(request, operation, denied)
    if not allowed:
        raise Refused(denied[0][1], recorded=True)
    free = operation.form.base_fields.keys() - locked_fields(request.actor, operation, allowed[0]).keys()
    given = {key: value for key, value in request.GET.items() if key in free}
    form = operation.form(initial={**operation.initial(allowed[0]), **given}, target=allowed[0])
    return _draw(request, operation, allowed, form, "warn", left_out([*denied, *unseen], allowed))


def _try_out(request: Request, operation: Operation, target: Target) -> HttpResponse:
    trial = find(operation.tried_by)
    if trial is None:
        raise LookupError(operation.tried_by)
    result = perform(request.actor, trial, target, request.POST, request.FILES)
    if result.form is None:
        return _answer(request, operation, [target], result)
    level = "ok" if result.ok else "bad"
    return _draw(request, operation, [target], result.form, level, result.message, 200 if result.ok else 422)


def _answer(request: Request, operation: Operation, targets: list[Target], result: Result) -> HttpResponse:
    if result.ok:
        return _succeeded(request, operation, targets, result)
    level = "warn" if result.outcome is Outcome.UNKNOWN else "bad"
    if result.form is not None and operation.asks:
        status = 422 if request.htmx or result.outcome is None else _STATUS[result.outcome]
        return _draw(request, operation, targets, result.form, level, result.message, status)
    outcome = result.outcome or Outcome.FAILED
    if request.htmx:
        return _with_toast(HttpResponse(status=_STATUS[outcome]), _LEVEL[outcome], result.message)
    messages.error(request, result.message)
    return redirect(_back(request, operation))


def _succeeded(request: Request, operation: Operation, targets: list[Target], result: Result) -> HttpResponse:
    if result.shown is not None:
        return _show(request, operation, targets[0], result.shown)
    goes_to = _lands(request, operation, targets, result)
    if (goes_to or not request.htmx) and result.job is None:
        messages.success(request, result.message)
    if result.left_out and not request.htmx:
        messages.warning(request, result.left_out)
    if not request.htmx:
        return redirect(goes_to or _back(request, operation))
    if goes_to:
        return HttpResponseClientRedirect(goes_to)
    text = _("%s. Its progress is under Jobs.") % result.message if result.job else result.message
    level = "warning" if result.left_out else "info" if result.job else "success"
    return _with_toast(HttpResponse(status=204), level, f"{text} {result.left_out}".strip(), _undo(request, result))


def _show(request: Request, operation: Operation, target: Target, pairs: Sequence[tuple[str, str]]) -> HttpResponse:
    """What was revealed: in this one answer, which nobody keeps."""
    context = {
        "title": operation.heading(target),
        "pairs": pairs,
        "empty": operation.nothing_shown,
        "whole": "\n".join(f"{name}={value}" for name, value in pairs),
        "back": _back(request, operation),
    }
    response = render(request, f"operations/{'shown' if request.htmx else 'shown_page'}.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _undo(request: Request, result: Result) -> dict[str, Any] | None:
    """What a toast's button sends to take back what has just been done; one object's, and done already."""
    if result.back is None:
        return None
    name, inputs = result.back
    back = find(name)
    if back is None or isinstance(permitted(request.actor, back, result.target), Denied):
        return None
    return {
        "url": reverse("do", args=[name]),
        "doing": str(back.doing),
        "values": {"on": ref_of(result.target), "_sure": "1", **inputs},
    }


def _lands(request: Request, operation: Operation, targets: list[Target], result: Result) -> str:
    """Where the person goes on, when it is not where they were."""
    if result.job is not None and (len(targets) == 1 or not request.htmx):
        return reverse("job", args=[result.job.pk])
    if operation.name in ("host.add", "host.edit") and result.form is not None:
        return reverse("host", args=[result.form.cleaned_data["name"]])
    return reverse("hosts") if operation.name == "host.remove" else ""


def _draw(
    request: Request,
    operation: Operation,
    targets: list[Target],
    form: OperationForm,
    level: str = "",
    message: str = "",
    status: int = 200,
) -> HttpResponse:
    form.lock(locked_fields(request.actor, operation, targets[0]))
    context: dict[str, Any] = {
        "operation": operation,
        "targets": targets,
        "refs": [ref_of(target) for target in targets if target is not CONSOLE],
        "form": form,
        "level": level,
        "message": message,
        "title": _title(operation, targets),
        "affected": [
            (target, operation.consequences(target) if place < 20 else []) for place, target in enumerate(targets)
        ],
        "command": _commands(operation, targets, form),
        "multipart": form.is_multipart(),
        "back": _back(request, operation),
    }
    template = "operations/dialog.html" if request.htmx else "operations/page.html"
    return render(request, template, context, status=status)


def _title(operation: Operation, targets: list[Target]) -> str:
    if len(targets) > 1:
        return ngettext("%(label)s %(count)s object", "%(label)s %(count)s objects", len(targets)) % {
            "label": operation.label,
            "count": len(targets),
        }
    named = operation.noun != "console" and not (operation.noun == "host" and not operation.name.startswith("host."))
    return f"{operation.label} {targets[0].label}" if named else str(operation.label)


def _commands(operation: Operation, targets: list[Target], form: OperationForm) -> str:
    """What one would type instead, with what stands in the form now; several targets, a line each."""
    values = {bound.name: bound.value() for bound in form}
    lines = [
        shlex.join(words)
        for target in targets[:5]
        if (words := [word for word in operation.command(target, values) if word])
    ]
    return "\n".join([*lines, "…"] if len(targets) > 5 and lines else lines)


def _with_toast(response: HttpResponse, level: str, text: str, undo: dict[str, Any] | None = None) -> HttpResponse:
    said = {"level": level, "text": text} | ({"undo": undo} if undo else {})
    response["HX-Trigger"] = json.dumps({"toast": said, "refresh": True})
    return response


def _back(request: Request, operation: Operation) -> str:
    """Where the person came from, if that is here; else the list of the operation's noun."""
    came_from = request.POST.get("next") or request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    if safe and "/do/" not in came_from:
        return came_from
    return reverse(_PAGES.get(operation.name.partition(".")[0], "overview"))

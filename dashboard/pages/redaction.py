"""What is hidden in log lines: the built-in rules and the administrators' own."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from dashboard.pages.errors import Refused
from dashboard.requests import Request
from dashboard.targets import CONSOLE, ref
from hosts.access import Capability, Denied, grant
from hosts.lines.credentials import BUILT_IN
from hosts.models import RedactionRule
from hosts.operations.base import find, offered_for


@require_safe
def redaction(request: Request) -> HttpResponse:
    answer = grant(request.actor, Capability.LOGS_REDACTION, CONSOLE)
    if isinstance(answer, Denied):
        raise Refused(answer)
    rules = [
        (rule, ref("redaction", "", str(rule.pk)), offered_for("redaction", rule, lambda capability: True))
        for rule in RedactionRule.objects.all()
    ]
    built_in = [gettext(name) for name in dict.fromkeys(rule.name for rule in BUILT_IN)]
    return render(request, "pages/redaction.html", {"rules": rules, "built_in": built_in, "add": find("redaction.add")})

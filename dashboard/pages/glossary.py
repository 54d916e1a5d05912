"""Docker's words, all explained on one page: where each question mark leads on to."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.glossary import TERMS
from dashboard.pages.allowed import permissions
from dashboard.requests import Request
from hosts.access import Capability


@require_safe
def glossary(request: Request) -> HttpResponse:
    terms = sorted(TERMS.items(), key=lambda each: str(each[1].name).casefold())
    may_see_parts = permissions(request).may(Capability.HOST_ADD)
    return render(request, "pages/glossary.html", {"terms": terms, "may_see_parts": may_see_parts})

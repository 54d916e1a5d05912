"""The people, and the one-time page on which the first administrator is made."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from dashboard import guesses
from dashboard.device import remember
from dashboard.middleware import client_address
from dashboard.pages.errors import Refused, in_words, too_many
from dashboard.requests import Request
from dashboard.targets import CONSOLE, ref
from hosts.access import Actor, ActorKind, Capability, Denied, grant
from hosts.models import SetupLink, User
from hosts.operations.base import OperationForm, find, offered_for
from hosts.operations.perform import perform
from hosts.operations.setup import ENDED, SetUp


@require_safe
def people(request: Request) -> HttpResponse:
    answer = grant(request.actor, Capability.PERSON_MANAGE, CONSOLE)
    if isinstance(answer, Denied):
        raise Refused(answer)
    rows = User.objects.prefetch_related("roles__group").order_by("username")
    listed = [
        (row, ref("person", "", str(row.pk)), offered_for("person", row, lambda capability: True)) for row in rows
    ]
    return render(request, "pages/people.html", {"people": listed, "add": find("person.add")})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def setup(request: Request, token: str) -> HttpResponse:
    """Whoever holds the link read it at the server's own console, so they act with the shell's rights, once."""
    if not SetupLink.good(token):
        return _ended(request)
    operation = SetUp()
    form: OperationForm = operation.form(target=CONSOLE, initial={"token": token})
    if request.method == "POST":
        actor = Actor(ActorKind.SHELL, "setup link", address=client_address(request))
        result = perform(actor, operation, CONSOLE, {**request.POST.dict(), "token": token})
        if result.ok and result.form is not None:
            person = User.objects.get(username=result.form.cleaned_data["username"])
            login(request, person, "django.contrib.auth.backends.ModelBackend")
            response = redirect(reverse("overview"))
            remember(request, response, person)
            return response
        if result.outcome is not None:
            return in_words(request, 409, _("The link has ended"), result.message)
        form = result.form or form
    return render(request, "account/setup.html", {"form": form}, status=422 if form.errors else 200)


def _ended(request: Request) -> HttpResponse:
    try:
        guesses.set_up(client_address(request))
    except guesses.TooMany:
        return too_many(request)
    return in_words(request, 410, _("The link has ended"), str(ENDED))

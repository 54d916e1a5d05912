"""Cookies that somebody else has set under our names: a request with two sessions is answered for neither.

Whatever else is served under the console's host name, on any port, can set a cookie of the same name for a longer path
or for the domain above. Which of two cookies is ours cannot be told.
"""

from __future__ import annotations

from http.cookies import Morsel
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.utils.decorators import sync_and_async_middleware
from django.utils.translation import gettext as _

from dashboard.pages.errors import in_words
from dashboard.pages.names import asked_name, is_address
from dashboard.requests import Request
from hosts.access import Actor

_MOST_PLACES = 8
_PAST = "Thu, 01 Jan 1970 00:00:00 GMT"


def are_doubled(header: str) -> bool:
    """Whether a Cookie header has one of those twice that say who somebody is."""
    names = [part.partition("=")[0].strip() for part in header.split(";")]
    return any(names.count(name) > 1 for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME))


@sync_and_async_middleware
def one_session(get_response: Any) -> Any:
    """Refuses a request with two sessions as nobody's, and takes both from the browser."""
    if iscoroutinefunction(get_response):

        async def awaited(request: Request) -> Any:
            return _refused(request) or await get_response(request)

        return awaited
    return lambda request: _refused(request) or get_response(request)


def _refused(request: Request) -> HttpResponse | None:
    if not are_doubled(request.META.get("HTTP_COOKIE", "")):
        return None
    request.user, request.actor = AnonymousUser(), Actor.nobody()
    sentence = _(
        "Your browser sent two session cookies for this address; something else under the same host name may have "
        "set one. Both were deleted: reload the page and sign in again."
    )
    response = in_words(request, 400, _("Sign in again"), sentence)
    _forget(request, response)
    return response


def _forget(request: Request, response: HttpResponse) -> None:
    """Wherever a cookie that came with this request can have been set for."""
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        for path in _paths(request.path):
            for domain in _domains(request):
                gone: Morsel[str] = Morsel()
                gone.set(name, "", "")
                gone.update({"path": path, "domain": domain, "expires": _PAST, "max-age": "0"})
                if settings.SESSION_COOKIE_SECURE:
                    gone["secure"] = True
                response.cookies[f"{name} {path} {domain}"] = gone


def _paths(path: str) -> list[str]:
    parts = [part for part in path.split("/") if part][:_MOST_PLACES]
    found = ["/"]
    for count in range(1, len(parts) + 1):
        whole = "/" + "/".join(parts[:count])
        found += [whole, f"{whole}/"]
    return found


def _domains(request: Request) -> list[str]:
    """None for the cookie of this host alone; then its own name and those above it, but not the topmost."""
    name = asked_name(request)
    labels = [] if is_address(name) else name.split(".")
    return ["", *(".".join(labels[start:]) for start in range(len(labels) - 1))][:_MOST_PLACES]

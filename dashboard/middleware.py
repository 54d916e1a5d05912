"""What happens to every request: an id, the actor behind it, and an answer in words when something fails."""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import structlog
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import get_script_prefix
from django.utils.decorators import sync_and_async_middleware
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from dashboard.language import speak_to
from dashboard.pages import errors
from dashboard.refusals import page_refused
from dashboard.requests import Request
from hosts.access import Actor, ActorKind
from hosts.engine.errors import EngineError
from hosts.models import User
from hosts.models.audit import NotRecorded

log = structlog.get_logger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponseBase]
AsyncGetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

# Everything else needs a person who has signed in.
OPEN_PATHS = re.compile(
    r"/(accounts/login/|accounts/logout/|setup/|healthz$|static/|i18n/|manifest\.webmanifest$|away\.js$|away/$)"
)


def client_address(request: HttpRequest) -> str:
    """The address of the browser: the server has put it there, by the word of a proxy that TRUSTED_PROXIES names."""
    return valid_address(request.META.get("REMOTE_ADDR"))


def valid_address(address: object) -> str:
    """The same address if it is one, else nothing."""
    try:
        return str(ipaddress.ip_address(str(address or "")))
    except ValueError:
        return ""


def actor_of(user: User | AnonymousUser, address: str = "") -> Actor:
    """The actor behind a signed-in person or a stranger."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return Actor.nobody(address=address)
    return Actor(ActorKind.PERSON, user.get_username(), user.pk, address)


@sync_and_async_middleware
def request_id(get_response: Any) -> Any:
    """Give each request an id that its log lines, its audit records and its jobs carry; nobody else chooses it.

    What a proxy that is believed calls it stands beside it in the log.
    """

    def begin(request: Request) -> str:
        request.request_id = name = uuid.uuid4().hex
        structlog.contextvars.unbind_contextvars("proxy_request_id")
        structlog.contextvars.bind_contextvars(request_id=name)
        if given := request.headers.get("X-Request-ID"):  # dashboard/net lets only a proxy's through
            structlog.contextvars.bind_contextvars(proxy_request_id=given)
        return name

    if iscoroutinefunction(get_response):

        async def awaited(request: Request) -> HttpResponseBase:
            name = begin(request)
            response: HttpResponseBase = await get_response(request)
            response["X-Request-ID"] = name
            return response

        return awaited

    def called(request: Request) -> HttpResponseBase:
        name = begin(request)
        response: HttpResponseBase = get_response(request)
        response["X-Request-ID"] = name
        return response

    return called


@sync_and_async_middleware
def unkept(get_response: Any) -> Any:
    """Nothing that is shown stays in a browser's or a proxy's cache, unless its view says so.

    After a person has signed out nobody goes back to it; and a part of a page never stands for the page, whose address
    it has.
    """

    def marked(response: HttpResponseBase) -> HttpResponseBase:
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response

    if iscoroutinefunction(get_response):

        async def awaited(request: Request) -> HttpResponseBase:
            return marked(await get_response(request))

        return awaited
    return lambda request: marked(get_response(request))


class SignedIn:
    """Deny by default: without a signed-in person only `OPEN_PATHS` answer; puts `request.actor` on every request."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: Request) -> Any:
        if iscoroutinefunction(self.get_response):
            return self._async(request)
        request.actor = actor_of(request.user, client_address(request))
        speak_to(request.user)
        return self._turned_away(request, request.user.is_authenticated) or self.get_response(request)

    async def _async(self, request: Request) -> HttpResponseBase:
        user = await request.auser()
        request.actor = actor_of(user, client_address(request))
        speak_to(user)
        answer = self._turned_away(request, user.is_authenticated)
        return answer or await self.get_response(request)

    @staticmethod
    def _turned_away(request: Request, signed_in: bool) -> HttpResponse | None:
        if signed_in or OPEN_PATHS.match(request.path_info):
            return None
        if request.headers.get("HX-Request") == "true":
            return HttpResponseClientRedirect(redirect_to_login(_seen_page(request)).url)
        return redirect_to_login(request.get_full_path())


def _seen_page(request: Request) -> str:
    """The path of the page on which a script asked: there the person goes on after signing in."""
    seen = urlsplit(request.headers.get("HX-Current-URL", ""))
    path = urlunsplit(("", "", seen.path, seen.query, ""))
    here = seen.netloc == request.get_host() and seen.path.startswith(get_script_prefix())
    return path if here and url_has_allowed_host_and_scheme(path, None) else get_script_prefix()


class InWords:
    """Turn what a view may raise into a page that says what happened.

    It is the innermost and for synchronous views alone, so Django runs the whole chain in one thread and not with a hop
    per middleware, which costs a tenth of a page's time.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> Any:
        return self.get_response(request)

    def process_exception(self, request: Request, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, EngineError):
            return errors.engine_error(request, exception)
        if isinstance(exception, errors.Unseen) or (isinstance(exception, errors.Refused) and not exception.recorded):
            page_refused(request, str(exception))
        if isinstance(exception, errors.Refused):
            return errors.refused(request, exception)
        if isinstance(exception, errors.BadQuery):
            return errors.bad_query(request, exception)
        if isinstance(exception, NotRecorded):
            return errors.not_recorded(request, exception)
        if isinstance(exception, OperationalError):
            log.error("the database refuses", exc_info=exception)
            return errors.no_database(request)
        return None

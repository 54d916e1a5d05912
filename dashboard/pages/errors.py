"""What a person reads when something does not work: a sentence, a status, and what to do next."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from dashboard.requests import Request
from hosts.access import Denied
from hosts.engine.errors import EngineError, NotFound, TimedOut
from hosts.models.audit import NotRecorded


class Refused(Exception):
    """Raised by a page when the decision was no; `recorded` when the trail has it already."""

    def __init__(self, denied: Denied, *, recorded: bool = False) -> None:
        super().__init__(denied.reason)
        self.denied, self.recorded = denied, recorded


class Missing(Http404):
    """What was asked for is not here; the text is for the person."""


class Unseen(Missing):
    """It is not there, or this person may not see it: which of the two is told to nobody, and recorded as a refusal."""


class BadQuery(Exception):
    """Raised by a page when the query string cannot be understood; the text is for the person."""


def in_words(request: Request, status: int, title: str, sentence: str) -> HttpResponse:
    context = {"status": status, "title": title, "sentence": sentence}
    return render(request, "errors/error.html", context, status=status)


def engine_error(request: Request, error: EngineError) -> HttpResponse:
    if isinstance(error, NotFound):
        return in_words(request, 404, _("Not found"), error.sentence)
    status = 504 if isinstance(error, TimedOut) else 502
    return in_words(request, status, _("The engine did not answer as it should"), error.sentence)


def refused(request: Request, error: Refused) -> HttpResponse:
    return in_words(request, 403, _("Not allowed"), error.denied.reason)


def bad_query(request: Request, error: BadQuery) -> HttpResponse:
    return in_words(request, 400, _("That address cannot be understood"), str(error))


def not_recorded(request: Request, error: NotRecorded) -> HttpResponse:
    return in_words(request, 503, _("Nothing was done"), str(error))


def no_database(request: Request) -> HttpResponse:
    sentence = _("Quayside's database could not be read or written; is its disk full? The log has the details.")
    return in_words(request, 503, _("The database refuses"), sentence)


def csrf_failure(request: Request, reason: str = "") -> HttpResponse:
    sentence = _(
        "This form was open for too long, or was opened in another session. Go back, reload the page and send it again."
    )
    return in_words(request, 403, _("Send it again"), sentence)


def bad_request(request: Request, exception: Exception | None = None) -> HttpResponse:
    return in_words(request, 400, _("Bad request"), _("The request could not be understood."))


def denied(request: Request, exception: Exception | None = None) -> HttpResponse:
    return in_words(request, 403, _("Not allowed"), _("You may not do this."))


def not_found(request: Request, exception: Exception | None = None) -> HttpResponse:
    usual = _("There is nothing at this address. It may have been removed, or the link is wrong.")
    return in_words(request, 404, _("Not found"), str(exception) if isinstance(exception, Missing) else usual)


def too_many(request: Request) -> HttpResponse:
    sentence = _("This was tried too often in a short time. Wait some minutes, then try again.")
    answer = in_words(request, 429, _("Too many tries"), sentence)
    answer["Retry-After"] = "60"
    return answer


def broken(request: Request) -> HttpResponse:
    request_id = getattr(request, "request_id", "")
    sentence = _("Quayside itself failed. Its log has the details under request %s.") % request_id
    return in_words(request, 500, _("Something broke"), sentence)

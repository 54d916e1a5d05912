"""The request as our middleware hands it on: with its actor, htmx's headers and an id."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from hosts.access import Actor, Permissions


class Request(HttpRequest):
    """For annotations alone; Django makes the object, `dashboard.middleware` puts these on it."""

    actor: Actor
    htmx: HtmxDetails
    request_id: str
    permissions: Permissions | None

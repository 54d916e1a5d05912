"""The request as our views get it: what the middlewares have put on it, for the type checker."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from hosts.access import Actor, Permissions


class Request(HttpRequest):
    """Never made: every request that has passed the middlewares looks like this. `permissions` comes at first use."""

    actor: Actor
    htmx: HtmxDetails
    permissions: Permissions
    request_id: str

"""What this person may do, asked once per request and shared by the page, its navigation and its buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from dashboard.pages.errors import Refused, Unseen
from dashboard.requests import Request
from hosts.access import Capability, Denied, Grant, Permissions, Target, grant
from hosts.models import Host
from hosts.operations.base import Operation, offered_for


def permissions(request: Request) -> Permissions:
    """The request's own; made at first use."""
    found: Permissions | None = getattr(request, "permissions", None)
    if found is None:
        found = request.permissions = Permissions(request.actor)
    return found


def visible_host(request: Request, name: str, capability: Capability = Capability.HOST_VIEW) -> Host:
    """The host of that name; one that the person may not see is not there."""
    for host in permissions(request).hosts(capability):
        if host.name == name:
            return host
    raise Unseen(_("There is no host named %s.") % name[:63])


def granted(request: Request, capability: Capability, target: Target) -> Grant:
    """The grant, or a page that says why not."""
    answer = grant(request.actor, capability, target)
    if isinstance(answer, Denied):
        raise Refused(answer)
    return answer


def may_on(request: Request, host: Host | None) -> Callable[[Capability], bool]:
    """The question "may this person … here?", each capability decided once."""
    asked = permissions(request)
    answers: dict[Capability, bool] = {}

    def may(capability: Capability) -> bool:
        if capability not in answers:
            answers[capability] = asked.may(capability, host)
        return answers[capability]

    return may


def operations_on(request: Request, noun: str, thing: Any, host: Host | None) -> list[Operation]:
    """What may be done with one object, for its page."""
    return offered_for(noun, thing, may_on(request, host))

"""What was refused on a page or a form stands in the trail too, and nobody can fill the trail with it.

Whoever looks at what they may not see is recorded once an hour for each place, and some times a minute at most. What
somebody tried to do is always recorded, by `perform()`.
"""

from __future__ import annotations

import hashlib

import structlog
from django.core.cache import cache

from dashboard.requests import Request
from hosts.access import Actor, Denied, Target
from hosts.limits import Bucket
from hosts.models import redactor
from hosts.models.audit import NotRecorded
from hosts.operations.base import Operation
from hosts.operations.recording import record_readings, record_refusals

A_MINUTE, ONCE_SECONDS = 20, 3600
_bucket = Bucket("refusals", A_MINUTE, A_MINUTE / 60)

log = structlog.get_logger(__name__)


def page_refused(request: Request, reason: str) -> None:
    """A page that somebody may not open, or whose object they may not see."""
    path = request.path.replace("\x00", "")
    if not request.actor.user_id or not _is_due(request.actor, f"{request.method} {path}"):
        return
    hides = redactor()
    given = [(name, value) for name, values in request.GET.lists() for value in values]
    query = "&".join(f"{name}={hides.mask_text(value)[0]}" for name, value in given).replace("\x00", "")[:1000]
    target = Target("page", id=path[:255], name=hides.mask_text(path)[0])
    try:
        inputs = {"query": query} if query else {}
        record_readings(request.actor, "", [], inputs, [(target, reason)], action="page.open")
    except NotRecorded:
        log.warning("a refusal is not recorded", path=path)


def form_refused(request: Request, operation: Operation, denied: list[tuple[Target, Denied]]) -> None:
    """The form or the question of an operation that somebody may not perform."""
    place = " ".join([operation.name, *(f"{target.noun}:{target.id}" for target, _answer in denied)])
    if _is_due(request.actor, place):
        # Apart from what is then tried all the same: that has a record of its own.
        record_refusals(request.actor, operation, denied, request.GET, kind="form")


def _is_due(actor: Actor, place: str) -> bool:
    digest = hashlib.sha256(place.encode("utf-8", "replace")).hexdigest()
    if not cache.add(f"refused-{actor.user_id}-{digest}", True, ONCE_SECONDS):
        return False
    if not _bucket.take(str(actor.user_id)):
        return True
    log.warning("a refusal is not recorded, for there are too many", actor=actor.name)
    return False

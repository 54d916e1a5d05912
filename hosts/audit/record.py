"""Writing the trail: an intent before the act, one ending after it. Only operations/perform and recording import this.

Each call is a transaction of its own, or part of its caller's; it holds the row and its leaf in the chain, or neither.
When the intent cannot be written it raises, and the act does not happen.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hosts import nudges
from hosts.access import Actor, Target
from hosts.audit import chain
from hosts.models import AuditEnding, AuditEvent, Outcome, masker
from hosts.models.audit import NotRecorded
from hosts.models.masked import sentences

log = structlog.get_logger(__name__)


def begin(actor: Actor, action: str, capability: str, target: Target, inputs: dict[str, Any]) -> AuditEvent:
    """Write what is about to be done. The form has taken out what it knows to be secret; what looks like it is masked
    here, by all rules there are. NotRecorded when that cannot be."""
    host = target.host
    try:
        inputs = masked_inputs(inputs)
        with transaction.atomic():
            event = AuditEvent.objects.create(
                at=timezone.now(),
                actor_kind=actor.kind,
                actor_name=actor.name[:255],
                actor_id=actor.user_id,
                address=actor.address[:64],
                action=action[:64],
                capability=capability,
                host_id=host.pk if host else None,
                host_name=host.name if host else "",
                noun=target.noun[:20],
                object_id=target.id[:255],
                object_name=target.name[:255],
                inputs=inputs,
                request_id=str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64],
            )
            chain.add(event)
            return event
    except DatabaseError as error:
        log.exception("not recorded", action=action)
        sentence = _("The trail could not be written, so nothing was done. Is the disk of Quayside's database full?")
        raise NotRecorded(sentence) from error


def masked_inputs(inputs: dict[str, Any]) -> dict[str, Any]:
    """The same names and shapes. Targets by their ids stay whole: they say what the record is about."""
    rules = masker()
    return {name: value if name == "on" else sentences(value, rules) for name, value in inputs.items()}


def end(event: AuditEvent, outcome: Outcome, message: str = "") -> bool:
    """Write how it ended; False when it has an ending already, which then stays."""
    now = timezone.now()
    try:
        with transaction.atomic():
            ending = AuditEnding.objects.create(
                event=event,
                at=now,
                outcome=outcome,
                message=masker().text(message)[:2000],
                milliseconds=max(0, int((now - event.at).total_seconds() * 1000)),
            )
            chain.add(ending)
    except IntegrityError:
        return False
    transaction.on_commit(lambda: nudges.send("audit", event.action))
    return True

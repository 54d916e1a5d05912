"""What the trail holds beside operations: readings, refusals, deeds that are no operation; and how a record ends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import structlog
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from hosts.access import Actor, Denied, Grant, Target, grant
from hosts.audit import record, tally
from hosts.engine.errors import EngineError
from hosts.models import AuditEvent, Host, Outcome, RefusalTally
from hosts.models.audit import NotRecorded
from hosts.operations.base import NotPossible, Operation

log = structlog.get_logger(__name__)

# What was asked for; where it names hosts, as it may stand in the record of one of them.
Inputs = dict[str, Any] | Callable[[Host | None], dict[str, Any]]


def record_reading(
    actor: Actor,
    capability: str,
    target: Target,
    inputs: Inputs | None = None,
    *,
    action: str = "",
    events: list[int] | None = None,
) -> Grant | Denied:
    """Decide about a reading that matters (logs, an export), and record it whichever way it goes.

    The number of the record is added to `events`. Here as below: NotRecorded when it cannot be written, and then
    nothing may be read.
    """
    answer = grant(actor, capability, target)
    refused = [(target, answer.reason)] if isinstance(answer, Denied) else []
    granted = [] if refused else [target]
    found = record_readings(actor, capability, granted, inputs or {}, refused, action=action)
    if events is not None:
        events += found
    return answer


def record_readings(
    actor: Actor,
    capability: str,
    targets: list[Target],
    inputs: Inputs,
    refused: list[tuple[Target, str]],
    *,
    action: str = "",
) -> list[int]:
    """Record a reading of many things at once, decided already: the numbers of the records.

    One for what is read on each host and one for what is refused on each, with the id of every thing; one also where
    nothing is there to be read. All of them are written, or none.
    """
    reasons = dict(refused)
    ends = [(group, Outcome.REFUSED, reasons[group[0]]) for group in _on_each_host(reasons)]
    ends += [(group, Outcome.SUCCEEDED, "") for group in _on_each_host(targets)]
    found = []
    with _written_or_not_done(), transaction.atomic():
        for group, outcome, reason in ends or [([], Outcome.SUCCEEDED, "")]:
            one = _as_one(group) if group else Target("container", name=_("%s objects") % 0)
            asked = inputs(one.host) if callable(inputs) else inputs
            event = record.begin(actor, action or capability, capability, one, {**asked, **_named(group)})
            record.end(event, outcome, reason)
            found.append(event.pk)
    return found


@contextlib.contextmanager
def _written_or_not_done() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        log.exception("not recorded")
        sentence = _("The trail could not be written, so nothing was done. Is the disk of Quayside's database full?")
        raise NotRecorded(sentence) from error


def record_fact(
    actor: Actor,
    action: str,
    target: Target,
    outcome: Outcome,
    message: str = "",
    inputs: dict[str, Any] | None = None,
) -> None:
    """Record what happened outside of an operation: a login, a failed one, an administrator made in the shell."""
    record.end(record.begin(actor, action, "", target, inputs or {}), outcome, message)


@contextlib.contextmanager
def recorded(
    actor: Actor, action: str, target: Target, inputs: dict[str, Any] | None = None, *, capability: str = ""
) -> Iterator[list[str]]:
    """A deed that is no operation: recorded before the block, and ended after it with what the block has put into the
    list. `NotPossible` and errors of the database or an engine are failures.
    """
    event = record.begin(actor, action, capability, target, inputs or {})
    outcome, message = Outcome.UNKNOWN, _("Quayside stopped in the middle.")
    said: list[str] = []
    try:
        yield said
        outcome, message = Outcome.SUCCEEDED, " ".join(said)
    except (NotPossible, EngineError, DatabaseError) as error:
        outcome, message = Outcome.FAILED, getattr(error, "sentence", "") or str(error)
        raise
    finally:
        ended(event, outcome, message)


def record_ending(event: AuditEvent, outcome: Outcome, message: str) -> None:
    """End a record whose run can no longer end it: a job that was cancelled in the queue, or a worker that died."""
    record.end(event, outcome, message)


def record_refusals(
    actor: Actor, operation: Operation, denied: list[tuple[Target, Denied]], data: Mapping[str, Any], kind: str = ""
) -> None:
    """One record for each host; where it is about many targets, it holds the name and the id of every one.

    The same once more within a minute is counted, and recorded with its number when the minute is over.
    """
    raw = {key: data.get(key) for key in operation.form.base_fields}
    reasons = {target: answer.reason for target, answer in denied}
    for targets in _on_each_host(reasons):
        subject, reason = operation.subject(_as_one(targets), raw), reasons[targets[0]]
        named = [subject] if len(targets) == 1 else targets
        inputs = {**operation.recorded(raw), **_named(targets)}
        words = operation.name, operation.capability, named, reason, record_tally
        with _written_or_not_done(), transaction.atomic():
            if not tally.counted(actor, *words, kind=kind):
                event = record.begin(actor, operation.name, operation.capability, subject, inputs)
                record.end(event, Outcome.REFUSED, reason)


def record_tally(counted: RefusalTally) -> None:
    """One record for all that was counted in a minute."""
    inputs = {
        "times": counted.more,
        "objects": counted.of,
        "since": counted.since.isoformat(timespec="seconds"),
        "until": counted.last_at.isoformat(timespec="seconds"),
        "on": counted.objects_seen,
    }
    target = replace(tally.target_of(counted), name=_("%s objects") % counted.of)
    event = record.begin(tally.actor_of(counted), counted.action, counted.capability, target, inputs)
    record.end(
        event,
        Outcome.REFUSED,
        _("Refused %(times)s times more: %(reason)s") % {"times": counted.more, "reason": counted.reason},
    )


def _on_each_host(targets: Iterable[Target]) -> list[list[Target]]:
    """The targets, those of one host together, each once."""
    found: dict[Host | None, dict[Target, None]] = {}
    for target in targets:
        found.setdefault(target.host, {})[target] = None
    return [list(group) for group in found.values()]


def _named(targets: list[Target]) -> dict[str, list[str]]:
    """Of many targets the name and the id of every one, whole."""
    return {"on": [f"{target.name} {target.id}".strip() for target in targets]} if len(targets) > 1 else {}


def _as_one(targets: list[Target]) -> Target:
    """Several targets of one host as the trail names them."""
    if len(targets) == 1:
        return targets[0]
    return Target(targets[0].noun, targets[0].host, name=_("%s objects") % len(targets))


def ended(event: AuditEvent, outcome: Outcome, message: str) -> tuple[Outcome, str]:
    """Write how it ended; where that cannot be, say so: the trail will then have *unknown*."""
    try:
        record.end(event, outcome, message)
    except DatabaseError:
        log.exception("ending not recorded", event_id=event.pk, outcome=outcome)
        return Outcome.UNKNOWN, _("%s How it ended could not be written to the trail; is its disk full?") % message
    return outcome, message

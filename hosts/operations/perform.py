"""The one road by which anything changes: ask, record, act, record, refresh, nudge.

A refusal is recorded. The intent is on disk before Docker hears a word, and each intent gets one ending. An answer
that did not come in time ends as *unknown* and never as a failure that may in truth have succeeded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from hosts import nudges
from hosts.access import Actor, Denied, Grant, Target, grant
from hosts.audit import record
from hosts.engine.connect import Engine, open_engine
from hosts.engine.errors import Cancelled as CalledOff
from hosts.engine.errors import EngineError
from hosts.facts import Noun
from hosts.inventory.write import refresh
from hosts.jobs import queue
from hosts.jobs.progress import Cancelled, Reporter
from hosts.models import AuditEvent, Host, Job, Outcome
from hosts.operations.base import Call, NotPossible, Operation, OperationForm
from hosts.operations.permitted import left_out, permitted, permitted_among

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it. `outcome` is None when nothing was tried: the form has errors, or a job was queued.

    `job` is one that it has queued or begun; `back` is the operation that takes it back, and its inputs. `left_out`
    says which of many targets are not in the job, for the person may not do it there.
    """

    target: Target
    outcome: Outcome | None
    message: str = ""
    form: OperationForm | None = None
    job: Job | None = None
    back: tuple[str, dict[str, str]] | None = None
    left_out: str = ""
    shown: Sequence[tuple[str, str]] | None = None

    @property
    def ok(self) -> bool:
        return self.outcome is Outcome.SUCCEEDED or self.job is not None


def perform(
    actor: Actor,
    operation: Operation,
    target: Target,
    data: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
) -> Result:
    """Carry out an operation on a target, or queue it when it is long."""
    answer = permitted(actor, operation, target, data or {}, files)
    if isinstance(answer, Denied):
        _record_refusals(actor, operation, [(target, answer)], data or {})
        return Result(target, Outcome.REFUSED, answer.reason)
    form = operation.form(data or {}, files or {}, target=target)
    if not form.is_valid():
        return Result(target, None, _("Nothing was changed: mend the marked fields."), form=form)
    inputs = operation.recorded(form.cleaned_data)
    if operation.long:
        return _enqueue(actor, operation, target, form, inputs)
    subject = operation.subject(target, form.cleaned_data)
    event = record.begin(actor, operation.name, operation.capability, subject, inputs)
    call = Call(answer, form.cleaned_data)
    outcome, message = _carry_out(event, operation, call)
    back = call.back or operation.undo(target, form.cleaned_data)
    back = back if outcome is Outcome.SUCCEEDED else None
    shown = call.shown if outcome is Outcome.SUCCEEDED else None
    return Result(target, outcome, message, form=form, job=call.job, back=back, shown=shown)


def perform_bulk(actor: Actor, operation: Operation, targets: list[Target], data: Mapping[str, Any]) -> Result:
    """Queue one job that performs the operation on each target where the actor may, with a report per item.

    What is refused at the click is recorded at once. Each item of the job is granted again, recorded and ended by
    itself when its turn comes, so the job has no record of its own.
    """
    allowed, denied = permitted_among(actor, operation, targets, data)
    _record_refusals(actor, operation, denied, data)
    if not allowed:
        return Result(targets[0], Outcome.REFUSED, denied[0][1].reason)
    form = operation.form(data, target=allowed[0])
    if not form.is_valid():
        return Result(allowed[0], None, _("Nothing was changed: mend the marked fields."), form=form)
    title = _("%(label)s: %(count)s objects") % {"label": operation.label, "count": len(allowed)}
    plain = {key: data.get(key) for key in operation.form.base_fields if data.get(key) is not None}
    with transaction.atomic():
        job = queue.enqueue(actor, operation.name, title, allowed, plain, None)
    return Result(allowed[0], None, str(title), job=job, left_out=left_out(denied, allowed))


def run_job(job: Job, operation: Operation, actor: Actor, target: Target, reporter: Reporter) -> tuple[Outcome, str]:
    """The worker's half of a long operation: the grant is asked for again, and the record begun at the click ends."""
    event = job.audit
    if event is None:
        raise LookupError(f"Job {job.pk} has no record")
    answer = permitted(actor, operation, target, job.inputs)
    if isinstance(answer, Denied):
        record.end(event, Outcome.REFUSED, answer.reason)
        return Outcome.REFUSED, answer.reason
    form = operation.form(job.inputs, target=target)
    if not form.is_valid():
        message = "; ".join(str(error) for errors in form.errors.values() for error in errors)
        record.end(event, Outcome.FAILED, message)
        return Outcome.FAILED, message
    return _carry_out(event, operation, Call(answer, form.cleaned_data, reporter=reporter))


def record_reading(
    actor: Actor, capability: str, target: Target, inputs: dict[str, Any] | None = None, *, action: str = ""
) -> Grant | Denied:
    """Decide about a reading that matters (logs, an export), and record it whichever way it goes."""
    answer = grant(actor, capability, target)
    event = record.begin(actor, action or capability, capability, target, inputs or {})
    if isinstance(answer, Denied):
        record.end(event, Outcome.REFUSED, answer.reason)
    else:
        record.end(event, Outcome.SUCCEEDED)
    return answer


def record_readings(
    actor: Actor,
    capability: str,
    targets: list[Target],
    inputs: dict[str, Any],
    refused: list[tuple[Target, str]],
    *,
    action: str = "",
) -> None:
    """Record a reading of many things at once, decided already: once for all that was granted, once a refusal."""
    action = action or capability
    for target, reason in refused:
        record.end(record.begin(actor, action, capability, target, inputs), Outcome.REFUSED, reason)
    if targets:
        record.end(record.begin(actor, action, capability, _as_one(targets), inputs), Outcome.SUCCEEDED)


def record_fact(actor: Actor, action: str, target: Target, outcome: Outcome, message: str = "") -> None:
    """Record what happened outside of an operation: a login, a failed one, an administrator made in the shell."""
    record.end(record.begin(actor, action, "", target, {}), outcome, message)


def record_ending(event: AuditEvent, outcome: Outcome, message: str) -> None:
    """End a record whose run can no longer end it: a job that was cancelled in the queue, or a worker that died."""
    record.end(event, outcome, message)


def _record_refusals(
    actor: Actor, operation: Operation, denied: list[tuple[Target, Denied]], data: Mapping[str, Any]
) -> None:
    """One record for each host; where it is about many targets, it holds the name and the id of every one."""
    raw = {key: data.get(key) for key in operation.form.base_fields}
    by_host: dict[Host | None, list[tuple[Target, Denied]]] = {}
    for target, answer in denied:
        by_host.setdefault(target.host, []).append((target, answer))
    for refused in by_host.values():
        targets = [target for target, _answer in refused]
        ids = {"on": [f"{target.name} {target.id}" for target in targets]} if len(targets) > 1 else {}
        subject = operation.subject(_as_one(targets), raw)
        event = record.begin(actor, operation.name, operation.capability, subject, {**operation.recorded(raw), **ids})
        record.end(event, Outcome.REFUSED, refused[0][1].reason)


def _as_one(targets: list[Target]) -> Target:
    """Several targets as the trail names them."""
    if len(targets) == 1:
        return targets[0]
    hosts = list(dict.fromkeys(target.host for target in targets))
    return Target(targets[0].noun, hosts[0] if len(hosts) == 1 else None, name=_("%s objects") % len(targets))


def _enqueue(actor: Actor, operation: Operation, target: Target, form: OperationForm, inputs: dict[str, Any]) -> Result:
    subject = operation.subject(target, form.cleaned_data)
    title = f"{operation.label} {subject.label}"
    plain = {name: form.data.get(name) for name in operation.form.base_fields if form.data.get(name) is not None}
    with transaction.atomic():
        event = record.begin(actor, operation.name, operation.capability, subject, inputs)
        job = queue.enqueue(actor, operation.name, title, [target], plain, event)
    return Result(target, None, title, form=form, job=job)


def _carry_out(event: AuditEvent, operation: Operation, call: Call) -> tuple[Outcome, str]:
    """Act, and end the record whatever happens."""
    outcome, message = Outcome.UNKNOWN, _("Quayside stopped in the middle.")
    try:
        message = _act(operation, call) or operation.sentence(call.target)
        outcome = Outcome.SUCCEEDED
    except NotPossible as error:
        outcome, message = Outcome.FAILED, str(error)
    except (Cancelled, CalledOff):
        outcome, message = Outcome.CANCELLED, _("Cancelled.")
    except EngineError as error:
        outcome, message = Outcome.UNKNOWN if error.outcome_unknown else Outcome.FAILED, error.advice
    except Exception as error:
        log.exception("operation failed", operation=operation.name, event_id=event.pk)
        outcome, message = Outcome.UNKNOWN, _("Quayside itself failed; its log has the details (record %s).") % event.pk
        if isinstance(error, DatabaseError) and not operation.needs_engine:
            outcome, message = Outcome.FAILED, _("It could not be written to the database; is its disk full?")
    finally:
        outcome, message = _end(event, outcome, message)
    return outcome, message


def _end(event: AuditEvent, outcome: Outcome, message: str) -> tuple[Outcome, str]:
    """Write how it ended; where that cannot be, say so: the trail will then have *unknown*."""
    try:
        record.end(event, outcome, message)
    except DatabaseError:
        log.exception("ending not recorded", event_id=event.pk, outcome=outcome)
        return Outcome.UNKNOWN, _("%s How it ended could not be written to the trail; is its disk full?") % message
    return outcome, message


def _act(operation: Operation, call: Call) -> str | None:
    target = call.target
    if not operation.needs_engine:
        return operation.run(call)
    with open_engine(call.grant) as engine:
        call.engine = engine
        if target.noun in list(Noun):
            call.thing = engine.get(Noun(target.noun), target.id).thing
            if not operation.offered(call.thing):
                raise NotPossible(
                    _("%(name)s has changed meanwhile, and this is no longer possible.") % {"name": target.label}
                )
            call.touch(Noun(target.noun), target.id)
        try:
            return operation.run(call)
        finally:
            _bring_up_to_date(engine, call)


def _bring_up_to_date(engine: Engine, call: Call) -> None:
    """Fetch what was touched, so that the next page shows it; when that fails the watcher will bring it."""
    host = call.grant.host
    for noun, object_id in call.touched:
        try:
            refresh(engine, noun, object_id)
        except (EngineError, DatabaseError) as error:
            log.warning("row not refreshed", host=host.name, noun=str(noun), reason=str(error))
        nudges.send(f"host.{host.pk}", str(noun))

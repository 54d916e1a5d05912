"""The one road by which anything changes: ask, record, act, record, refresh, nudge.

A refusal is recorded. The intent is on disk before Docker hears a word, and each intent gets one ending. An answer
that did not come in time ends as *unknown* and never as a failure that may in truth have succeeded.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from hosts.access import Actor, Denied, Target
from hosts.audit import record
from hosts.engine.errors import Cancelled as CalledOff
from hosts.engine.errors import EngineError
from hosts.jobs import queue
from hosts.jobs.progress import Cancelled, Reporter
from hosts.jobs.turns import QueueFull, check_room
from hosts.models import AuditEvent, Job, Outcome
from hosts.operations.act import act
from hosts.operations.base import Call, NotPossible, Operation, OperationForm
from hosts.operations.permitted import left_out, permitted, permitted_among
from hosts.operations.recording import ended, record_refusals, recorded

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
        record_refusals(actor, operation, [(target, answer)], data or {})
        return Result(target, Outcome.REFUSED, answer.reason)
    form = operation.form(data or {}, files or {}, target=target)
    if form.is_valid() and form.look_up is not None:
        _look_up(actor, operation, target, form)
    if not form.is_valid():
        return Result(target, None, _("Nothing was changed: mend the marked fields."), form=form)
    objection = operation.objection(target, form.cleaned_data)
    if objection:
        return _turned_away(actor, operation, [target], form, objection, "objection")
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
    record_refusals(actor, operation, denied, data)
    if not allowed:
        return Result(targets[0], Outcome.REFUSED, denied[0][1].reason)
    form = operation.form(data, target=allowed[0])
    if not form.is_valid():
        return Result(allowed[0], None, _("Nothing was changed: mend the marked fields."), form=form)
    title = _("%(label)s: %(count)s objects") % {"label": operation.label, "count": len(allowed)}
    plain = {key: data.get(key) for key in operation.form.base_fields if data.get(key) is not None}
    try:
        job = queue.enqueue(actor, operation.name, title, allowed, plain, None)
    except QueueFull as error:
        return _turned_away(actor, operation, allowed, form, str(error))
    return Result(allowed[0], None, str(title), job=job, left_out=left_out(denied, allowed))


def perform_each(actor: Actor, operation: Operation, targets: list[Target], data: Mapping[str, Any]) -> Result:
    """Queue a long operation for each of many targets, a job each: the first that was not, or the first."""
    try:
        check_room(actor, len(targets))
    except QueueFull as error:
        form = operation.form(data, target=targets[0])
        return _turned_away(actor, operation, targets, form, str(error))
    results = [perform(actor, operation, target, data) for target in targets]
    return next((one for one in results if not one.ok), results[0])


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
    objection = operation.objection(target, form.cleaned_data)
    if objection:
        record.end(event, Outcome.REFUSED, objection)
        return Outcome.REFUSED, objection
    return _carry_out(event, operation, Call(answer, form.cleaned_data, reporter=reporter))


def _look_up(actor: Actor, operation: Operation, target: Target, form: OperationForm) -> None:
    """What the form must ask of a machine is a deed of its own, whatever becomes of the form."""
    subject, inputs = operation.subject(target, form.cleaned_data), operation.recorded(form.cleaned_data)
    with (
        contextlib.suppress(NotPossible),
        recorded(actor, form.look_up_action, subject, inputs, capability=operation.capability) as said,
    ):
        if form.look_up is not None:
            said.append(form.look_up())


def _enqueue(actor: Actor, operation: Operation, target: Target, form: OperationForm, inputs: dict[str, Any]) -> Result:
    subject = operation.subject(target, form.cleaned_data)
    title = f"{operation.label} {subject.label}"
    plain = {name: form.data.get(name) for name in operation.form.base_fields if form.data.get(name) is not None}
    try:
        with transaction.atomic():
            event = record.begin(actor, operation.name, operation.capability, subject, inputs)
            job = queue.enqueue(actor, operation.name, title, [target], plain, event)
    except QueueFull as error:
        return _turned_away(actor, operation, [target], form, str(error))
    return Result(target, None, title, form=form, job=job)


def _turned_away(
    actor: Actor, operation: Operation, targets: list[Target], form: OperationForm, reason: str, kind: str = ""
) -> Result:
    """Permitted, and refused all the same; what was filled in is kept."""
    record_refusals(actor, operation, [(target, Denied(reason)) for target in targets], form.data, kind)
    return Result(targets[0], Outcome.REFUSED, reason, form=form)


def _carry_out(event: AuditEvent, operation: Operation, call: Call) -> tuple[Outcome, str]:
    """Act, and end the record whatever happens."""
    outcome, message = Outcome.UNKNOWN, _("Quayside stopped in the middle.")
    try:
        message = act(operation, call) or operation.sentence(call.target)
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
        outcome, message = ended(event, outcome, message)
    return outcome, message

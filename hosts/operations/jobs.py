"""What can be done with a long operation under way or ended: cancel it, try it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hosts import nudges
from hosts.access import Capability, Target
from hosts.facts import Noun
from hosts.inventory.write_facts import ROWS
from hosts.models import ACTIVE, Host, Job, JobState, Outcome
from hosts.operations.base import Call, NotPossible, Operation, find
from hosts.operations.perform import perform, perform_bulk
from hosts.operations.recording import record_ending

_UNDONE_WITHIN = timedelta(days=1)


class OnJob(Operation):
    noun = "job"
    capability = Capability.JOB_CONTROL
    needs_engine = False
    bulk = False


class CancelJob(OnJob):
    name = "job.cancel"
    capability = Capability.JOB_CANCEL
    label = _("Cancel")
    icon = "x"

    def offered(self, thing: Any) -> bool:
        return thing.state in ACTIVE and not thing.cancel_requested

    def run(self, call: Call) -> str:
        job = _job(call)
        waiting = Job.objects.filter(pk=job.pk, state=JobState.QUEUED)
        message = str(_("Cancelled.") if job.started_at else _("Cancelled before it began."))
        if waiting.update(state=JobState.CANCELLED, ended_at=timezone.now(), message=message):
            if job.audit:
                record_ending(job.audit, Outcome.CANCELLED, message)
        elif not Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_requested=True):
            raise NotPossible(_("It has ended already."))
        nudges.send(f"job.{job.pk}", "cancel")
        nudges.send("jobs", "cancel")
        return str(_("Cancelling %s.") % job.title)


class RetryJob(OnJob):
    name = "job.retry"
    label = _("Try again")
    icon = "refresh"

    def offered(self, thing: Any) -> bool:
        return thing.state in (JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED)

    def run(self, call: Call) -> str:
        job = _job(call)
        operation = find(job.operation)
        if operation is None or not self.offered(job):
            raise NotPossible(_("This job cannot be tried again."))
        targets = _targets(job)
        actor = call.grant.actor
        again = (
            perform_bulk(actor, operation, targets, job.inputs)
            if job.items
            else perform(actor, operation, targets[0], job.inputs)
        )
        if again.job is None:
            raise NotPossible(again.message)
        Job.objects.filter(pk=again.job.pk).update(retry_of=job)
        call.job = again.job
        said = _("Trying again: %s.") % job.title
        return f"{said} {again.left_out}".strip()


class UndoJob(OnJob):
    name = "job.undo"
    label = _("Undo")
    icon = "rotate-clockwise"

    def offered(self, thing: Any) -> bool:
        """A run over many objects, of today, which left something that can be taken back."""
        operation = find(thing.operation)
        return bool(
            thing.items
            and thing.ended_at
            and thing.ended_at > timezone.now() - _UNDONE_WITHIN
            and operation
            and operation.undone_by
            and any(line["outcome"] == Outcome.SUCCEEDED for line in thing.report)
        )

    def run(self, call: Call) -> str:
        job = _job(call)
        done = find(job.operation)
        back = find(done.undone_by) if done else None
        if back is None or not self.offered(job):
            raise NotPossible(_("This job cannot be undone."))
        targets = _left_by(job, back)
        if not targets:
            raise NotPossible(_("Nothing is as this job has left it."))
        result = perform_bulk(call.grant.actor, back, targets, {})
        if result.job is None:
            raise NotPossible(result.message)
        said = _("Undoing: %s.") % job.title
        return f"{said} {result.left_out}".strip()


def _job(call: Call) -> Job:
    job = Job.objects.select_related("audit", "host").filter(pk=call.target.id).first()
    if job is None:
        raise NotPossible(_("This job is gone."))
    return job


def _targets(job: Job) -> list[Target]:
    """What the job was about; of a bulk run, the items that did not succeed."""
    if not job.items:
        return [Target(job.noun, job.host, job.engine_id, job.name)]
    done = _done(job)
    return _as_targets([item for item in job.items if (item["host"], item["id"]) not in done])


def _left_by(job: Job, back: Operation) -> list[Target]:
    """The objects that the job has changed and that are as it has left them, as far as the inventory knows."""
    done = _done(job)
    targets = _as_targets([item for item in job.items if (item["host"], item["id"]) in done])
    if not targets or targets[0].noun not in list(Noun):
        return targets
    rows = ROWS[Noun(targets[0].noun)]._default_manager.filter(
        host__in=[target.host for target in targets if target.host], gone_at=None
    )
    found = rows.filter(engine_id__in=[target.id for target in targets])
    left = {(row.host_id, row.engine_id) for row in found if back.offered(row)}
    return [target for target in targets if target.host and (target.host.pk, target.id) in left]


def _done(job: Job) -> set[tuple[Any, str]]:
    return {(line["host"], line["id"]) for line in job.report if line["outcome"] == Outcome.SUCCEEDED}


def _as_targets(items: list[dict[str, Any]]) -> list[Target]:
    hosts = Host.objects.in_bulk({item["host"] for item in items if item["host"]})
    return [Target(item["noun"], hosts.get(item["host"]), item["id"], item["name"]) for item in items]

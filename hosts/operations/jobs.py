"""What can be done with a long operation under way or ended: cancel it, try it again."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hosts import nudges
from hosts.access import Capability, Target
from hosts.models import ACTIVE, Host, Job, JobState, Outcome
from hosts.operations.base import Call, NotPossible, Operation, find
from hosts.operations.perform import perform, perform_bulk, record_ending


class OnJob(Operation):
    noun = "job"
    capability = Capability.JOB_CONTROL
    needs_engine = False
    bulk = False


class CancelJob(OnJob):
    name = "job.cancel"
    label = _("Cancel")
    icon = "x"

    def offered(self, thing: Any) -> bool:
        return thing.state in ACTIVE and not thing.cancel_requested

    def run(self, call: Call) -> str:
        job = _job(call)
        waiting = Job.objects.filter(pk=job.pk, state=JobState.QUEUED)
        message = str(_("Cancelled before it began."))
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
        return str(_("Trying again: %s.") % job.title)


def _job(call: Call) -> Job:
    job = Job.objects.select_related("audit", "host").filter(pk=call.target.id).first()
    if job is None:
        raise NotPossible(_("This job is gone."))
    return job


def _targets(job: Job) -> list[Target]:
    """What the job was about; of a bulk run, the items that did not succeed."""
    if not job.items:
        return [Target(job.noun, job.host, job.engine_id, job.name)]
    done = {(line["host"], line["id"]) for line in job.report if line["outcome"] == Outcome.SUCCEEDED}
    left = [item for item in job.items if (item["host"], item["id"]) not in done]
    hosts = Host.objects.in_bulk({item["host"] for item in left if item["host"]})
    return [Target(item["noun"], hosts.get(item["host"]), item["id"], item["name"]) for item in left]

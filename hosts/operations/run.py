"""The worker's side: take the job's lease, carry it out with a beating heart, and write how it ended."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hosts import nudges
from hosts.access import Actor, ActorKind, Target
from hosts.jobs import lease, queue, turns
from hosts.jobs.progress import Cancelled, Reporter
from hosts.models import Host, Job, JobState, Outcome, User
from hosts.operations.base import Operation, find
from hosts.operations.perform import perform, run_job

log = structlog.get_logger(__name__)

_STATE_OF = {
    Outcome.SUCCEEDED: JobState.SUCCEEDED,
    Outcome.CANCELLED: JobState.CANCELLED,
}


class _GaveWay(Exception):
    """A run over many objects makes room for somebody who waits; it goes on where it stopped when its turn comes."""


def run_next() -> None:
    """Run the job whose turn it is, then call a worker for the rest; does nothing when none may start.

    The next one is run here where this one has given way to it, or where no other worker can be called.
    """
    while job := turns.take_next():
        ended = _run(job)
        if queue.call_for_more() and ended:
            return


def run(job_id: str) -> None:
    """Run this very job, whoever's turn it is; does nothing when it is not there to be taken."""
    job = lease.take(job_id)
    if job is not None:
        _run(job)


def _run(job: Job) -> bool:
    """From its lease to its last word, or until it gives way: False."""
    nudges.send("jobs", "running")
    nudges.send(f"job.{job.pk}", "running")
    reporter = Reporter(job)
    ended: dict[str, Any] | None = None
    with lease.Heart(job, reporter.cancel), translation.override(_language_of(job)):
        try:
            state, message = _carry_out(job, reporter)
            ended = {"state": state, "message": message, "ended_at": timezone.now()}
        except _GaveWay:
            state = JobState.QUEUED
        reporter.finish()
    if ended is None and not lease.give_back(job):
        state = JobState.CANCELLED
        ended = {"state": state, "message": _("Cancelled."), "ended_at": timezone.now()}
    if ended is not None:
        lease.write(job, **ended)
    nudges.send(f"job.{job.pk}", state)
    nudges.send("jobs", state)
    return ended is not None


def _language_of(job: Job) -> str | None:
    """What is written about the job is for its owner first."""
    chosen = User.objects.filter(pk=job.actor["user_id"] or 0).values_list("language", flat=True).first()
    return chosen or settings.LANGUAGE_CODE


def actor_of(job: Job) -> Actor:
    """Who queued it; what they may do is asked again now."""
    kept = job.actor
    return Actor(ActorKind(kept["kind"]), kept["name"], kept["user_id"], kept["address"])


def _carry_out(job: Job, reporter: Reporter) -> tuple[JobState, str]:
    operation = find(job.operation)
    if operation is None:
        return JobState.FAILED, _("There is no operation named %s any more.") % job.operation
    try:
        if job.items:
            return _bulk(job, operation, reporter)
        target = Target(job.noun, job.host, job.engine_id, job.name)
        outcome, message = run_job(job, operation, actor_of(job), target, reporter)
    except Cancelled:
        return JobState.CANCELLED, _("Cancelled.")
    except _GaveWay:
        raise
    except Exception:
        log.exception("job failed", job=str(job.pk))
        return JobState.FAILED, _("Quayside itself failed; its log has the details (job %s).") % job.pk
    return _STATE_OF.get(outcome, JobState.FAILED), message


def _bulk(job: Job, operation: Operation, reporter: Reporter) -> tuple[JobState, str]:
    actor = actor_of(job)
    hosts = Host.objects.in_bulk({item["host"] for item in job.items if item["host"]})
    lines: list[dict[str, Any]] = list(job.report)  # of what was done before it gave way
    before = len(lines)
    for item in job.items[before:]:
        reporter.report(lines, len(job.items))
        if len(lines) > before and turns.must_give_way(job):
            raise _GaveWay
        target = Target(item["noun"], hosts.get(item["host"]), item["id"], item["name"])
        result = perform(actor, operation, target, job.inputs)
        lines.append({**item, "outcome": result.outcome or Outcome.FAILED, "message": result.message})
    reporter.report(lines, len(job.items))
    bad = sum(line["outcome"] != Outcome.SUCCEEDED for line in lines)
    if bad:
        return JobState.FAILED, ngettext("%(bad)s of %(all)s failed.", "%(bad)s of %(all)s failed.", bad) % {
            "bad": bad,
            "all": len(lines),
        }
    return JobState.SUCCEEDED, _("All %s done.") % len(lines)

"""Ends what nobody else can end: jobs whose worker died, jobs that Redis lost, records whose process is gone."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hosts import nudges
from hosts.audit import tally
from hosts.jobs import lease, queue
from hosts.models import ACTIVE, AuditEvent, Job, JobState, Outcome
from hosts.operations.recording import record_ending, record_tally

# A message that comes for nothing does nothing; of many that wait, so many calls keep every worker busy.
RESEND_AFTER = timedelta(seconds=30)
CALLS = 20
FORGOTTEN_AFTER = timedelta(minutes=15)


def sweep() -> None:
    """One round; the watcher makes one every few seconds."""
    _interrupt_dead()
    _send_again()
    _end_forgotten()
    tally.close_old(record_tally)


def _interrupt_dead() -> None:
    message = _("The worker stopped in the middle. Nothing more will happen; you can try it again.")
    for job in lease.dead():
        with transaction.atomic():  # whoever reads that it was interrupted finds its record ended, too
            gone = lease.write(job, state=JobState.INTERRUPTED, message=message, ended_at=timezone.now())
            if gone and job.audit:
                record_ending(job.audit, Outcome.UNKNOWN, message)
        if gone:
            nudges.send(f"job.{job.pk}", JobState.INTERRUPTED)
            nudges.send("jobs", JobState.INTERRUPTED)


def _send_again() -> None:
    lost = Q(dispatched_at__isnull=True) | Q(dispatched_at__lt=timezone.now() - RESEND_AFTER)
    for job in Job.objects.filter(lost, state=JobState.QUEUED).order_by("queued_at")[:CALLS]:
        if not queue.dispatch(job):
            return


def _end_forgotten() -> None:
    """A process that was killed between the act and its ending: whether Docker did it is not known."""
    old = timezone.now() - FORGOTTEN_AFTER
    open_jobs = Job.objects.filter(state__in=ACTIVE, audit__isnull=False).values("audit_id")
    for event in AuditEvent.objects.filter(at__lt=old, ending__isnull=True).exclude(pk__in=open_jobs)[:100]:
        record_ending(event, Outcome.UNKNOWN, _("Quayside stopped in the middle; whether it was done is not known."))

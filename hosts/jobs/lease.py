"""Who may run a job: one worker run at a time, for as long as its heart beats.

Every write of a run names its lease, so a run that was given up for dead can no longer change the row.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import structlog
from django.db import DatabaseError, connection
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from hosts.models import Job, JobState

log = structlog.get_logger(__name__)

BEAT_SECONDS = 1.0
WRITE_SECONDS = 4.0
DEAD_AFTER = timedelta(seconds=16)


def take(job_id: str) -> Job | None:
    """Take a queued job for this run; None when another run has it or it has ended: a second delivery does nothing."""
    now = timezone.now()
    lease = uuid.uuid4()
    taken = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.RUNNING, lease=lease, started_at=Coalesce("started_at", Value(now)), heartbeat_at=now
    )
    return Job.objects.select_related("audit", "host").get(pk=job_id) if taken else None


def give_back(job: Job) -> bool:
    """Put a job that has begun back into the queue, before those that were queued after it; its report stays.

    False when it was called off in that moment, or the lease is lost.
    """
    held = Job.objects.filter(pk=job.pk, lease=job.lease, state=JobState.RUNNING, cancel_requested=False)
    return bool(held.update(state=JobState.QUEUED, lease=None, dispatched_at=None))


def write(job: Job, **values: Any) -> bool:
    """Change the row if this run still holds it."""
    return bool(Job.objects.filter(pk=job.pk, lease=job.lease, state=JobState.RUNNING).update(**values))


def dead() -> list[Job]:
    """Running jobs whose heart has stopped."""
    limit = timezone.now() - DEAD_AFTER
    stopped = Q(heartbeat_at__lt=limit) | Q(heartbeat_at__isnull=True)
    return list(Job.objects.select_related("audit", "host").filter(stopped, state=JobState.RUNNING))


class Heart:
    """Beats for one run in a thread of its own, and calls `stop` when the job is cancelled or the lease is lost."""

    def __init__(self, job: Job, stop: Callable[[], None]) -> None:
        self._job = job
        self._stop = stop
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heart-{job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join(5)

    def _beat(self) -> None:
        since_write = 0.0
        try:
            while not self._done.wait(BEAT_SECONDS):
                since_write += BEAT_SECONDS
                try:
                    if since_write >= WRITE_SECONDS:
                        since_write = 0.0
                        write(self._job, heartbeat_at=timezone.now())
                    if self._must_stop():
                        self._stop()
                except DatabaseError as error:
                    # One missed beat is no death; the sweep decides after several.
                    log.warning("heartbeat not written", job=str(self._job.pk), reason=str(error))
        finally:
            connection.close()

    def _must_stop(self) -> bool:
        row = Job.objects.filter(pk=self._job.pk).values_list("cancel_requested", "lease", "state").first()
        return row is None or row[0] or row[1] != self._job.lease or row[2] != JobState.RUNNING

"""Putting a job in the queue: the row first, the message after commit, and again when Redis was down."""

from __future__ import annotations

from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from hosts import nudges
from hosts.access import Actor, Target
from hosts.jobs import turns
from hosts.models import AuditEvent, Job, JobState

log = structlog.get_logger(__name__)


def enqueue(
    actor: Actor, operation: str, title: str, targets: list[Target], inputs: dict[str, Any], event: AuditEvent | None
) -> Job:
    """Make the row and call a worker once the transaction is through; without a record of its own it is a bulk job.

    QueueFull when the actor has as many jobs as one may have. It is made in the transaction in which that is counted.
    """
    with transaction.atomic():
        turns.one_at_a_time()
        turns.check_room(actor)
        job = _row(actor, operation, title, targets, inputs, event)
        transaction.on_commit(lambda: announce(job))
    return job


def _row(
    actor: Actor, operation: str, title: str, targets: list[Target], inputs: dict[str, Any], event: AuditEvent | None
) -> Job:
    first = targets[0]
    bulk = event is None
    return Job.objects.create(
        operation=operation,
        title=str(title)[:255],
        person_id=actor.user_id,
        actor={"kind": actor.kind, "name": actor.name, "user_id": actor.user_id, "address": actor.address},
        host=None if bulk and len({target.host for target in targets}) > 1 else first.host,
        noun=first.noun,
        engine_id="" if bulk else first.id,
        name="" if bulk else first.name[:255],
        inputs=inputs,
        items=[_item(target) for target in targets] if bulk else [],
        audit=event,
    )


def announce(job: Job) -> None:
    # Redis is asked the quick question first: where it hangs the sweep sends the job, and nobody waits here.
    if nudges.send("jobs", "queued"):
        dispatch(job)


def dispatch(job: Job) -> bool:
    """Call a worker, which takes whatever is next; False when Redis does not answer, and the sweep calls later."""
    try:
        current_app.send_task("hosts.tasks.run_job", [str(job.pk)], retry=False)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("job waits for Redis", job=str(job.pk), reason=str(error))
        return False
    Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(dispatched_at=timezone.now())
    return True


def call_for_more() -> bool:
    """Call a worker when something still waits: the message that came with it may have met somebody's full share.

    False when something waits and Redis does not answer.
    """
    waiting = Job.objects.filter(state=JobState.QUEUED).order_by("queued_at").first()
    return waiting is None or dispatch(waiting)


def _item(target: Target) -> dict[str, Any]:
    return {
        "noun": target.noun,
        "host": target.host.pk if target.host else None,
        "host_name": target.host.name if target.host else "",
        "id": target.id,
        "name": target.name,
    }

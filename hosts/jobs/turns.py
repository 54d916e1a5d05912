"""Whose job is next, and may somebody queue another? People take turns, and each has a share of the queue.

A message to a worker means only that there is work: whoever gets it takes the job whose turn it is. Both decisions
count rows and then write one, so they are made one at a time, whichever process makes them. Jobs of nobody (the
machine's shell, Quayside itself, people who were removed) share one turn and one place like one more person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hosts.access import Actor
from hosts.jobs import lease
from hosts.models import ACTIVE, Job, JobState

# Any number that nothing else locks by.
_LOCK = 0x7155A1
# So long somebody waits for a free worker before a run over many objects makes room between two of them.
PATIENCE = timedelta(seconds=5)
_NEVER = datetime.min.replace(tzinfo=UTC)


class QueueFull(Exception):
    """This person has as many jobs as one may have; the text is for them."""


def one_at_a_time() -> None:
    """Hold off every other process that decides about jobs until this transaction ends."""
    # On SQLite each transaction begins with the lock to write.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def check_room(actor: Actor, more: int = 1) -> None:
    """QueueFull when the actor can't have so many jobs more. Sure only where `one_at_a_time` holds."""
    limit = settings.JOBS_PER_PERSON
    if Job.objects.filter(person_id=actor.user_id, state__in=ACTIVE).count() + more > limit:
        raise QueueFull(
            _(
                "A person can have %(limit)s jobs queued or running, and this would be more. "
                "Wait until one of yours has ended, or cancel one under Jobs, then try again."
            )
            % {"limit": limit}
        )


def take_next() -> Job | None:
    """Take the job whose turn it is for this run; None when nothing waits that may start."""
    with transaction.atomic():
        one_at_a_time()
        person = _next_person()
        if person is None:
            return None
        first = Job.objects.filter(state=JobState.QUEUED, person_id=person[0]).order_by("queued_at", "pk").first()
        return lease.take(str(first.pk)) if first else None


def must_give_way(job: Job) -> bool:
    """Whether somebody has waited for a while with nothing of theirs running, and no worker was free for them."""
    long_ago = timezone.now() - PATIENCE
    waiting = Job.objects.filter(state=JobState.QUEUED, queued_at__lt=long_ago).exclude(_of(job.person_id))
    people = set(waiting.order_by().values_list("person_id", flat=True).distinct())
    return bool(people - _running().keys()) if people else False


def held_back(people: Iterable[int | None]) -> set[int | None]:
    """Those of the people whose queued jobs wait for other jobs of their own."""
    running = _running()
    return {person for person in people if running.get(person, 0) >= settings.JOBS_RUNNING_PER_PERSON}


def _next_person() -> tuple[int | None] | None:
    """Who has the fewest jobs running, then who was served the longest ago, then who has waited the longest."""
    queued = Job.objects.filter(state=JobState.QUEUED).order_by().values_list("person_id")
    waiting = dict(queued.annotate(since=Min("queued_at")))
    running = _running()
    ready = [person for person in waiting if running.get(person, 0) < settings.JOBS_RUNNING_PER_PERSON]
    if not ready:
        return None
    served = {person: _last_served(person) for person in ready} if len(ready) > 1 else {}
    return (min(ready, key=lambda person: (running.get(person, 0), served.get(person, _NEVER), waiting[person])),)


def _running() -> dict[int | None, int]:
    rows = Job.objects.filter(state=JobState.RUNNING).order_by().values_list("person_id")
    return dict(rows.annotate(count=Count("pk")))


def _last_served(person: int | None) -> datetime:
    """Until when a job of theirs was running."""
    served: datetime | None = Job.objects.filter(_of(person)).aggregate(at=Max("heartbeat_at"))["at"]
    return served or _NEVER


def _of(person: int | None) -> Q:
    # Without IS NULL beside it, an exclusion would leave out the jobs of nobody, too.
    return Q(person__isnull=True) if person is None else Q(person_id=person, person__isnull=False)

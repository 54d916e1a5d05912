"""The Celery tasks: one that runs a job, and one by which a worker shows that it is alive."""

from __future__ import annotations

from celery import shared_task
from django.db import close_old_connections

from hosts import alive
from hosts.operations import run


@shared_task(name="hosts.tasks.run_job")
def run_job(job_id: str) -> None:
    """The id only says for which job the message was sent; what is run is the next one."""
    close_old_connections()
    try:
        run.run_next()
    finally:
        close_old_connections()


@shared_task(name="hosts.tasks.canary")
def canary() -> None:
    alive.beat("worker", 90)

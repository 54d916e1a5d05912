"""Cancelling what waits, and trying again what ended: a new job with a record of its own."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dashboard.targets import resolve
from hosts.access import Actor, Permissions, Target
from hosts.models import AuditEvent, Host, HostGroup, Job, JobState, Role, User
from hosts.operations import run
from hosts.operations.base import find
from hosts.operations.perform import perform
from tests import cast, rows
from tests.hosts.operations.conftest import Do


@pytest.fixture
def host(db: None, monkeypatch: pytest.MonkeyPatch) -> Host:
    """A host where nobody answers; nothing is sent to a worker."""
    monkeypatch.setattr("hosts.jobs.queue.dispatch", lambda job: True)
    return rows.host("nowhere", url="tcp://127.0.0.1:9")


def target(job: Job) -> Target:
    return Target("job", job.host, id=str(job.pk), name=job.title)


def queued(do: Do, host: Host) -> Job:
    result = do("image.pull", Target("host", host, id=str(host.pk), name=host.name), reference="team/app:1")
    assert result.job is not None
    return result.job


def newest() -> Job:
    return Job.objects.order_by("-queued_at")[0]


def ending(job: Job) -> str:
    assert job.audit is not None
    return str(AuditEvent.objects.get(pk=job.audit.pk).ending.outcome)


def test_a_job_that_waits_is_cancelled_and_never_runs(do: Do, host: Host) -> None:
    job = queued(do, host)
    assert do("job.cancel", target(job)).ok
    run.run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.started_at, ending(job)) == (JobState.CANCELLED, None, "cancelled")
    assert do("job.cancel", target(job)).outcome == "failed", "it has ended already"


def test_a_failed_job_is_tried_again(do: Do, host: Host) -> None:
    job = queued(do, host)
    assert do("job.retry", target(job)).outcome == "failed", "it has not ended yet"
    run.run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, ending(job)) == (JobState.FAILED, "failed")
    # Not through `do`: the newest record is then the new job's, and open.
    retry = find("job.retry")
    assert retry is not None
    assert perform(Actor.shell(), retry, target(job)).ok
    again = newest()
    assert (again.retry_of, again.state, again.inputs) == (job, JobState.QUEUED, job.inputs)
    assert again.audit != job.audit


def bulk(host: Host, operation: str, outcomes: dict[str, str], **columns: Any) -> Job:
    """A job that has ended so for containers of these names."""
    here = {"noun": "container", "host": host.pk, "host_name": host.name}
    items: list[dict[str, Any]] = [{**here, "id": rows.engine_id(host.name, name), "name": name} for name in outcomes]
    report = [{**item, "outcome": outcomes[item["name"]], "message": ""} for item in items]
    ended = {"state": JobState.FAILED, "ended_at": timezone.now(), **columns}
    return Job.objects.create(
        operation=operation, title="Stop", noun="container", actor={}, items=items, report=report, **ended
    )


def test_undoing_a_bulk_run_takes_back_what_it_did_and_no_more(do: Do, host: Host) -> None:
    for name in ("one", "two", "three"):
        rows.container(host, name, state="exited")
    rows.container(host, "gone", state="exited", gone_at=timezone.now())
    rows.container(host, "up", state="running")
    outcomes = {"one": "succeeded", "two": "failed", "three": "succeeded", "gone": "succeeded", "up": "succeeded"}
    job = bulk(host, "container.stop", outcomes)
    undo = do("job.undo", target(job))
    assert undo.ok, undo.message
    back = newest()
    assert (back.operation, back.retry_of) == ("container.start", None)
    assert [item["name"] for item in back.items] == ["one", "three"], "two was not stopped, and up was started since"
    host.containers.update(state="running")
    again = do("job.undo", target(job))
    assert (again.outcome, again.message) == ("failed", "Nothing is as this job has left it.")


@pytest.mark.parametrize(
    ("operation", "outcome", "ended"),
    [("container.remove", "succeeded", 0), ("container.stop", "failed", 0), ("container.stop", "succeeded", 2)],
)
def test_what_cannot_be_undone_is_not_offered(do: Do, host: Host, operation: str, outcome: str, ended: int) -> None:
    rows.container(host, "one", state="exited")
    job = bulk(host, operation, {"one": outcome}, ended_at=timezone.now() - timedelta(days=ended))
    undo = find("job.undo")
    assert undo is not None
    assert not undo.offered(job)
    assert do("job.undo", target(job)).outcome == "failed"


def test_of_a_bulk_run_only_what_did_not_succeed_is_tried_again(do: Do, host: Host) -> None:
    containers = [rows.container(host, name) for name in ("one", "two")]
    items = [
        {"noun": "container", "host": host.pk, "host_name": host.name, "id": row.engine_id, "name": row.name}
        for row in containers
    ]
    report = [{**items[0], "outcome": "succeeded", "message": ""}, {**items[1], "outcome": "failed", "message": ""}]
    job = Job.objects.create(
        operation="container.stop", title="Stop", actor={}, items=items, report=report, state=JobState.FAILED
    )
    assert do("job.retry", target(job)).ok
    again = newest()
    assert again.retry_of == job
    assert [item["name"] for item in again.items] == ["two"]


def test_whoever_began_a_run_over_several_hosts_may_call_it_off(do: Do, host: Host) -> None:
    """With a role over one of them, or another one by now; not without any, and nobody else's."""
    group = HostGroup.objects.create(name="edge")
    otto, gus = cast.otto(group), cast.person("gus", Role.OPERATOR, group)
    cancel = find("job.cancel")
    assert cancel is not None

    def cancelled(by: User) -> str:
        job = bulk(host, "container.stop", {"one": ""}, state=JobState.QUEUED, ended_at=None, person=otto)
        on = resolve(f"job::{job.pk}", Permissions(Actor.shell()))
        return str(perform(cast.actor(by), cancel, on).outcome)

    assert cancelled(gus) == "refused"
    assert cancelled(otto) == "succeeded"
    otto.roles.update(role=Role.VIEWER)
    assert cancelled(otto) == "succeeded"
    otto.roles.all().delete()
    assert cancelled(otto) == "refused"

"""One run at a time, for as long as its heart beats; and the sweep ends what nobody else can."""

from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from hosts.access import Actor, Target
from hosts.audit import record
from hosts.facts import PullProgress
from hosts.jobs import lease, queue
from hosts.jobs.progress import Cancelled, Reporter
from hosts.models import AuditEvent, Job, JobState, Outcome
from hosts.operations.sweep import FORGOTTEN_AFTER, sweep
from tests import rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_redis(monkeypatch: pytest.MonkeyPatch) -> mock.Mock:
    sent = mock.Mock()
    monkeypatch.setattr("hosts.jobs.queue.current_app", mock.Mock(send_task=sent))
    return sent


@pytest.fixture
def job() -> Job:
    host = rows.host()
    target = Target("host", host, id=str(host.pk), name=host.name)
    event = record.begin(Actor.shell(), "image.pull", "image.pull", target, {"reference": "x"})
    return queue.enqueue(Actor.shell(), "image.pull", "Pull: x", [target], {"reference": "x"}, event)


def test_only_the_first_delivery_runs(job: Job) -> None:
    assert lease.take(str(job.pk)) is not None
    assert lease.take(str(job.pk)) is None


def test_a_lost_lease_writes_nothing(job: Job) -> None:
    first = lease.take(str(job.pk))
    assert first is not None
    Job.objects.filter(pk=job.pk).update(state=JobState.INTERRUPTED)
    assert not lease.write(first, state=JobState.SUCCEEDED)
    assert Job.objects.get().state == JobState.INTERRUPTED


def test_a_stopped_heart_is_interrupted_and_its_record_ends_unknown(job: Job) -> None:
    lease.take(str(job.pk))
    sweep()
    assert Job.objects.get().state == JobState.RUNNING, "its heart still beats"
    Job.objects.update(heartbeat_at=timezone.now() - lease.DEAD_AFTER - timedelta(seconds=1))
    sweep()
    ended = Job.objects.get()
    assert ended.state == JobState.INTERRUPTED
    assert "try it again" in ended.message
    assert job.audit is not None
    assert AuditEvent.objects.get(pk=job.audit.pk).ending.outcome == Outcome.UNKNOWN


def test_a_job_that_redis_lost_is_sent_again(job: Job, no_redis: mock.Mock) -> None:
    sweep()
    assert no_redis.call_args.args == ("hosts.tasks.run_job", [str(job.pk)])
    no_redis.reset_mock()
    sweep()
    assert not no_redis.called, "it was sent a moment ago"


def test_redis_down_leaves_the_job_in_the_queue(job: Job, no_redis: mock.Mock) -> None:
    no_redis.side_effect = ConnectionRefusedError("no Redis")
    assert not queue.dispatch(job)
    assert Job.objects.get().state == JobState.QUEUED


def test_a_record_that_nobody_will_end_ends_unknown(job: Job) -> None:
    assert job.audit is not None
    forgotten = AuditEvent.objects.create(
        at=timezone.now() - FORGOTTEN_AFTER - timedelta(minutes=1),
        actor_kind="shell",
        actor_name="root",
        action="x.y",
        noun="host",
    )
    sweep()
    assert AuditEvent.objects.get(pk=forgotten.pk).ending.outcome == Outcome.UNKNOWN
    assert not hasattr(AuditEvent.objects.get(pk=job.audit.pk), "ending"), "its job still waits"


def test_progress_adds_up_layers_and_stops_when_cancelled(job: Job) -> None:
    taken = lease.take(str(job.pk))
    assert taken is not None
    reporter = Reporter(taken)
    reporter.pull(PullProgress("Downloading", "aaaa", 10, 100))
    reporter.pull(PullProgress("Downloading", "bbbb", 50, 100))
    reporter.pull(PullProgress("Pull complete", "aaaa"))
    reporter.finish()
    saved = Job.objects.get().progress
    assert (saved["current"], saved["total"]) == (150, 200)
    assert [layer["status"] for layer in saved["layers"]] == ["Pull complete", "Downloading"]
    closed = mock.Mock()
    reporter.closes(closed)
    reporter.cancel()
    assert closed.called
    with pytest.raises(Cancelled):
        reporter.pull(PullProgress("Downloading", "bbbb", 60, 100))

"""Nobody queues more than their share, and the workers take turns between the people, whoever queued first."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from hosts.access import Actor, Target
from hosts.jobs import lease, queue, turns
from hosts.models import AuditEvent, Container, Host, Job, JobState, Outcome, User
from hosts.operations.base import find
from hosts.operations.perform import Result, perform, perform_bulk, perform_each
from hosts.operations.run import run_next
from tests import cast, rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> mock.Mock:
    """No Redis: what would be sent to the workers."""
    sent = mock.Mock()
    monkeypatch.setattr("hosts.jobs.queue.current_app", mock.Mock(send_task=sent))
    return sent


def queued(person: User | None, count: int = 1, **columns: Any) -> list[Job]:
    actor = {"kind": "person", "name": str(person), "user_id": person.pk if person else None, "address": ""}
    return [
        Job.objects.create(
            operation="image.pull", person=person, actor=actor, noun="host", **{"title": "Pull", **columns}
        )
        for _each in range(count)
    ]


def pull(user: User, host: Host) -> Result:
    operation = find("image.pull")
    assert operation is not None
    return perform(cast.actor(user), operation, Target.of(host), {"reference": "team/app:1"})


def stop(user: User, containers: list[Container]) -> Result:
    operation = find("container.stop")
    assert operation is not None
    targets = [Target("container", row.host, row.engine_id, row.name) for row in containers]
    return perform_bulk(cast.actor(user), operation, targets, {})


def taken() -> list[int | None]:
    """Whose jobs are taken until nothing may start."""
    return [job.person_id for job in iter(turns.take_next, None)]


def test_one_person_many_jobs_another_one_job() -> None:
    ada, otto = cast.ada(), cast.otto()
    queued(ada, 16)
    queued(otto)
    assert taken() == [ada.pk, otto.pk, ada.pk], "and two of ada's at once are enough"


def test_who_was_served_the_longest_ago_is_next() -> None:
    ada, otto, vera = cast.ada(), cast.otto(), cast.vera()
    for ago, person in enumerate((vera, ada, otto)):
        queued(person, state=JobState.SUCCEEDED, heartbeat_at=timezone.now() - timedelta(minutes=ago))
    for person in (vera, ada, otto):
        queued(person, 3)
    assert taken() == [otto.pk, ada.pk, vera.pk] * 2


def test_of_one_person_the_oldest_is_next(settings: Settings) -> None:
    settings.JOBS_RUNNING_PER_PERSON = 5
    jobs = queued(cast.ada(), 5)
    assert [job.pk for job in iter(turns.take_next, None)] == [job.pk for job in jobs]


def test_jobs_of_nobody_take_a_turn_like_one_more_person() -> None:
    ada = cast.ada()
    queued(None, 5)
    queued(ada, 5)
    assert taken() == [None, ada.pk, None, ada.pk]


def test_a_message_is_only_a_call(sent: mock.Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the message was sent for, the next one runs; a surplus one does nothing; the end of one calls again."""
    ran: list[Job] = []

    def carry_out(job: Job, _reporter: Any) -> tuple[JobState, str]:
        ran.append(job)
        return JobState.SUCCEEDED, ""

    monkeypatch.setattr("hosts.operations.run._carry_out", carry_out)
    ada, otto = cast.ada(), cast.otto()
    jobs = [*queued(ada, 3), *queued(otto)]
    for _each in range(9):
        run_next()
    assert [job.person for job in ran] == [ada, otto, ada, ada]
    assert len(ran) == len(jobs)
    assert sent.call_count == 3, "each but the last calls for what still waits"


def test_a_full_share_calls_again_when_one_ends(sent: mock.Mock) -> None:
    ada = cast.ada()
    queued(ada, 3)
    assert len(taken()) == 2
    first = Job.objects.filter(state=JobState.RUNNING)[0]
    run_next()
    assert not sent.called, "nothing may start, so nothing was done"
    Job.objects.filter(pk=first.pk).update(state=JobState.SUCCEEDED)
    assert taken() == [ada.pk]


def test_the_share_is_full_in_words_and_in_the_trail(settings: Settings) -> None:
    settings.JOBS_PER_PERSON = 3
    host, ada = rows.host(), cast.ada()
    containers = [rows.container(host, name) for name in ("one", "two")]
    assert all(pull(ada, host).ok for _each in range(2))
    assert stop(ada, containers).ok
    for refused in (pull(ada, host), stop(ada, containers)):
        assert (refused.outcome, refused.job) == ("refused", None)
        assert "3 jobs queued or running" in refused.message
        assert "cancel one under Jobs" in refused.message
        assert refused.form is not None, "what was filled in is not lost"
    endings = AuditEvent.objects.filter(ending__outcome="refused").order_by("pk")
    assert [event.action for event in endings] == ["image.pull", "container.stop"]
    assert AuditEvent.objects.count() == 4, "a job over many has no record of its own, and a refused one just one"
    assert pull(cast.otto(), host).ok, "it is nobody else's limit"
    lease.take(str(Job.objects.filter(person=ada).first().pk))  # type: ignore[union-attr]
    assert not pull(ada, host).ok, "what runs counts too"
    Job.objects.filter(person=ada).update(state=JobState.SUCCEEDED)
    assert pull(ada, host).ok


def test_a_pull_on_more_hosts_than_there_is_room_for_is_refused_whole(settings: Settings) -> None:
    settings.JOBS_PER_PERSON = 3
    operation, ada = find("image.pull"), cast.ada()
    assert operation is not None
    targets = [Target.of(rows.host(f"host-{count}")) for count in range(4)]
    assert perform_each(cast.actor(ada), operation, targets, {"reference": "nginx"}).outcome == "refused"
    assert not Job.objects.exists()
    assert perform_each(cast.actor(ada), operation, targets[:3], {"reference": "nginx"}).ok
    assert Job.objects.count() == 3


def test_trying_again_counts_too(settings: Settings) -> None:
    settings.JOBS_PER_PERSON = 1
    host, ada = rows.host(), cast.ada()
    job = pull(ada, host).job
    assert job is not None
    Job.objects.update(state=JobState.FAILED)
    assert pull(ada, host).ok
    retry = find("job.retry")
    assert retry is not None
    again = perform(cast.actor(ada), retry, Target("job", host, str(job.pk), job.title))
    assert (again.outcome, again.job) == ("failed", None)
    assert "queued or running" in again.message


def at_once(count: int, work: Callable[[int], None]) -> None:
    """Each in a thread and a connection of its own, all at the same moment."""
    gate = threading.Barrier(count)

    def one(place: int) -> None:
        try:
            gate.wait()
            work(place)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_nobody_passes_the_limit_by_asking_twice_at_the_same_moment(settings: Settings) -> None:
    settings.JOBS_PER_PERSON = 3
    host, ada = rows.host(), cast.ada()
    results: list[bool] = []
    at_once(8, lambda _place: results.append(pull(ada, host).ok))
    assert sorted(results) == [False] * 5 + [True] * 3
    assert Job.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_no_job_twice_and_keep_to_the_share() -> None:
    people = [cast.ada(), cast.otto(), cast.vera()]
    for person in people:
        queued(person, 6)
    got: list[str] = []
    at_once(8, lambda _place: got.extend(str(job.pk) for job in iter(turns.take_next, None)))
    assert len(got) == len(set(got)) == 6
    running = Job.objects.filter(state=JobState.RUNNING).values_list("person", flat=True)
    assert sorted(running) == sorted([person.pk for person in people] * 2)


def test_the_shell_has_a_limit_too(settings: Settings) -> None:
    settings.JOBS_PER_PERSON = 1
    host = rows.host()
    queue.enqueue(Actor.shell(), "image.pull", "Pull", [Target.of(host)], {}, None)
    with pytest.raises(turns.QueueFull):
        queue.enqueue(Actor.shell(), "image.pull", "Pull", [Target.of(host)], {}, None)


@pytest.fixture
def stops(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the objects that were stopped, and whose pulls ran, in their order; no engine is asked."""
    done: list[str] = []

    def one(_actor: Actor, _operation: Any, target: Target, _inputs: Any) -> Result:
        done.append(target.name)
        return Result(target, Outcome.SUCCEEDED, "")

    def whole(job: Job, *_more: Any) -> tuple[Outcome, str]:
        done.append(job.title)
        return Outcome.SUCCEEDED, ""

    monkeypatch.setattr("hosts.operations.run.perform", one)
    monkeypatch.setattr("hosts.operations.run.run_job", whole)
    return done


def many(person: User, *names: str) -> Job:
    items = [{"noun": "container", "host": None, "host_name": "", "id": name, "name": name} for name in names]
    [job] = queued(person, items=items)
    Job.objects.filter(pk=job.pk).update(operation="container.stop")
    return job


def have_waited(*jobs: Job) -> None:
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(queued_at=timezone.now() - timedelta(minutes=1))


def test_a_run_over_many_gives_way_between_two_objects(stops: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """To who waits with nothing of theirs running; then it goes on where it stopped, and ends as one job."""
    ada, otto = cast.ada(), cast.otto()
    run_of_ada = many(ada, "one", "two", "three")
    have_waited(run_of_ada)
    pull_of_otto = queued(otto, title="pull")[0]
    have_waited(pull_of_otto)
    Job.objects.filter(pk=run_of_ada.pk).update(queued_at=timezone.now() - timedelta(minutes=2))
    run_next()
    assert stops == ["one", "pull"]
    run_of_ada.refresh_from_db()
    assert (run_of_ada.state, len(run_of_ada.report)) == ("queued", 1)
    run_next()
    assert stops == ["one", "pull", "two", "three"]
    run_of_ada.refresh_from_db()
    assert (run_of_ada.state, [line["name"] for line in run_of_ada.report]) == ("succeeded", ["one", "two", "three"])
    assert run_of_ada.message == "All 3 done."


def test_it_gives_way_to_nobody_who_has_something_running_or_came_just_now(stops: list[str]) -> None:
    ada, otto, vera = cast.ada(), cast.otto(), cast.vera()
    run_of_ada = many(ada, "one", "two")
    have_waited(run_of_ada, *queued(ada, title="ada's own"), *queued(otto, title="second of otto"))
    Job.objects.filter(pk=run_of_ada.pk).update(queued_at=timezone.now() - timedelta(minutes=2))
    queued(otto, state=JobState.RUNNING, heartbeat_at=timezone.now())
    queued(vera, title="just now")
    run_next()
    assert stops[:2] == ["one", "two"]


def test_where_redis_is_away_the_worker_goes_on_by_itself(stops: list[str], sent: mock.Mock) -> None:
    sent.side_effect = ConnectionRefusedError("no Redis")
    queued(cast.ada(), 3, title="pull")
    run_next()
    assert stops == ["pull"] * 3


def test_who_calls_it_off_as_it_gives_way_is_heard(stops: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    job = many(cast.ada(), "one", "two")

    def called_off(_job: Job) -> bool:
        Job.objects.filter(pk=job.pk).update(cancel_requested=True)
        return True

    monkeypatch.setattr("hosts.jobs.turns.must_give_way", called_off)
    run_next()
    job.refresh_from_db()
    assert (job.state, job.message, stops) == ("cancelled", "Cancelled.", ["one"])

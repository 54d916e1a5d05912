"""Two hundred topics cost the database as much as two: when they are asked for, and every few seconds after."""

import pytest
from pytest_django import DjangoAssertNumQueries

from dashboard.live.updates import MOST_TOPICS, Updates
from dashboard.live.watch import Watched, _verdicts
from dashboard.middleware import actor_of
from hosts.models import Host, Job, Role, RoleAssignment, User

pytestmark = pytest.mark.django_db


class Socket(Watched):
    session_key = "none"

    def __init__(self, user: User) -> None:
        self.user_id, self.actor = user.pk, actor_of(user)


@pytest.fixture
def wim() -> User:
    wim = User.objects.create(username="wim")
    RoleAssignment.objects.create(user=wim, role=Role.VIEWER, group=None)
    return wim


@pytest.fixture
def topics() -> list[str]:
    hosts = [Host.objects.create(name=name, url="tcp://127.0.0.1:9") for name in ("harbour", "quay")]
    told = {"operation": "image.pull", "title": "pull", "actor": {}, "noun": "host"}
    jobs = [Job.objects.create(**told, host=hosts[at % 2]) for at in range(MOST_TOPICS - 4)]
    return [f"host.{hosts[0].pk}", *(f"job.{job.pk}" for job in jobs), "jobs", "audit", "host.999"]


def test_asking_for_them(wim: User, topics: list[str], django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    updates = Updates.__new__(Updates)
    updates.actor = actor_of(wim)
    with django_assert_max_num_queries(8):
        found = updates._allowed(topics)
    assert set(topics) - set(found) == {"audit", "host.999"}
    assert list(found) == [topic for topic in topics if topic in found]


def test_watching_over_them(
    wim: User,
    topics: list[str],
    django_assert_max_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dashboard.live.watch._signed_in", lambda *_each: True)
    updates = Updates.__new__(Updates)
    updates.actor = actor_of(wim)
    questions = [question for question in updates._allowed(topics).values() if question]
    assert len(questions) == MOST_TOPICS - 3
    with django_assert_max_num_queries(6):
        assert _verdicts([(Socket(wim), questions)]) == (set(), {})
    RoleAssignment.objects.all().delete()
    out, denied = _verdicts([(Socket(wim), questions)])
    assert (out, [len(each) for each in denied.values()]) == (set(), [len(questions)])

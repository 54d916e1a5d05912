"""A page hears that something changed: what it asked for, if it may, and only what, never how it looks."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.dashboard.live.client import Live
from tests.testbed.web import Web

Listen = Callable[..., Live]
_NOBODYS_JOB = "11111111-1111-4111-8111-111111111111"


@pytest.fixture(scope="module")
def yard(web: Web) -> dict[str, int]:
    """A host in a group, one in none, a viewer of the group, and two jobs on the host in none."""
    code = """
import json
from hosts.models import *
inside, outside = (Host.objects.create(name=name, url="tcp://127.0.0.1:9") for name in ("inside", "outside"))
group = HostGroup.objects.create(name="group")
inside.groups.add(group)
wim = User.objects.create(username="wim")
RoleAssignment.objects.create(user=wim, role="viewer", group=group)
jobs = [Job.objects.create(operation="image.pull", title="pull", person=who, actor={}, host=outside, noun="host")
        for who in (wim, None)]
print(json.dumps({"inside": inside.pk, "outside": outside.pk, "own": str(jobs[0].pk), "other": str(jobs[1].pk)}))
"""
    found: dict[str, int] = json.loads(web.run(code).splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def wim(web: Web, yard: dict[str, int]) -> str:
    cookie = web.sign_in("wim", "viewer")
    web.run("from hosts.models import *; RoleAssignment.objects.filter(user__username='wim', group=None).delete()")
    return cookie


@pytest.fixture
def listen(web: Web, cookie: str) -> Iterator[Listen]:
    opened: list[Live] = []

    def listening(*topics: str, as_: str = "") -> Live:
        opened.append(Live(web.url, "/live/updates", cookie=as_ or cookie))
        opened[-1].send("subscribe", topics=list(topics)).until_said("subscribed")
        return opened[-1]

    yield listening
    for each in opened:
        each.close()


def nudge(web: Web, *topics: str) -> None:
    web.run("from hosts import nudges\n" + "\n".join(f"nudges.send({topic!r}, 'changed')" for topic in topics))


def heard(socket: Live) -> list[str]:
    return [each["topic"] for each in socket.said if each["type"] == "nudge"]


def test_a_nudge_reaches_who_asked_for_it_and_nobody_else(web: Web, listen: Listen) -> None:
    hosts, audit = listen("hosts"), listen("audit", "people", "registries", "jobs")
    nudge(web, "people", "host.99", "hosts", "audit")
    hosts.until(lambda: heard(hosts) == ["hosts"])
    audit.until(lambda: sorted(heard(audit)) == ["audit", "people"])
    assert hosts.said[-1] == {"type": "nudge", "topic": "hosts", "what": "changed"}


def test_a_topic_covers_its_parts(web: Web, listen: Listen) -> None:
    socket = listen("jobs")
    nudge(web, f"jobs.{_NOBODYS_JOB}")
    socket.until(lambda: heard(socket) == [f"jobs.{_NOBODYS_JOB}"])


def test_what_may_not_be_seen_is_refused_and_not_heard(
    web: Web, listen: Listen, wim: str, yard: dict[str, int]
) -> None:
    asked = [f"host.{yard['inside']}", f"host.{yard['outside']}", "audit", "people", f"job.{yard['own']}"]
    asked += [f"job.{yard['other']}", "host.0", "host.x", "job.1", "nonsense", "hosts"]
    socket = listen(*asked, as_=wim)
    granted = [f"host.{yard['inside']}", f"job.{yard['own']}", "hosts"]
    assert socket.until_said("subscribed")["topics"] == granted
    assert sorted(socket.until_said("refused")["topics"]) == sorted(set(asked) - set(granted))
    nudge(web, f"host.{yard['outside']}", "audit", f"job.{yard['other']}", f"host.{yard['inside']}")
    socket.until(lambda: heard(socket) == [f"host.{yard['inside']}"])


def test_a_topic_is_taken_away_with_the_role(web: Web, listen: Listen, yard: dict[str, int]) -> None:
    xan = web.sign_in("xan", "viewer")
    topic = f"host.{yard['outside']}"
    socket = listen(topic, "hosts", as_=xan)
    web.run("from hosts.models import *; RoleAssignment.objects.filter(user__username='xan').delete()")
    assert socket.until_said("refused")["topics"] == [topic]
    nudge(web, topic, "hosts")
    socket.until(lambda: heard(socket) == ["hosts"])


@pytest.mark.parametrize("topics", ["hosts", [1], None, ["x"] * 201], ids=["text", "numbers", "nothing", "too many"])
def test_topics_are_a_bounded_list_of_texts(web: Web, cookie: str, topics: object) -> None:
    with Live(web.url, "/live/updates", cookie=cookie) as socket:
        code, sentence = socket.send("subscribe", topics=topics).until_closed()
    assert code == 4400
    assert sentence

"""Who may be told what over the live sockets: each message, in each place, as tests/policy.json has it."""

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from dashboard.live.logs import Logs
from dashboard.live.search import Search
from dashboard.live.updates import Updates
from tests.dashboard.live.client import Live
from tests.policy import INSIDE, OUTSIDE, PEOPLE, POLICY, letters
from tests.testbed.engine import Engine
from tests.testbed.web import Web

# Two hosts that are the same engine, the people of tests/policy.py, and jobs; printed are their sessions and jobs.
SCENE = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from hosts.models import Container, Host, HostGroup, Job, RoleAssignment, User
north, south = (HostGroup.objects.create(name=name) for name in ("north", "south"))
hosts, jobs, cookies = {}, {}, {}
for name, group in (("quay", north), ("citadel", south)):
    hosts[name] = host = Host.objects.create(name=name, url=URL, state="up")
    host.groups.set([group])
    now = timezone.now()
    Container.objects.create(host=host, engine_id=ID, name="ticker", state="running", seen_at=now, haystack="ticker")
    jobs[name] = str(Job.objects.create(operation="image.pull", title="x", actor={}, host=host, noun="host").pk)
jobs["console"] = str(Job.objects.create(operation="container.stop", title="x", actor={}, noun="container").pk)
store = import_module(settings.SESSION_ENGINE).SessionStore
roles = {"v": "viewer", "o": "operator", "a": "administrator"}
for letter in PEOPLE:
    person = User.objects.create(username=f"policy-{letter}-{letter.islower()}")
    if letter != "S":
        group = north if letter.islower() else None
        RoleAssignment.objects.create(user=person, role=roles[letter.lower()], group=group)
    jobs["own " + letter] = str(Job.objects.create(
        operation="container.stop", title="x", person=person, actor={}, noun="container").pk)
    session = store()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(person.pk), person.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.create()
    cookies[letter] = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
print(json.dumps([cookies, {name: host.pk for name, host in hosts.items()}, jobs]))
"""
HOSTS = {INSIDE: "quay", OUTSIDE: "citadel"}
FORGET = """
from hosts.models import Host, HostGroup, Job, User
Host.objects.filter(name__in=("quay", "citadel")).delete()
HostGroup.objects.filter(name__in=("north", "south")).delete()
Job.objects.filter(title="x").delete()
User.objects.filter(username__startswith="policy-").delete()
"""


@dataclass
class Scene:
    url: str
    container: str
    cookies: dict[str, str]
    hosts: dict[str, int]
    jobs: dict[str, str]

    def words(self, place: str, letter: str) -> dict[str, Any]:
        """What stands for what in a row of the table."""
        name = HOSTS.get(place, "")
        job = self.jobs.get(f"own {letter}" if place == "own" else name or "console")
        return {"host": name, "key": self.hosts.get(name), "container": self.container, "job": job}


@pytest.fixture(scope="module")
def scene(web: Web, engine: Engine) -> Iterator[Scene]:
    container = engine.docker("ps", "--no-trunc", "--quiet", "--filter=name=^ticker$").strip()
    code = SCENE.replace("URL", repr(engine.url)).replace("ID,", f"{container!r},").replace("PEOPLE", repr(PEOPLE))
    yield Scene(web.url, container, *json.loads(web.run(code).splitlines()[-1]))
    web.run(FORGET)


def answered(live: Live, message: dict[str, Any]) -> dict[str, Any]:
    """The first answer that tells whether it was permitted; a close is an answer too."""
    live.socket.send(json.dumps(message))
    telling = ("subscribed", "opened", "sources", "searching", "around", "filter", "unclear", "error")
    try:
        live.until(lambda: any(each["type"] in telling for each in live.said))
    except ConnectionClosed as closed:
        return {"type": "error", "code": closed.rcvd.code if closed.rcvd else 1006}
    return next(each for each in live.said if each["type"] in telling)


def is_permitted(answer: dict[str, Any]) -> bool:
    if answer["type"] == "error":
        assert answer["code"] in (4403, 4404), answer
        return False
    if answer["type"] in ("opened", "unclear"):
        return bool(answer["type"] == "opened")
    told = {"subscribed": "topics", "sources": "sources", "searching": "logs", "around": "keys", "filter": "words"}
    return bool(answer[told[answer["type"]]])


def message_of(text: str, words: dict[str, Any]) -> dict[str, Any]:
    """`open host={host} unmasked=true` as the browser sends it; `topics` and `sources` are lists of one."""
    kind, *parts = text.format(**words).split()
    message: dict[str, Any] = {"type": kind}
    for part in parts:
        name, _equals, value = part.partition("=")
        message[name] = value == "true" or value
    if "topics" in message:
        message["topics"] = [message["topics"]]
    if "sources" in message:
        host, _colon, container = message["sources"].partition(":")
        message["sources"] = [{"host": host, "container": container}]
    return message


def test_every_message_has_a_row() -> None:
    """Of those that ask for something: `ack` and `stop` are about what was asked for before."""
    rows = {tuple(row.split()[:2]) for row in POLICY["sockets"]}
    heard = set()
    for path, socket in (("updates", Updates), ("logs", Logs), ("logs/search", Search)):
        lines = [
            line for line in inspect.getsource(socket.hear).splitlines() if re.search(r"\bkind\b.*(==|!=| in )", line)
        ]
        heard |= {(f"/live/{path}", kind) for line in lines for kind in re.findall(r'"(\w+)"', line)}
    assert len(heard) >= 6
    assert {(path, kind) for path, kind in heard if kind not in ("ack", "stop")} == rows


@pytest.mark.parametrize("row", POLICY["sockets"])
def test_a_message_is_answered_for_who_the_policy_names(row: str, scene: Scene) -> None:
    path, _space, text = row.partition(" ")
    found: dict[str, str] = {}
    for place in POLICY["sockets"][row]:
        may = []
        for letter in PEOPLE:
            words = scene.words(place, letter)
            with Live(scene.url, path, cookie=scene.cookies[letter]) as live:
                answer = answered(live, message_of(text, words))
            if is_permitted(answer):
                may.append(letter)
            elif place == INSIDE:
                assert "citadel" not in json.dumps(answer)
        found[place] = letters(*may)
    assert found == POLICY["sockets"][row], "is that meant? Then change tests/policy.json"

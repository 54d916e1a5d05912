"""A live socket is for who has signed in and may, from our own pages, and for as long as that stays so."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.dashboard.live.client import Live
from tests.dashboard.live.conftest import Follow
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.web import Web

PATHS = ["/live/logs", "/live/updates"]
OPEN = {"type": "open", "host": "harbour", "container": "a" * 64}
# Five seconds are promised; the rest is for a machine that has much else to do.
SOON = 5 + 3


@pytest.fixture(scope="module")
def steady(web: Web, engine: Engine) -> Iterator[str]:
    """A container that is there and says no more."""
    container = engine.run(BASE_IMAGE, "sh", "-c", "echo hello; sleep 1000")
    yield container
    engine.remove_container(container)


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_is_told_to_sign_in(web: Web, path: str) -> None:
    with Live(web.url, path) as socket:
        code, sentence = socket.until_closed()
    assert (code, sentence) == (4401, "Sign in first.")


@pytest.mark.parametrize("path", PATHS)
def test_two_sessions_are_nobodys(web: Web, cookie: str, path: str) -> None:
    name = cookie.partition("=")[0]
    for both in (f"{cookie}; {name}=planted", f"{name}=planted; {cookie}"):
        with Live(web.url, path, cookie=both) as socket:
            assert socket.until_closed()[0] == 4401


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", ["http://127.0.0.1:1", "http://evil.example", "https://{host}", "null"])
def test_another_origin_gets_no_socket(web: Web, cookie: str, path: str, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        Live(web.url, path, cookie=cookie, origin=origin.format(host=web.url.removeprefix("http://")))
    assert refused.value.response.status_code == 403


def test_who_has_no_role_reads_no_log_and_the_trail_has_it(web: Web, steady: str) -> None:
    stan = web.sign_in("stan", "")
    with Live(web.url, "/live/logs", cookie=stan) as socket:
        code, sentence = socket.send("open", host="harbour", container=steady).until_closed()
    assert (code, sentence) == (4404, "There is no host named harbour.")
    assert socket.lines == []
    assert trail(web, "stan") == [["container.logs", "refused", steady]]


def test_what_is_hidden_is_answered_as_what_never_was(web: Web, steady: str) -> None:
    """One code and one sentence, over every socket; the trail has both, each with what was asked for."""
    steve, told = web.sign_in("steve", ""), []
    for host in ("harbour", "nowhere"):
        for container in (steady, steady[:4], "b" * 64, "ticker"):
            named = f"{host}:{container}"
            for path, message in (
                ("/live/logs", {"type": "open", "host": host, "container": container}),
                ("/live/logs", {"type": "open", "host": host, "container": container, "unmasked": True}),
                ("/live/logs", {"type": "open", "sources": [{"host": host, "container": container}]}),
                ("/live/logs", {"type": "open", "query": f"host={host}"}),
                ("/live/logs/search", {"type": "search", "query": f"on={named}", "filter": "x"}),
                ("/live/logs/search", {"type": "around", "query": f"on={named}", "at": "2026-01-01T00:00:00Z"}),
                ("/live/logs/search", {"type": "search", "query": f"host={host}", "filter": "x"}),
            ):
                told.append((host, answered(web, path, steve, message).replace(host, "HOST")))
    hidden, unknown = ([text for where, text in told if where == host] for host in ("harbour", "nowhere"))
    assert hidden == unknown
    records = trail(web, "steve")
    assert {outcome for _action, outcome, _id in records} == {"refused"}
    assert len(records) == len(told)


def answered(web: Web, path: str, cookie: str, message: Any) -> str:
    """All that is said, up to the close or the answer."""
    with Live(web.url, path, cookie=cookie) as live:
        live.socket.send(json.dumps(message))
        try:
            live.until(lambda: any(each["type"] in ("unclear", "done", "around") for each in live.said))
            return json.dumps(live.said)
        except ConnectionClosed as closed:
            return json.dumps([live.said, closed.rcvd.code if closed.rcvd else 1006])


def test_an_opening_is_in_the_trail_once(web: Web, steady: str) -> None:
    viola = web.sign_in("viola", "viewer")
    with Live(web.url, "/live/logs", cookie=viola) as socket:
        socket.send("open", host="harbour", container=steady, tail=10).until_said("opened")
    assert trail(web, "viola") == [["container.logs", "succeeded", steady]]


def test_a_page_and_its_socket_are_one_opening(web: Web, steady: str) -> None:
    walt = web.sign_in("walt", "viewer")
    web.run(
        "from hosts.models import *; from django.utils import timezone; Container.objects.get_or_create(engine_id="
        f"{steady!r}, host=Host.objects.get(name='harbour'), defaults=dict(name='steady', seen_at=timezone.now()))"
    )
    page = urllib.request.Request(f"{web.url}/hosts/harbour/containers/{steady}/logs/", headers={"Cookie": walt})
    with urllib.request.urlopen(page, timeout=30) as answer:
        receipt = re.findall(r'data-receipt="([^"]+)"', answer.read().decode())[0]
    for name, cookie in (("walt", walt), ("wanda", web.sign_in("wanda", "viewer"))):
        with Live(web.url, "/live/logs", cookie=cookie) as socket:
            socket.send("open", host="harbour", container=steady, receipt=receipt).until_said("opened")
        assert trail(web, name) == [["container.logs", "succeeded", steady]]


def trail(web: Web, name: str) -> list[list[str]]:
    code = (
        "import json; from hosts.models import AuditEvent; print(json.dumps([[e.action, e.ending.outcome, e.object_id] "
        f"for e in AuditEvent.objects.filter(actor_name={name!r}).order_by('pk')]))"
    )
    found: list[list[str]] = json.loads(web.run(code).splitlines()[-1])
    return found


LOSSES = {
    "logout": ("Session.objects.all().delete()", 4401),
    "disabled": ("User.objects.filter(username=NAME).update(is_active=False)", 4401),
    "disabled and enabled": ("u = User.objects.get(username=NAME); u.end_sessions(); u.save()", 4401),
    "password changed": ("u = User.objects.get(username=NAME); u.set_password('another'); u.save()", 4401),
    "role taken away": ("RoleAssignment.objects.filter(user__username=NAME).delete()", 4403),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_closes_the_log_within_five_seconds(web: Web, steady: str, loss: str) -> None:
    name = f"tom-{loss.replace(' ', '-')}"
    code, expected = LOSSES[loss]
    with Live(web.url, "/live/logs", cookie=web.sign_in(name, "viewer")) as socket:
        socket.send("open", host="harbour", container=steady).until_lines(1)
        names = "Session.objects.filter(pk=KEY)" if loss == "logout" else ""
        key = socket.socket.request.headers["Cookie"].partition("=")[2] if socket.socket.request else ""
        code = code.replace("Session.objects.all()", names).replace("KEY", repr(key)).replace("NAME", repr(name))
        imports = "from hosts.models import *; from django.contrib.sessions.models import Session; "
        web.run(imports + code)
        assert socket.until_closed(SOON)[0] == expected


def test_signing_out_closes_the_updates_too(web: Web) -> None:
    cookie = web.sign_in("uma", "viewer")
    with Live(web.url, "/live/updates", cookie=cookie) as socket:
        socket.send("subscribe", topics=["hosts"]).until_said("subscribed")
        key = cookie.partition("=")[2]
        web.run(f"from django.contrib.sessions.models import Session; Session.objects.filter(pk={key!r}).delete()")
        assert socket.until_closed(SOON)[0] == 4401


BAD = {
    "no JSON": ("{", 4400),
    "no object": ("[1]", 4400),
    "no type": ("{}", 4400),
    "unknown type": ('{"type":"erase"}', 4400),
    "too long": (json.dumps({"type": "open", "host": "x" * 20_000}), 4400),
    "too deep": ("[" * 16_000, 4400),
    "no container": ('{"type":"open","host":"harbour"}', 4400),
    "numbers for names": ('{"type":"open","host":1,"container":2}', 4400),
    "bad tail": (json.dumps({**OPEN, "tail": "-5"}), 4400),
    "tail of another kind": (json.dumps({**OPEN, "tail": {"a": 1}}), 4400),
    "bad since": (json.dumps({**OPEN, "since": "yesterday"}), 4400),
    "bad after": (json.dumps({**OPEN, "after": {"time": "now", "lines": 1}}), 4400),
    "bad after lines": (json.dumps({**OPEN, "after": {"time": "2026-01-01T00:00:00Z", "lines": -1}}), 4400),
    "ack of nothing": ('{"type":"ack","seq":7}', 4400),
    "ack of a word": ('{"type":"ack","seq":"7"}', 4400),
    "unknown host": (json.dumps({**OPEN, "host": "nowhere"}), 4404),
    "unknown container": (json.dumps({**OPEN, "container": "nothing"}), 4404),
    "a path": (json.dumps({**OPEN, "container": "../images/json"}), 4404),
    "a null byte": (json.dumps({**OPEN, "container": "a\0"}), 4404),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_cannot_be_understood_is_answered_in_words(live: Callable[..., Live], bad: str) -> None:
    text, expected = BAD[bad]
    socket = live()
    socket.socket.send(text)
    code, sentence = socket.until_closed()
    assert code == expected
    assert sentence


def test_binary_is_not_understood(live: Callable[..., Live]) -> None:
    socket = live()
    socket.socket.send(b"\x00\x01")
    assert socket.until_closed()[0] == 4400


def test_pongs_are_taken(live: Callable[..., Live], steady: str, follow: Follow) -> None:
    socket = follow(steady)
    socket.send("pong").until_said("opened")
    assert all(each["type"] != "error" for each in socket.said)

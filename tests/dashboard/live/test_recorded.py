"""No log is read without a record that says which, by whom and how: on every way, and where it cannot be written."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest

from tests.dashboard.live.client import Live
from tests.dashboard.live.test_merged import SYNC, Merged
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.needs import started
from tests.testbed.web import Web

SAID = "echo canary-line; sleep 1000"
# Nothing of this person can be written into the trail.
FULL = """
from django.db import connection
connection.cursor().execute(
    "CREATE TRIGGER full_{name} BEFORE INSERT ON hosts_auditevent WHEN NEW.actor_name = '{name}' "
    "BEGIN SELECT RAISE(ABORT, 'no room'); END")
"""


def records(web: Web, name: str) -> list[dict[str, Any]]:
    """What the trail has of the logs that somebody read, oldest first."""
    code = (
        "import json; from hosts.models import AuditEvent; print(json.dumps([dict(action=e.action, id=e.object_id, "
        "name=e.object_name, host=e.host_name, outcome=e.ending.outcome, **{'inputs': e.inputs}) for e in "
        f"AuditEvent.objects.filter(actor_name={name!r}).order_by('pk')]))"
    )
    found: list[dict[str, Any]] = json.loads(web.run(code).splitlines()[-1])
    return found


def get(web: Web, cookie: str, path: str) -> tuple[int, str]:
    request = urllib.request.Request(f"{web.url}{path}", headers={"Cookie": cookie})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")


def receipt_in(page: str) -> str:
    return str(re.findall(r'data-receipt="([^"]*)"', page)[0])


@pytest.fixture
def person(web: Web) -> Callable[..., tuple[str, str]]:
    """The name and the cookie of somebody new."""

    def made(role: str = "viewer") -> tuple[str, str]:
        name = f"reader-{uuid4().hex[:8]}"
        return name, web.sign_in(name, role)

    return made


@pytest.fixture(scope="module")
def two(web: Web, engine: Engine) -> Iterator[list[str]]:
    """Two containers that have said a line each and run on."""
    made = [engine.run(f"--name=said-{n}", "--label=com.docker.compose.project=said", BASE_IMAGE, "sh", "-c", SAID)
            for n in range(2)]  # fmt: skip
    web.run(SYNC.format(name="harbour", ids=made))
    yield made
    for each in made:
        engine.remove_container(each)


@contextmanager
def opened(web: Web, cookie: str, kind: type[Live] = Live, path: str = "/live/logs") -> Iterator[Any]:
    with kind(web.url, path, cookie=cookie) as live:
        yield live


def test_a_receipt_is_for_the_request_that_it_was_made_for(
    web: Web, two: list[str], person: Callable[..., tuple[str, str]]
) -> None:
    """A value with the signs of a query in it is no other query."""
    name, cookie = person()
    wanted = f"label=zz&on=harbour:{two[0][:12]}"
    _status, page = get(
        web, cookie, f"/logs/?{urllib.parse.urlencode({'label': wanted.removeprefix('label=')})}&plain=1"
    )
    with opened(web, cookie, Merged) as live:
        live.send("open", query=wanted, tail="all", receipt=receipt_in(page))
        live.until(lambda: live.merged)
    assert [each["id"] for each in records(web, name)] == ["", two[0]]


@pytest.mark.parametrize("other", [{"tail": "all"}, {"since": "1h"}, {"filter": "canary"}, {"session": True}])
def test_a_receipt_is_for_all_that_was_asked(
    web: Web, two: list[str], person: Callable[..., tuple[str, str]], other: dict[str, Any]
) -> None:
    name, cookie = person()
    path = f"/hosts/harbour/containers/{two[0]}/logs/?plain=1&tail=100"
    receipts = [receipt_in(get(web, cookie, path)[1]) for _time in range(2)]
    whose = web.sign_in(name, "viewer") if other.pop("session", False) else cookie
    for asked, receipt, expected in (({**other}, receipts[0], 3), ({}, receipts[1], 3 + (whose != cookie))):
        with opened(web, whose) as live:
            opening = {"host": "harbour", "container": two[0], "tail": "100", "receipt": receipt, **asked}
            live.send("open", **opening).until_lines(1)
        assert len(records(web, name)) == expected


def test_a_receipt_is_taken_once_by_all_processes_together(
    web: Web, two: list[str], person: Callable[..., tuple[str, str]]
) -> None:
    name, cookie = person()
    for twin in started(web.twin()):
        for path, kind, wish in (
            (f"/hosts/harbour/containers/{two[0]}/logs/?plain=1", Live, {"host": "harbour", "container": two[0]}),
            ("/logs/?project=said&plain=1", Merged, {"query": "project=said", "tail": "1000"}),
        ):
            known = len(records(web, name))
            receipt = receipt_in(get(web, cookie, path)[1])
            for where, more in ((twin, 1), (web, 2), (twin, 3)):
                with opened(where, cookie, kind) as live:
                    live.send("open", **wish, receipt=receipt)
                    live.until(lambda live=live: getattr(live, "merged", None) or live.lines)
                assert len(records(web, name)) == known + more


def test_without_redis_no_receipt_is_taken(web: Web, two: list[str], person: Callable[..., tuple[str, str]]) -> None:
    name, cookie = person()
    path = f"/hosts/harbour/containers/{two[0]}/logs/?plain=1"
    receipt = receipt_in(get(web, cookie, path)[1])
    assert web.redis.process
    web.redis.process.stop_dead()
    try:
        for more in (2, 3):
            with opened(web, cookie) as live:
                live.send("open", host="harbour", container=two[0], receipt=receipt).until_lines(1)
            assert len(records(web, name)) == more
        assert receipt_in(get(web, cookie, path)[1]) == ""
    finally:
        web.redis.process.resume()


def test_what_matches_nothing_is_recorded(web: Web, person: Callable[..., tuple[str, str]]) -> None:
    name, cookie = person()
    get(web, cookie, "/logs/?project=nothing&plain=1")
    assert get(web, cookie, "/logs/download/?project=nothing")[0] == 404
    get(web, cookie, "/logs/search/?project=nothing&filter=x&plain=1")
    with opened(web, cookie, Merged) as live:
        live.send("open", query="project=nothing").until_said("sources")
    with opened(web, cookie, path="/live/logs/search") as live:
        live.send("search", query="project=nothing", filter="x").until_said("done")
        live.send("around", query="project=nothing", at="2026-01-01T00:00:00Z").until_said("around")
    found = records(web, name)
    assert [each["action"] for each in found] == [
        "container.logs", "container.logs.download", "container.logs.search",
        "container.logs", "container.logs.search", "container.logs",
    ]  # fmt: skip
    assert {(each["name"], each["outcome"], each["inputs"]["query"]) for each in found} == {
        ("0 objects", "succeeded", "project=nothing")
    }


def test_a_newcomer_is_recorded_before_its_first_line(
    web: Web, engine: Engine, person: Callable[..., tuple[str, str]]
) -> None:
    name, cookie = person()
    made: list[str] = []
    project = f"late-{uuid4().hex[:6]}"
    try:
        with opened(web, cookie, Merged) as live:
            live.send("open", query=f"project={project}").until_said("sources")
            for count in (1, 2):
                label = f"--label=com.docker.compose.project={project}"
                made.append(engine.run(f"--name={project}-{count}", label, BASE_IMAGE, "sh", "-c", SAID))
                web.run(SYNC.format(name="harbour", ids=made))
                live.until(lambda count=count: len(live.merged) == count)
                found = records(web, name)
                assert [each["id"] for each in found] == ["", *made]
                assert found[-1]["inputs"]["joined"] is True
    finally:
        for each in made:
            engine.remove_container(each)


@pytest.fixture
def unwritten(web: Web, person: Callable[..., tuple[str, str]]) -> tuple[str, str]:
    """Somebody of whom nothing can be recorded from now on."""
    name, cookie = person("administrator")
    web.run(FULL.format(name=name.replace("-", "_")).replace(f"'{name.replace('-', '_')}'", f"'{name}'"))
    return name, cookie


def test_what_cannot_be_recorded_is_not_read(web: Web, two: list[str], unwritten: tuple[str, str]) -> None:
    name, cookie = unwritten
    one = {"host": "harbour", "container": two[0]}
    for path, kind, message in (
        ("/live/logs", "open", one),
        ("/live/logs", "open", {**one, "unmasked": True}),
        ("/live/logs", "open", {"query": "project=said"}),
        ("/live/logs", "open", {"query": "project=said", "unmasked": True}),
        ("/live/logs/search", "search", {"query": "project=said", "filter": "canary"}),
        ("/live/logs/search", "around", {"query": "project=said", "at": "2026-01-01T00:00:00Z"}),
    ):
        with opened(web, cookie, path=path) as live:
            code, sentence = live.send(kind, **message).until_closed()
        assert (code, "could not be written" in sentence) == (1011, True), message
        assert "canary" not in str(live.said) + str(live.lines)
    place = f"/hosts/harbour/containers/{two[0]}/logs"
    for path in (
        f"{place}/?plain=1", f"{place}/download/", f"{place}/download/?unmasked=1", "/logs/?project=said&plain=1",
        "/logs/download/?project=said", "/logs/download/?project=said&format=zip&unmasked=1",
        "/logs/search/?project=said&filter=canary&plain=1", "/audit/export.csv",
    ):  # fmt: skip
        status, text = get(web, cookie, path)
        assert (status, "canary-line" in text) == (503, False), path
    assert records(web, name) == []


def test_a_newcomer_that_cannot_be_recorded_is_not_read(
    web: Web, engine: Engine, person: Callable[..., tuple[str, str]]
) -> None:
    name, cookie = person()
    project = f"late-{uuid4().hex[:6]}"
    with opened(web, cookie, Merged) as live:
        live.send("open", query=f"project={project}").until_said("sources")
        web.run(FULL.format(name=name.replace("-", "_")).replace(f"'{name.replace('-', '_')}'", f"'{name}'"))
        label = f"--label=com.docker.compose.project={project}"
        made = engine.run(f"--name={project}", label, BASE_IMAGE, "sh", "-c", SAID)
        try:
            web.run(SYNC.format(name="harbour", ids=[made]))
            code, sentence = live.until_closed()
        finally:
            engine.remove_container(made)
    assert (code, live.merged) == (1011, [])
    assert "could not be written" in sentence


def test_no_length_hides_which_logs_were_read(web: Web, two: list[str], person: Callable[..., tuple[str, str]]) -> None:
    name, cookie = person()
    padding = [("label", f"{n}" * 190) for n in range(1, 9)] + [("q", "password=hunter22")]
    query = urllib.parse.urlencode([*padding, *(("on", f"harbour:{each[:12]}") for each in two)])
    with opened(web, cookie, Merged) as live:
        live.send("open", query=query, tail="1").until_said("sources")
    assert get(web, cookie, f"/logs/download/?{query}&filter=password%3Dhunter22")[0] == 200
    get(web, cookie, f"/logs/?{query}&plain=1")
    with opened(web, cookie, path="/live/logs/search") as live:
        live.send("search", query=query, filter="password=hunter22").until_said("done")
        live.send("around", query=query, at="2026-01-01T00:00:00Z").until_said("around")
    found = records(web, name)
    assert len(found) == 5
    for each in found:
        assert sorted(text.split()[-1] for text in each["inputs"]["on"]) == sorted(two)
        assert "hunter22" not in json.dumps(each)
        assert "password=•••" in each["inputs"]["query"]
        assert each["inputs"]["query"].count("label=") == 8

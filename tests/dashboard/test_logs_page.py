"""A log can be read without scripts; that is in the trail, and runs nothing of what it says."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from dashboard.pages.logs import SCRIPTED_COOKIE
from hosts.models import AuditEvent, Container, Host, HostState, RedactionRule
from tests import cast, rows
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

Run = Callable[..., str]
SCRIPT = r"""
echo one
printf '\033[31mtwo\033[0m <script>alert(1)</script>\n'
sleep 0.3; echo oops >&2; sleep 0.3
printf '\033]0;title\007four\r\n'
printf 'no \377 utf-8\n'"""


@pytest.fixture
def harbour(db: None, engine: Engine) -> Host:
    return rows.host("harbour", url=engine.url)


@pytest.fixture
def container(harbour: Host, engine: Engine, run_container: Run) -> Container:
    made = run_container(BASE_IMAGE, "sh", "-c", SCRIPT)
    engine.docker("wait", made)
    return rows.container(harbour, "talker", engine_id=made, state="exited", exit_code=0)


def address(container: Container, rest: str = "") -> str:
    return f"/hosts/harbour/containers/{container.engine_id}/logs/{rest}"


@pytest.fixture
def vera(client: Client, db: None) -> Client:
    client.force_login(cast.vera())
    return client


def trail() -> list[tuple[str, str, object]]:
    return [(event.action, event.ending.outcome, event.inputs) for event in AuditEvent.objects.filter(noun="container")]


def test_the_lines_stand_in_the_page(vera: Client, container: Container) -> None:
    page = vera.get(address(container)).text
    for text in (
        "> one<",
        "> two &lt;script&gt;alert(1)&lt;/script&gt;<",
        "oops<",
        "> four<",
        "no \N{REPLACEMENT CHARACTER} utf-8<",
    ):
        assert text in page
    assert "<script>alert" not in page
    assert "\x1b" not in page
    assert page.count('class="is-err"') == 1
    assert trail() == [("container.logs", "succeeded", {"tail": 500})]


def test_tail_and_timestamps_are_in_the_address(vera: Client, container: Container) -> None:
    page = vera.get(address(container, "?tail=2&timestamps=0&since=1h")).text
    assert ">four<" in page
    assert "oops" not in page
    assert '<option value="2" selected>' in page
    assert '<option value="1h" selected>' in page


def test_a_browser_that_follows_is_given_the_lines_by_its_socket(vera: Client, container: Container) -> None:
    vera.cookies[SCRIPTED_COOKIE] = "1"
    assert "oops" not in vera.get(address(container)).text
    assert trail() == [], "the socket records its opening itself"
    assert "oops" in vera.get(address(container, "?plain=1")).text


@pytest.mark.parametrize("query", ["tail=-1", "tail=x", "tail=99999999999", "since=yesterday", "since=99999999999d"])
def test_what_cannot_be_understood_is_said(vera: Client, container: Container, query: str) -> None:
    answer = vera.get(address(container, f"?{query}"))
    assert answer.status_code == 400
    assert trail() == []


def test_a_name_or_the_beginning_of_an_id_leads_to_the_whole_id(vera: Client, container: Container) -> None:
    for name in ("talker", container.engine_id[:12]):
        answer = vera.get(f"/hosts/harbour/containers/{name}/logs/?tail=7")
        assert answer.status_code == 302
        assert answer["Location"] == address(container, "?tail=7")


def test_who_may_not_see_the_host_finds_nothing(client: Client, container: Container) -> None:
    client.force_login(cast.stan())
    assert client.get(address(container)).status_code == 404


def test_a_host_that_is_down_says_why_and_is_not_asked(vera: Client, container: Container, harbour: Host) -> None:
    Host.objects.update(state=HostState.DOWN, state_reason="Nobody listens there.", url="unix:///nowhere/docker.sock")
    answer = vera.get(address(container))
    assert answer.status_code == 200
    assert "Nobody listens there." in answer.text


def test_an_engine_that_does_not_answer_is_a_notice(vera: Client, container: Container) -> None:
    Host.objects.update(url="unix:///nowhere/docker.sock")
    answer = vera.get(address(container))
    assert answer.status_code == 200
    assert "/nowhere/docker.sock" in answer.text


def test_the_head_is_fetched_without_reading_the_log(vera: Client, container: Container) -> None:
    answer = vera.get(address(container), headers={"HX-Request": "true", "HX-Target": "log-head"})
    assert 'data-state="exited"' in answer.text
    assert "oops" not in answer.text
    assert trail() == []


def test_the_trail_keeps_no_line(vera: Client, container: Container) -> None:
    vera.get(address(container))
    assert "oops" not in json.dumps(list(AuditEvent.objects.values("inputs", "object_name", "action")))


@pytest.fixture
def leaky(harbour: Host, engine: Engine, run_container: Run) -> Container:
    made = run_container(BASE_IMAGE, "sh", "-c", "echo login password=canary-5772 ok; echo ticket QS-141421 done")
    engine.docker("wait", made)
    return rows.container(harbour, "leaky", engine_id=made, state="exited", exit_code=0)


def test_credentials_are_hidden_in_the_page(vera: Client, leaky: Container) -> None:
    RedactionRule.objects.create(name="tickets", pattern=r"QS-\d+")
    page = vera.get(address(leaky)).text
    assert "login password=••• ok" in page
    assert "ticket ••• done" in page

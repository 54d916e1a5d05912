"""The one-time link makes one administrator, however many hold it, and each link issued is in the trail."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from hosts.access import Actor, Target
from hosts.models import AuditEvent, SetupLink, User, no_administrator
from hosts.operations.perform import perform
from hosts.operations.setup import IssueLink, SetUp
from tests import cast
from tests.testbed.needs import started
from tests.testbed.postgresql import PostgreSql
from tests.testbed.visitor import Visitor
from tests.testbed.web import Web

RACERS = 12
COUNTS = """
import json
from hosts.models import AuditEvent, RoleAssignment, User
done = AuditEvent.objects.filter(ending__outcome="succeeded")
counts = [done.filter(action=action).count() for action in ("person.setup", "setup.link")]
print(json.dumps([User.objects.count(), RoleAssignment.objects.count(), *counts]))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def webs(workspace: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Web, Web]]:
    with ExitStack() as stack:
        database = {}
        if request.param == "postgresql":
            database["DATABASE_URL"] = stack.enter_context(contextmanager(started)(PostgreSql())).url
        web = stack.enter_context(contextmanager(started)(Web(workspace, "set-up", **database)))
        other = web.twin().start()
        stack.callback(other.stop)
        yield web, other


def race(webs: tuple[Web, Web], links: list[str]) -> list[tuple[int, str]]:
    """Everybody has the form open before anybody sends it."""
    racers = []
    for number in range(RACERS):
        visitor, path = Visitor(webs[number % 2].url), links[number % len(links)]
        assert visitor.get(path).status_code in (200, 410)
        racers.append((visitor, path, f"race{number}"))

    def run(racer: tuple[Visitor, str, str]) -> tuple[int, str]:
        visitor, path, name = racer
        form = {"username": name, "password": "quay-side-42", "password_again": "quay-side-42"}
        answer = visitor.post(path, form)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(run, racers))


@pytest.mark.engine
def test_many_at_once_in_two_processes_make_one_administrator(webs: tuple[Web, Web]) -> None:
    links = [webs[0].manage("setup_link").strip().partition("/setup/")[2] for _each in range(2)]
    answers = race(webs, [f"/setup/{links[1]}"])
    statuses = [status for status, _text in answers]
    assert statuses.count(302) == 1
    # 410 where the form came after the winner was done.
    assert set(statuses) <= {302, 409, 410}
    for status, text in answers:
        assert status == 302 or "This set-up link has been used" in text or "There is an administrator already" in text
    told = webs[0].run(COUNTS)
    assert json.loads(told.splitlines()[-1]) == [1, 1, 1, 2]


@pytest.mark.django_db(transaction=True)
def test_nobody_comes_between_the_question_and_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes its time after it has seen that there is no administrator."""

    def slow() -> bool:
        nobody = no_administrator()
        time.sleep(0.3)
        return nobody

    monkeypatch.setattr("hosts.operations.setup.no_administrator", slow)
    token, start = SetupLink.issue(), threading.Barrier(6)

    def run(number: int) -> str:
        data = {"username": f"race{number}", "password": "quay-side-42", "password_again": "quay-side-42"}
        start.wait(30)
        try:
            return str(perform(Actor.shell(), SetUp(), Target("console"), {**data, "token": token}).outcome)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(run, range(6)))
    assert outcomes == ["failed"] * 5 + ["succeeded"]
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_link_issued_later_ends_the_earlier_ones(client: Client) -> None:
    first, second = SetupLink.issue(), SetupLink.issue()
    assert client.get(f"/setup/{first}/").status_code == 410
    assert client.get(f"/setup/{second}/").status_code == 200
    assert SetupLink.objects.count() == 1


@pytest.mark.django_db
def test_a_claim_is_undone_with_its_transaction_and_not_given_twice() -> None:
    token = SetupLink.issue()
    assert SetupLink.claim(token)
    assert not SetupLink.claim(token)
    late = SetupLink.issue()
    SetupLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not SetupLink.claim(late)


@pytest.mark.django_db
def test_a_refused_form_leaves_the_link(client: Client) -> None:
    token = SetupLink.issue()
    short = {"username": "ada", "password": "short", "password_again": "short"}
    assert client.post(f"/setup/{token}/", short).status_code == 422
    assert client.get(f"/setup/{token}/").status_code == 200


@pytest.mark.django_db
def test_a_link_is_recorded_before_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("setup_link")
    token = capsys.readouterr().out.strip().rstrip("/").rpartition("/")[2]
    event = AuditEvent.objects.get()
    assert (event.action, event.ending.outcome, event.inputs) == ("setup.link", "succeeded", {"token": "•••"})
    assert SetupLink.good(token)


@pytest.mark.django_db
def test_no_link_comes_from_the_browser_or_where_there_is_an_administrator() -> None:
    ada = cast.ada()
    for actor in (cast.actor(ada), Actor.shell()):
        assert perform(actor, IssueLink(), Target("console"), {"token": "x"}).outcome == "failed"
    assert not SetupLink.objects.exists()


@pytest.mark.django_db
def test_guessing_links_is_limited_and_the_right_one_still_works(client: Client) -> None:
    token = SetupLink.issue()
    answers = {client.get(f"/setup/guess{number}/").status_code for number in range(25)}
    assert answers == {410, 429}
    assert client.get(f"/setup/{token}/").status_code == 200
    assert not User.objects.exists()

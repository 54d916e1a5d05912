"""Guessing is bounded from one address and from many, and never locks out who was there before."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.cache import cache
from django.test import Client

from dashboard import guesses
from dashboard.sign_in import NewPasswordForm
from hosts.access import Target
from hosts.models import AuditEvent, User
from hosts.operations.base import find
from hosts.operations.perform import perform
from tests import cast
from tests.testbed.needs import started
from tests.testbed.visitor import Visitor
from tests.testbed.web import Web

RIGHT, WRONG = "quay-side-42", "wrong-canary-1618"
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"
TOO_MANY = "Too many failed sign-ins"


@pytest.fixture
def root(db: None) -> User:
    user = cast.ada()
    user.set_password(RIGHT)
    user.save()
    return user


def tries(client: Client, name: str = "ada", password: str = WRONG, address: str = ELSEWHERE) -> Any:
    return client.post("/accounts/login/", {"login": name, "password": password}, REMOTE_ADDR=address)


def signs_in(client: Client, address: str = ELSEWHERE, name: str = "ada") -> bool:
    return bool(tries(client, name, RIGHT, address).status_code == 302)


def test_others_do_not_lock_out_an_address_or_a_browser(root: User) -> None:
    known = Client()
    assert signs_in(known, HOME)
    known.post("/accounts/logout/")
    attacker = Client()
    for _each in range(8):
        tries(attacker)
    assert TOO_MANY in tries(attacker).text
    assert TOO_MANY in tries(Client(), password=RIGHT).text, "the right password does not count there any more"
    assert signs_in(Client(), HOME), "another address has a counter of its own"
    assert signs_in(known, ELSEWHERE), "a known browser has one of its own, behind the attacker's address too"


def test_many_addresses_are_bounded_together_and_known_ones_pass(root: User) -> None:
    assert signs_in(Client(), HOME)
    checked = 0
    for number in range(60):
        checked += TOO_MANY not in tries(Client(), address=f"203.0.113.{number}").text
    assert checked == guesses.ACCOUNT.failures + 1, "then one try in some minutes"
    assert signs_in(Client(), HOME)
    assert not signs_in(Client(), "203.0.113.200")


def test_one_address_has_a_share_of_the_last_tries(root: User) -> None:
    for number in range(guesses.ACCOUNT.failures):
        tries(Client(), address=f"203.0.113.{number}")
    for _each in range(guesses.SHARE.failures):
        assert TOO_MANY not in tries(Client()).text
        cache.delete(guesses._key("turn", "ada"))
    assert TOO_MANY in tries(Client()).text
    assert signs_in(Client(), "203.0.113.200"), "the next turn is for somebody else"


def test_one_neighbour_does_not_lock_all_out(root: User) -> None:
    attacker = Client()
    for number in range(40):
        tries(attacker, f"nobody{number}")
    assert signs_in(Client()), "a first try with the right password passes"
    assert TOO_MANY not in tries(attacker, "somebody").text
    assert TOO_MANY in tries(attacker, "somebody").text, "each account has one try a minute there"


def test_the_work_of_one_address_is_bounded(root: User) -> None:
    one = guesses.sign_in("x", ELSEWHERE)
    one.take_back()
    checked = 0
    for number in range(guesses.WORK.failures + 20):
        try:
            guesses.sign_in(f"name{number}", ELSEWHERE)
        except guesses.TooMany:
            continue
        checked += 1
    assert checked == guesses.WORK.failures
    known = Client()
    assert signs_in(known, HOME)
    assert signs_in(known, ELSEWHERE)


def test_what_is_right_is_not_counted(root: User) -> None:
    for _each in range(guesses.PAIR.failures * 3):
        assert signs_in(Client())


def test_unknown_names_have_the_same_answers(root: User) -> None:
    answers = {
        name: [tries(Client(), name, address=f"203.0.113.{number // 8}").status_code for number in range(40)]
        + [TOO_MANY in tries(Client(), name, address=f"203.0.113.{number}").text for number in range(40)]
        for name in ("ada", "nobody")
    }
    assert answers["ada"] == answers["nobody"]


def test_spellings_of_one_name_have_one_counter(root: User) -> None:
    for name in ("ada", "ADA", " Ada ", "\uff21da", "aDa"):
        assert TOO_MANY not in tries(Client(), name).text
    assert TOO_MANY in tries(Client(), "adA").text
    assert guesses._folded("adm\u0131n") == guesses._folded("ADMIN")


def test_one_ipv6_network_is_one_address() -> None:
    assert guesses.network("2001:db8::1") == guesses.network("2001:db8::ffff:1")
    assert guesses.network("2001:db8::1") != guesses.network("2001:db8:0:1::1")
    assert guesses.network("::ffff:192.0.2.1") == "192.0.2.1"


def test_many_at_once_do_not_slip_through() -> None:
    ones = []
    for _each in range(30):
        try:
            ones.append(guesses.sign_in("ada", ELSEWHERE))
        except guesses.TooMany:
            continue
    assert len(ones) == guesses.PAIR.failures
    ones[0].was_right()
    guesses.sign_in("ada", ELSEWHERE)


@pytest.mark.parametrize("change", ["person.password", "person.disable"])
def test_a_known_browser_is_forgotten_with_the_password_or_the_account(root: User, change: str) -> None:
    otto = cast.otto()
    otto.set_password(RIGHT)
    otto.save()
    known = Client()
    assert signs_in(known, HOME, "otto")
    assert known.cookies["quayside_device"]["httponly"]
    operation, target = find(change), cast_target(otto)
    assert operation is not None
    data = {"password": "other-side-42", "password_again": "other-side-42"}
    assert perform(cast.actor(root), operation, target, data).ok
    if change == "person.disable":
        enable = find("person.enable")
        assert enable is not None
        assert perform(cast.actor(root), enable, target).ok
    for _each in range(guesses.PAIR.failures):
        tries(known, "otto", address=ELSEWHERE)
    assert TOO_MANY in tries(known, "otto", address=ELSEWHERE).text


def cast_target(user: User) -> Target:
    return Target("person", id=str(user.pk), name=user.username)


@pytest.mark.parametrize("cookie", ["", "x", "a:b:c", "W10:1abc:def"])
def test_a_made_up_device_is_nobodys(root: User, cookie: str) -> None:
    client = Client()
    client.cookies["quayside_device"] = cookie
    for _each in range(guesses.PAIR.failures):
        tries(client)
    assert TOO_MANY in tries(client).text


def test_a_device_is_known_to_its_own_account_only(root: User) -> None:
    otto = cast.otto()
    otto.set_password(RIGHT)
    otto.save()
    client = Client()
    assert signs_in(client, name="otto")
    client.post("/accounts/logout/")
    for _each in range(guesses.PAIR.failures):
        tries(client)
    assert TOO_MANY in tries(client).text


def test_a_stolen_device_is_limited_by_itself(root: User) -> None:
    client = Client()
    assert signs_in(client)
    client.post("/accounts/logout/")
    texts = [tries(client, address=f"203.0.113.{number}").text for number in range(guesses.DEVICE.failures + 1)]
    assert [TOO_MANY in text for text in texts] == [False] * guesses.DEVICE.failures + [True]
    assert signs_in(Client(), HOME)


def test_throttled_tries_are_in_the_trail_once_a_minute(root: User) -> None:
    for _each in range(guesses.PAIR.failures + 7):
        tries(Client())
    throttled = AuditEvent.objects.filter(action="session.throttled")
    assert [(event.object_name, event.address, event.ending.outcome) for event in throttled] == [
        ("ada", ELSEWHERE, "refused")
    ]
    assert "1 try was refused" in throttled[0].ending.message
    cache.delete(guesses._key("refused", "pair", "ada", ELSEWHERE) + ":said")
    tries(Client(), password=RIGHT)
    assert "7 tries were refused" in throttled.latest("pk").ending.message
    assert AuditEvent.objects.filter(action="session.login").count() == guesses.PAIR.failures
    assert "canary" not in str(list(AuditEvent.objects.values()))


def test_the_current_password_cannot_be_found_by_trying(root: User) -> None:
    client, other = Client(), Client()
    assert signs_in(client)
    assert signs_in(other)
    new = {"password1": "other-side-42", "password2": "other-side-42"}
    for _each in range(guesses.PASSWORD.failures):
        client.post("/accounts/password/change/", {"oldpassword": WRONG, **new})
    limited = client.post("/accounts/password/change/", {"oldpassword": RIGHT, **new})
    assert "Too many wrong passwords" in limited.text
    root.refresh_from_db()
    assert root.check_password(RIGHT)
    assert other.post("/accounts/password/change/", {"oldpassword": RIGHT, **new}).status_code == 302
    assert client.get("/jobs/").status_code == 302, "the other sessions end"
    assert other.get("/jobs/").status_code == 200
    trail = AuditEvent.objects.filter(action="person.password").order_by("pk")
    assert [event.ending.outcome for event in trail] == ["refused"] * (guesses.PASSWORD.failures + 1) + ["succeeded"]
    other.post("/accounts/logout/")
    for _each in range(guesses.PAIR.failures + 2):
        tries(Client())
    assert tries(other, password="other-side-42").status_code == 302, "the browser is known by the new password"


def test_an_own_password_does_not_undo_what_an_administrator_has_just_done(
    root: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    assert signs_in(client)
    real = NewPasswordForm.clean_oldpassword

    def meanwhile(form: NewPasswordForm) -> str:
        User.objects.update(is_active=False, sessions="disabled")
        return real(form)

    monkeypatch.setattr(NewPasswordForm, "clean_oldpassword", meanwhile)
    new = {"oldpassword": RIGHT, "password1": "other-side-42", "password2": "other-side-42"}
    answer = client.post("/accounts/password/change/", new)
    assert "changed elsewhere" in answer.text
    root.refresh_from_db()
    assert (root.is_active, root.sessions, root.check_password(RIGHT)) == (False, "disabled", True)
    assert AuditEvent.objects.get(action="person.password").ending.outcome == "failed"


_PERSON = """
from hosts.models import Role, RoleAssignment, User
user = User.objects.create_user("ada", password="quay-side-42")
RoleAssignment.objects.create(user=user, role=Role.ADMINISTRATOR)
"""
_TRAIL = """
import json
from hosts.models import AuditEvent
print(json.dumps([event.action for event in AuditEvent.objects.order_by("pk")]))
"""


@pytest.fixture
def webs(workspace: Path) -> Iterator[tuple[Web, Web]]:
    for web in started(Web(workspace, "limits")):
        web.run(_PERSON)
        for other in started(web.twin()):
            yield web, other


def sends(web: Web, password: str) -> requests.Response:
    visitor = Visitor(web.url)
    visitor.get("/accounts/login/")
    return visitor.post("/accounts/login/", {"login": "ada", "password": password})


@pytest.mark.engine
def test_two_processes_count_together_and_go_on_without_redis(webs: tuple[Web, Web]) -> None:
    for number in range(guesses.PAIR.failures):
        assert TOO_MANY not in sends(webs[number % 2], WRONG).text
    assert TOO_MANY in sends(webs[0], WRONG).text
    assert TOO_MANY in sends(webs[1], RIGHT).text
    trail = json.loads(webs[0].run(_TRAIL).splitlines()[-1])
    assert trail == ["session.login"] * guesses.PAIR.failures + ["session.throttled"]
    webs[0].redis.stop()
    answers = [TOO_MANY in sends(webs[0], WRONG).text for _each in range(guesses.PAIR.failures + 1)]
    assert answers[-1]
    assert not all(answers)

"""Who may perform which operation and open which page, over HTTP, as tests/policy.json has it."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

from dashboard.targets import ref_of
from hosts.access import Denied
from hosts.access.capabilities import About
from hosts.models import AuditEvent
from hosts.operations.base import Operation, every
from hosts.operations.permitted import WrongTarget, permitted
from tests import cast
from tests.dashboard.test_signed_in import OPEN, routes
from tests.policy import INSIDE, OUTSIDE, PEOPLE, POLICY, Fleet, fleet, letters

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true", "HX-Target": "dialog-body"}
EVERY = sorted(every(), key=lambda operation: operation.name)
each_operation = pytest.mark.parametrize("operation", EVERY, ids=[operation.name for operation in EVERY])
each_page = pytest.mark.parametrize("page", POLICY["pages"])
# Who is told nothing of the other group's host.
CONFINED = "Svoa"


@pytest.fixture
def scene(db: None) -> Fleet:
    return fleet()


@pytest.fixture
def as_person(scene: Fleet) -> Callable[[str], Client]:
    clients = {letter: Client() for letter in PEOPLE}
    for letter, client in clients.items():
        client.force_login(scene.people[letter])
    return clients.__getitem__


def places_of(operation: Operation) -> list[str]:
    if operation.noun == "view":
        return ["own", "another's"]
    if operation.noun == "job":
        return [INSIDE, OUTSIDE, "console", "own", "another's"]
    return [INSIDE, OUTSIDE] if operation.noun in ("host", "container", "image", "network", "volume") else ["console"]


@each_operation
def test_an_operation_is_for_who_the_policy_names(
    operation: Operation, scene: Fleet, as_person: Callable[[str], Client]
) -> None:
    address = reverse("do", args=[operation.name])
    asked: dict[str, str] = {}
    done: dict[str, str] = {}
    for place in places_of(operation):
        may_ask, may_do = [], []
        for letter in PEOPLE:
            target = scene.target(operation.noun, place, letter)
            on = {} if operation.noun == "console" else {"on": ref_of(target)}
            client = as_person(letter)
            refusal = 403 if sees(letter, operation, place) else 404
            answer = client.get(address, on, headers=HX)
            assert answer.status_code in (200, refusal), answer.text
            if answer.status_code == 200:
                may_ask.append(letter)
            if _is_done(client, address, {**operation.initial(target), **on}, refusal):
                may_do.append(letter)
        asked[place], done[place] = letters(*may_ask), letters(*may_do)
    assert asked == done
    assert done == POLICY["operations"].get(operation.name), "is that meant? Then change tests/policy.json"


def sees(letter: str, operation: Operation, place: str) -> bool:
    """Whether the thing is there at all for this person. What is up to the console is refused unseen."""
    if operation.capability.about is About.CONSOLE or operation.noun == "console" or place == "own":
        return True
    shared = place == "another's" and operation.noun == "view"
    return letter in "VOA" or (letter != "S" and (place == INSIDE or shared))


def _is_done(client: Client, address: str, data: dict[str, Any], refusal: int) -> bool:
    """Whether it is more than refused, in a transaction that is undone; a refusal is recorded."""
    with transaction.atomic():
        known = set(AuditEvent.objects.values_list("pk", flat=True))
        answer = client.post(address, {**data, "_sure": "1"}, headers=HX)
        outcomes = [event.ending.outcome for event in AuditEvent.objects.exclude(pk__in=known)]
        transaction.set_rollback(True)
    assert (answer.status_code == refusal) == (outcomes == ["refused"])
    return answer.status_code != refusal


@each_operation
def test_an_operation_on_another_kind_of_thing_is_permitted_to_nobody(operation: Operation, scene: Fleet) -> None:
    for letter, person in scene.people.items():
        for target in scene.every_target():
            if target.noun == operation.noun:
                continue
            try:
                answer = permitted(cast.actor(person), operation, target, {})
            except WrongTarget:
                continue  # said to who might do it to the right kind
            assert isinstance(answer, Denied), (letter, target)


@pytest.mark.parametrize("name", [operation.name for operation in EVERY if operation.noun == "console"])
def test_what_comes_along_with_on_changes_no_answer(
    name: str, scene: Fleet, as_person: Callable[[str], Client]
) -> None:
    """An operation of the console is refused to who may not do it, whatever it is said to be on."""
    permitted_to = POLICY["operations"][name]["console"]
    for letter in permitted_to:
        for target in (scene.target("host", INSIDE), scene.target("container", INSIDE), scene.target("person", "")):
            answer = as_person(letter).post(f"/do/{name}", {"on": ref_of(target), "_sure": "1"}, headers=HX)
            assert answer.status_code == 400, "who may do it hears that the request is wrong"
    for letter in set(PEOPLE) - set(permitted_to):
        for target in scene.every_target():
            answer = as_person(letter).post(f"/do/{name}", {"on": ref_of(target), "_sure": "1"}, headers=HX)
            assert answer.status_code == 403, target


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    assert list(POLICY["operations"]) == [operation.name for operation in EVERY]


def test_every_page_has_a_row() -> None:
    places = [page.partition("?")[0].replace("{job}", str(UUID(int=0))) for page in POLICY["pages"]]
    named = {resolve(re.sub(r"\{\w+\}", "1", place)).url_name for place in places}
    # Operations have rows of their own, everybody has a password, and `picked_logs` only leads on to `merged_logs`.
    without = {*OPEN, "do", "account_change_password", "picked_logs"}
    assert {pattern.name for pattern in routes()} - named == without


def addressed(page: str, scene: Fleet, place: str, letter: str) -> str:
    """The address of the page in that place, as that person has it."""
    words: dict[str, Any] = {}
    if place in scene.places:
        there = scene.places[place]
        words = {
            noun: there.target(noun).id.removeprefix("sha256:") for noun in ("container", "image", "network", "volume")
        }
        words |= {"host": there.host.name, "job": there.job.pk, "event": there.event.pk, "project": there.words[1]}
    elif "{job}" in page:
        words = {"job": scene.jobs[letter].pk if place == "own" else scene.target("job", "console").id}
    return page.format(**words)


@each_page
def test_a_page_is_for_who_the_policy_names(page: str, scene: Fleet, as_person: Callable[[str], Client]) -> None:
    found: dict[str, str] = {}
    for place in POLICY["pages"][page]:
        may = []
        for letter in PEOPLE:
            answer = as_person(letter).get(addressed(page, scene, place, letter))
            assert answer.status_code in (200, 302, 400, 403, 404), (letter, answer)
            if answer.status_code in (200, 302):
                may.append(letter)
            if letter in CONFINED and place != OUTSIDE:
                assert not re.findall("|".join(scene.places[OUTSIDE].words), text_of(answer)), (
                    "it tells of a hidden host"
                )
        found[place] = letters(*may)
    assert found == POLICY["pages"][page], "is that meant? Then change tests/policy.json"


def text_of(answer: Any) -> str:
    """All that it tells; a log's own file is what its engine said."""
    if answer.streaming:
        return "" if answer.is_async else b"".join(answer.streaming_content).decode()
    return str(answer.text + answer.headers.get("Location", ""))


LINK = re.compile(r'(?:href|hx-get)="(/do/[^"]+)"')


@pytest.mark.parametrize("letter", PEOPLE)
def test_what_a_page_offers_is_permitted(letter: str, scene: Fleet, as_person: Callable[[str], Client]) -> None:
    client, offered = as_person(letter), set[str]()
    for page, places in POLICY["pages"].items():
        for place, who in places.items():
            if letter in who:
                offered |= {
                    unescape(link) for link in LINK.findall(text_of(client.get(addressed(page, scene, place, letter))))
                }
    assert bool(offered) == (letter != "S")
    assert {link: client.get(link).status_code for link in offered} == dict.fromkeys(offered, 200)

"""What a person may not see is for them as what never was: the same status and words, and the trail has both."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from hosts import limits
from hosts.models import AuditEvent, RefusalTally, SavedView
from tests import rows
from tests.policy import OUTSIDE, Fleet, fleet

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true", "HX-Target": "dialog-body"}
# Who does not see the host of the other group.
CONFINED = "Svoa"
UNKNOWN = "nowhere"


@pytest.fixture
def scene() -> Fleet:
    cache.clear()
    return fleet()


@pytest.fixture
def as_person(scene: Fleet) -> Callable[[str], Client]:
    def client(letter: str) -> Client:
        made = Client()
        made.force_login(scene.people[letter])
        return made

    return client


def told(answer: Any, *names: str) -> tuple[int, str, dict[str, str]]:
    """Status, words and headers, without what was asked for and what differs each time."""
    text = re.sub("|".join(map(re.escape, sorted(names, key=len, reverse=True))), "…", answer.content.decode())
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|[A-Za-z0-9]{64}|[0-9a-f]{32}', "", text)
    kept = {name: value for name, value in answer.headers.items() if name not in ("X-Request-ID", "Content-Length")}
    return answer.status_code, text, kept


def references(scene: Fleet) -> list[tuple[str, str, str]]:
    """An operation, something that is hidden, and the like that never was."""
    place = scene.places[OUTSIDE]
    found = []
    for noun, operation in (
        ("container", "container.stop"), ("container", "container.rename"), ("image", "image.remove"),
        ("network", "network.connect"), ("volume", "volume.remove"),
    ):  # fmt: skip
        row = place.rows[noun]
        short = row.engine_id.removeprefix("sha256:")
        found += [
            (operation, f"{noun}:citadel:{each}", f"{noun}:{UNKNOWN}:{each}") for each in (short, short[:4], row.name)
        ]
    found += [
        (name, "host:citadel:", f"host:{UNKNOWN}:") for name in ("host.edit", "host.remove", "host.trust", "image.pull")
    ]
    none = "00000000-0000-4000-8000-000000000000"
    found += [(f"job.{verb}", f"job::{place.job.pk}", f"job::{none}") for verb in ("cancel", "retry", "undo")]
    for operation, noun in (
        ("person.role", "person"), ("person.remove", "person"), ("registry.remove", "registry"),
        ("history.forget", "history"), ("redaction.disable", "redaction"),
    ):  # fmt: skip
        key = scene.of_the_console[noun].id
        found += [(each, f"{noun}::{key}", f"{noun}::98765") for each in (operation, "container.stop", "view.save")]
    private = SavedView.objects.create(owner=scene.people["A"], page="hosts", name="Private", query="", shared=False)
    found += [
        (f"view.{verb}", f"view::{private.pk}", "view::98765") for verb in ("rename", "remove", "unshare", "withdraw")
    ]
    return found


@pytest.mark.parametrize("letter", CONFINED)
def test_an_operation_on_what_is_hidden(letter: str, scene: Fleet, as_person: Callable[[str], Client]) -> None:
    client = as_person(letter)
    for operation, hidden, unknown in references(scene):
        answers = []
        for ref in (hidden, unknown):
            cache.clear()
            limits.forget()
            RefusalTally.objects.all().delete()
            client.cookies.pop("messages", None)
            names = [name for name in (ref, ref.replace(":", "%3A"), *ref.split(":")[1:]) if len(name) > 3]
            address, form = f"/do/{operation}", {"on": ref, "_sure": "1"}
            before = AuditEvent.objects.order_by("pk").last()
            said = [
                told(client.get(address, {"on": ref}, headers=HX), *names),
                told(client.get(address, {"on": ref}), *names),
                told(client.post(address, form, headers=HX), *names),
                told(client.post(address, form), *names),
            ]
            events = AuditEvent.objects.filter(pk__gt=before.pk if before else 0)
            answers.append((said, [event.ending.outcome for event in events]))
        assert answers[0] == answers[1], (operation, hidden)
        # A form that is asked for again is no news, and what is tried again is counted. What is of another kind is said
        # to who may do it.
        assert answers[0][1] == ["refused"] * 2 or {status for status, _text, _more in answers[0][0]} == {400}


@pytest.mark.parametrize("letter", CONFINED)
def test_a_page_of_what_is_hidden(letter: str, scene: Fleet, as_person: Callable[[str], Client]) -> None:
    client, place = as_person(letter), scene.places[OUTSIDE]
    ids = {noun: row.engine_id.removeprefix("sha256:") for noun, row in place.rows.items()}
    pages = ["", *(f"{noun}s/" for noun in ids), *(f"{noun}s/{key}/" for noun, key in ids.items())]
    one = f"containers/{ids['container']}/"
    pages += [
        f"{one}{rest}"
        for rest in ("logs/", "logs/?plain=1", "logs/kept/", "logs/download/", "environment/", "inspect/")
    ]
    others = ["/menu/?on=container:{}:KEY", "/menu/?on=host:{}:", "/load/?host={}", "/containers/?host={}"]
    others += ["/search/?fragment=1&on=container:{}:KEY", "/search/?fragment=1&q={}", "/jobs/?host={}"]
    for query in ("host={}", "on={}:KEY", f"on={{}}:{ids['container'][:4]}"):
        others += [f"/logs/?plain=1&{query}", f"/logs/download/?{query}", f"/logs/search/?plain=1&filter=x&{query}"]
    for address in (*(f"/hosts/{{}}/{page}" for page in pages), *others):
        hidden, unknown = (
            told(client.get(address.format(name).replace("KEY", ids["container"])), name)
            for name in ("citadel", UNKNOWN)
        )
        assert hidden == unknown, address


def test_looking_is_recorded_and_fills_no_trail(scene: Fleet, as_person: Callable[[str], Client]) -> None:
    client = as_person("v")
    for _time in range(3):
        assert client.get("/people/").status_code == 403
        assert client.get("/audit/export.csv?q=password%3Dhunter22").status_code == 403
        assert client.get("/hosts/citadel/").status_code == 404
        assert client.get(f"/hosts/{UNKNOWN}/").status_code == 404
    events = AuditEvent.objects.filter(action="page.open").order_by("pk")
    assert [(event.object_name, event.ending.outcome) for event in events] == [
        (path, "refused") for path in ("/people/", "/audit/export.csv", "/hosts/citadel/", f"/hosts/{UNKNOWN}/")
    ]
    assert events[1].inputs == {"query": "q=password=•••"}
    for number in range(60):
        client.get(f"/do/container.stop?on=container:citadel:{number:04x}")
    # Twenty a minute, and the minute may end between.
    assert AuditEvent.objects.filter(action="container.stop").count() <= 40


def test_what_others_share_names_no_hidden_host(scene: Fleet, as_person: Callable[[str], Client]) -> None:
    owner = scene.people["A"]
    for name, query in (("By host", "host=citadel"), ("By log", "on=citadel:3f2a"), ("Plain", "state=running")):
        SavedView.objects.create(owner=owner, page="containers", name=name, query=query, shared=True)
    shown = {letter: re.findall("By host|By log|Plain", as_person(letter).get("/views/").text) for letter in "SvV"}
    assert {letter: sorted(set(names)) for letter, names in shown.items()} == {
        "S": [], "v": ["Plain"], "V": ["By host", "By log", "Plain"],
    }  # fmt: skip
    assert "Mine" in as_person("S").get("/views/").text, "one's own stays"
    assert "citadel" not in as_person("v").get("/search/?fragment=1&q=by").text


def test_names_in_the_trail_are_masked(scene: Fleet, as_person: Callable[[str], Client]) -> None:
    client = as_person("v")
    given = {"name": "password=hunter22", "page": "containers", "query": "q=password%3Dhunter22", "_sure": "1"}
    assert client.post("/do/view.save", given, headers=HX).status_code == 204
    view = SavedView.objects.get(name="password=hunter22")
    client.post("/do/view.rename", {"on": f"view::{view.pk}", "name": "token=hunter23", "_sure": "1"}, headers=HX)
    client.post("/do/view.remove", {"on": f"view::{view.pk}", "_sure": "1"}, headers=HX)
    events = AuditEvent.objects.filter(action__startswith="view.").order_by("pk")
    assert [event.action for event in events] == ["view.save", "view.rename", "view.remove"]
    for event in events:
        assert "hunter" not in f"{event.object_name} {event.inputs} {event.ending.message}"


def test_a_group_reads_in_its_trail_of_its_own_hosts_only(scene: Fleet, as_person: Callable[[str], Client]) -> None:
    rows.container(scene.places[OUTSIDE].host, "second", project="shop")
    for address in ("/logs/?plain=1&host=citadel&host=harbour", "/logs/?plain=1&host=harbour&label=x"):
        as_person("V").get(address)
    greta = as_person("a")
    seen = list(AuditEvent.objects.filter(action="container.logs", host_name="harbour"))
    assert seen
    for event in seen:
        page = greta.get(f"/audit/{event.pk}/")
        assert page.status_code == 200
        assert "citadel" not in page.text
    assert AuditEvent.objects.filter(action="container.logs", host_name="citadel").exists()

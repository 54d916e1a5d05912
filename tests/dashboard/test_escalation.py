"""A role over one group of hosts never becomes more: each way that was tried, with inputs that would work."""

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from dashboard.targets import ref_of
from hosts.access import Target
from hosts.models import (
    AuditEvent,
    Host,
    HostGroup,
    HostState,
    Job,
    KeepRule,
    RedactionRule,
    RefusalTally,
    Registry,
    RoleAssignment,
    Row,
    SavedView,
    User,
)
from hosts.operations.run import run
from tests import rows
from tests.policy import INSIDE, OUTSIDE, Fleet, fleet

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true", "HX-Target": "dialog-body"}
PASSWORD = {"password": "quay-side-42", "password_again": "quay-side-42"}
# What an administrator of all hosts could send, and have done.
CONSOLE = {
    "person.add": {"username": "mallory", "role": "administrator", "group": "", **PASSWORD},
    "person.setup": {"username": "mallory", **PASSWORD},
    "setup.link": {"token": "x" * 32},
    "registry.add": {"server": "evil.test", "username": "x", "password": "y", "over": "all"},
    "registry.allow": {"servers": "evil.test"},
    "redaction.add": {"name": "Nothing", "pattern": "x"},
    "redaction.test": {"name": "Nothing", "pattern": "x", "sample": "x"},
    "history.keep": {"kind": "host", "host": "citadel", "days": "30", "megabytes": "500"},
    "host.add": {"name": "mine", "url": "unix:///nowhere/mine.sock"},
    "host.probe": {"name": "mine", "url": "unix:///nowhere/mine.sock"},
}
KINDS = (User, RoleAssignment, Registry, RedactionRule, KeepRule, Host, HostGroup, SavedView, Job)


@pytest.fixture
def scene(db: None) -> Fleet:
    return fleet()


@pytest.fixture
def greta(scene: Fleet) -> Client:
    """She administers the group `north` with the host harbour, and nothing else."""
    return signed_in(scene, "a")


def signed_in(scene: Fleet, letter: str) -> Client:
    client = Client()
    client.force_login(scene.people[letter])
    return client


def counts() -> list[int]:
    return [kind._default_manager.count() for kind in KINDS]


@pytest.mark.parametrize("name", CONSOLE)
def test_an_operation_of_the_console_stays_refused_with_a_host(name: str, scene: Fleet, greta: Client) -> None:
    before = counts()
    nouns = ("host", "container", "image", "network", "volume", "job")
    for on in ({}, {"on": "console::"}, *({"on": ref_of(scene.target(noun, INSIDE))} for noun in nouns)):
        for extra in ({}, {"_try": "1"}):
            answer = greta.post(f"/do/{name}", {**CONSOLE[name], **on, **extra, "_sure": "1"}, headers=HX)
            assert answer.status_code == 403, (on, extra)
        assert greta.get(f"/do/{name}", on, headers=HX).status_code == 403
    assert counts() == before
    assert set(AuditEvent.objects.filter(action__in=[name]).values_list("ending__outcome", flat=True)) == {"refused"}


@pytest.mark.parametrize("name", CONSOLE)
def test_the_same_inputs_do_it_for_an_administrator_of_all_hosts(name: str, scene: Fleet) -> None:
    RoleAssignment.objects.filter(user=scene.people["a"]).update(group=None)
    answer = signed_in(scene, "a").post(f"/do/{name}", {**CONSOLE[name], "_sure": "1"}, headers=HX)
    assert answer.status_code != 403
    assert AuditEvent.objects.filter(action=name).exclude(ending__outcome="refused").count() == 1


@pytest.mark.parametrize("name", ["host.add", "registry.add", "person.add", "history.keep"])
def test_a_form_of_the_console_tells_nothing_of_hosts_and_groups(name: str, greta: Client) -> None:
    for on in ({}, {"on": "host:harbour:"}):
        answer = greta.get(f"/do/{name}", on, headers=HX)
        assert answer.status_code == 403
        assert "citadel" not in answer.text
        assert "southern-vaults" not in answer.text


def harbour() -> dict[str, Any]:
    """What the form of her host holds when it is opened."""
    host = Host.objects.get(name="harbour")
    return {"on": "host:harbour:", "name": host.name, "url": host.url, "groups": "north", "tags": "", "_sure": "1"}


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA6rWI3G1sz07DnfFlrouTcysQlj2P+jpNSOEWD9OJ3X\n"
OTHER_MACHINE = {
    "the address": {"url": "unix:///nowhere/citadel.sock"},
    "the scheme": {"url": "ssh://x@127.0.0.1:1", "ssh_key": "x", "ssh_host_key": KEY},
    "no address": {"url": ""},
    "another group": {"groups": "southern-vaults"},
    "a new group": {"groups": "north, mine"},
    "no group": {"groups": ""},
    "the CA": {"tls_ca": "x"},
    "the host key": {"ssh_host_key": KEY},
    "another name": {"name": "haven"},
    "the name of a host that they do not see": {"name": "citadel"},
}


@pytest.mark.parametrize("name", ["host.edit", "host.test"])
@pytest.mark.parametrize("what", OTHER_MACHINE)
def test_who_administers_a_group_makes_no_other_machine_of_its_host(
    what: str, name: str, scene: Fleet, greta: Client
) -> None:
    before, groups = Host.objects.values().get(name="harbour"), HostGroup.objects.count()
    answer = greta.post(f"/do/{name}", {**harbour(), **OTHER_MACHINE[what]}, headers=HX)
    assert answer.status_code == 403
    tried = greta.post("/do/host.edit", {**harbour(), **OTHER_MACHINE[what], "_try": "1"}, headers=HX)
    assert tried.status_code == 403
    assert Host.objects.values().get(name="harbour") == before
    assert [group.name for group in scene.places[INSIDE].host.groups.all()] == ["north"]
    assert HostGroup.objects.count() == groups
    assert {event.ending.outcome for event in AuditEvent.objects.filter(action=name)} == {"refused"}


def test_a_refused_address_is_not_even_connected_to(greta: Client) -> None:
    """Neither by a test nor to ask for an SSH host key."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        url = f"ssh://x@127.0.0.1:{server.getsockname()[1]}"
        for name, on in (("host.edit", harbour()), ("host.test", harbour()), ("host.add", {"_sure": "1", "name": "x"})):
            for extra in ({}, {"_try": "1"}):
                greta.post(f"/do/{name}", {**on, "url": url, "ssh_key": "x", **extra}, headers=HX)
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_certificate_as_a_file_is_one_too(greta: Client, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("x")
    with file.open("rb") as upload:
        answer = greta.post("/do/host.edit", {**harbour(), "tls_ca_file": upload}, headers=HX)
    assert answer.status_code == 403


def test_who_administers_a_group_tags_its_host(greta: Client) -> None:
    answer = greta.post("/do/host.edit", {**harbour(), "tags": "red"}, headers=HX)
    assert answer["HX-Redirect"] == "/hosts/harbour/"
    host = Host.objects.get(name="harbour")
    assert (host.url, host.tags) == ("unix:///nowhere/harbour.sock", ["red"])
    assert [group.name for group in host.groups.all()] == ["north"]


def test_their_form_shows_what_they_cannot_change_without_offering_it(scene: Fleet, greta: Client) -> None:
    address = "/do/host.edit?on=host:harbour:&url=unix:///evil.sock&name=haven&tags=blue"
    tried = greta.post("/do/host.edit", {**harbour(), "tags": "blue", "_try": "1"}, headers=HX)
    assert tried.status_code == 422
    assert "/nowhere/harbour.sock" in tried.text
    for form in (greta.get(address, headers=HX).text, tried.text):
        is_locked(form)
    assert "readonly" not in signed_in(scene, "A").get("/do/host.edit?on=host:harbour:", headers=HX).text


def is_locked(form: str) -> None:
    for name in ("name", "url", "groups", "tls_ca", "ssh_host_key"):
        control = form[form.index(f'name="{name}"') :]
        assert "readonly" in control[: control.index(">")]
    assert 'name="tls_ca_file"' not in form
    assert "evil.sock" not in form
    assert "haven" not in form
    assert 'value="blue"' in form
    assert form.count("Only an administrator of all hosts can change this.") == 5


def test_an_address_changed_meanwhile_is_not_brought_back(
    scene: Fleet, greta: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the decision and the change, an administrator of all hosts has moved the host."""
    moved = {"url": "unix:///nowhere/new.sock"}

    def then(*_arguments: Any) -> bool:
        Host.objects.filter(name="harbour").update(**moved)
        scene.places[INSIDE].host.groups.set([])
        return True

    monkeypatch.setattr("hosts.operations.host_form.HostForm._check_way_in", then)
    assert greta.post("/do/host.edit", {**harbour(), "tags": "red"}, headers=HX).status_code == 200
    host = Host.objects.get(name="harbour")
    assert (host.url, host.tags, list(host.groups.all())) == (moved["url"], ["red"], [])


def test_another_engine_is_accepted_by_an_administrator_of_all_hosts_only(scene: Fleet, greta: Client) -> None:
    Host.objects.filter(name="harbour").update(state=HostState.CHANGED, seen_engine_id="ANOTHER")
    assert "/do/host.trust" not in greta.get("/hosts/harbour/").text
    assert greta.post("/do/host.trust", {"on": "host:harbour:", "_sure": "1"}, headers=HX).status_code == 403
    assert Host.objects.get(name="harbour").engine_id == "ENGINE:harbour"
    ada = signed_in(scene, "A")
    assert "/do/host.trust" in ada.get("/hosts/harbour/").text
    assert ada.post("/do/host.trust", {"on": "host:harbour:", "_sure": "1"}, headers=HX).status_code == 204
    assert Host.objects.get(name="harbour").engine_id == "ANOTHER"


def of_row(row: Row) -> Target:
    return Target("container", row.host, row.engine_id, row.name)


def test_many_are_asked_about_at_the_click(scene: Fleet) -> None:
    """Whoever has no role makes no job, and learns no name; the trail has one record a host, with every id."""
    targets = [scene.target("container", INSIDE), scene.target("container", OUTSIDE)]
    more = [rows.container(scene.places[OUTSIDE].host, name) for name in ("one", "two")]
    refs = [*map(ref_of, targets), *(f"container:citadel:{row.engine_id[:6]}" for row in more)]
    answer = signed_in(scene, "S").post("/do/container.stop", {"on": refs, "_sure": "1"}, headers=HX)
    assert answer.status_code == 404
    assert not re.search("treasury|one|two", answer.text)
    assert not Job.objects.exclude(title="Own").filter(operation="container.stop", person__isnull=False).exists()
    records = AuditEvent.objects.filter(action="container.stop", ending__outcome="refused").order_by("pk")
    assert [(event.host_name, event.object_id, event.inputs) for event in records] == [
        ("harbour", targets[0].id, {}),
        ("citadel", "", {"on": [targets[1].id, *(row.engine_id[:6] for row in more)]}),
    ]


def test_of_many_only_what_is_permitted_is_queued(scene: Fleet) -> None:
    otto = signed_in(scene, "o")
    second = rows.container(scene.places[INSIDE].host, "second")
    inside = [scene.target("container", INSIDE).id, second.engine_id]
    refs = [f"container:harbour:{each}" for each in inside] + [ref_of(scene.target("container", OUTSIDE))]
    asked = otto.post("/do/container.stop", {"on": refs}, headers=HX)
    assert asked.status_code == 200
    assert "Not included: 1 of 3. This has been removed, or you may not see it." in asked.text
    assert re.findall(r'name="on" value="container:(\w+):', asked.text) == ["harbour", "harbour"]
    answer = otto.post("/do/container.stop", {"on": refs, "_sure": "1"}, headers=HX)
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert (answer.status_code, toast["level"]) == (204, "warning")
    assert toast["text"].startswith("Stop: 2 objects. Its progress is under Jobs. Not included: 1 of 3.")
    job = Job.objects.get(title="Stop: 2 objects", person=scene.people["o"])
    assert [item["id"] for item in job.items] == inside
    refusals = AuditEvent.objects.filter(action="container.stop")
    assert [event.host_name for event in refusals] == ["citadel"], "for the question"
    assert RefusalTally.objects.get().more == 1, "and the answer is counted"
    page = otto.post("/do/container.stop", {"on": refs, "_sure": "1"}, follow=True)
    assert "Not included: 1 of 3." in page.text, "without scripts it is said on the page of the job"


def test_trying_again_asks_for_each_target_too(scene: Fleet) -> None:
    """Otto may control jobs on his host, and so no job with a target elsewhere."""
    targets = [scene.target("container", place) for place in (INSIDE, OUTSIDE)]
    items = [{"noun": each.noun, "host": each.host.pk, "host_name": each.host.name, "id": each.id, "name": each.name}
             for each in targets if each.host]  # fmt: skip
    job = Job.objects.create(
        operation="container.stop", title="Mixed", actor={}, noun="container", host=scene.places[INSIDE].host,
        items=items, state="failed",
    )  # fmt: skip
    signed_in(scene, "o").post("/do/job.retry", {"on": f"job::{job.pk}", "_sure": "1"}, headers=HX)
    again = Job.objects.get(retry_of=job)
    assert [item["id"] for item in again.items] == [targets[0].id]


def test_a_job_that_waits_is_refused_when_the_role_is_gone(scene: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hosts.jobs.queue.dispatch", lambda job: True)
    data = {"on": "host:harbour:", "reference": "nginx", "_sure": "1"}
    signed_in(scene, "o").post("/do/image.pull", data, headers=HX)
    job = Job.objects.get(person=scene.people["o"], operation="image.pull")
    scene.places[INSIDE].host.groups.set([])
    run(str(job.pk))
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.audit is not None
    assert job.audit.ending.outcome == "refused"

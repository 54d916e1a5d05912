"""How /do/ answers: in the dialog, without JavaScript, with a toast or a redirect; and that what was typed stays."""

import json
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from hosts.models import AuditEvent, Host, HostGroup, Job, JobState, Registry, Role, User
from tests import cast, rows

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true", "HX-Target": "dialog-body"}
LOGIN = {"server": "registry.test", "username": "ada", "password": "canary-2718", "over": "all", "_sure": "1"}


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(cast.ada())
    return client


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hosts.jobs.queue.dispatch", lambda job: True)


def triggered(response: Any) -> Any:
    return json.loads(response["HX-Trigger"])


def test_in_the_dialog_success_is_a_toast(ada: Client) -> None:
    response = ada.post("/do/registry.add", LOGIN, headers=HX)
    assert response.status_code == 204
    assert triggered(response)["toast"] == {"level": "success", "text": "Pulls from registry.test now use this login."}
    assert "refresh" in triggered(response)


def test_without_javascript_success_is_a_redirect_back_and_a_message(ada: Client) -> None:
    response = ada.post("/do/registry.add", {**LOGIN, "next": "http://testserver/registries/?q=x"}, follow=True)
    assert response.redirect_chain == [("http://testserver/registries/?q=x", 302)]
    assert "now use this login" in response.text


def test_what_a_script_asks_for_meanwhile_does_not_swallow_the_message(ada: Client) -> None:
    ada.post("/do/registry.add", LOGIN)
    gone = ada.get("/hosts/gone/", headers={"HX-Request": "true", "HX-Target": "live"})
    assert gone.status_code == 404
    assert "now use this login" not in gone.text
    assert "now use this login" in ada.get("/registries/").text


def test_it_redirects_to_no_other_place(ada: Client) -> None:
    response = ada.post("/do/registry.add", {**LOGIN, "next": "https://evil.test/"})
    assert response["Location"] == "/registries/"


def test_an_error_keeps_what_was_typed_but_no_password(ada: Client) -> None:
    for headers in ({}, HX):
        response = ada.post("/do/registry.add", {**LOGIN, "server": "https://registry.test"}, headers=headers)
        assert response.status_code == 422
        assert "https://registry.test" in response.text
        assert "without https://" in response.text
        assert "canary-2718" not in response.text
        assert ("<html" in response.text) is (not headers)
    assert not Registry.objects.exists()


def test_what_asks_nothing_runs_at_once_and_says_how_it_ended(ada: Client) -> None:
    container = rows.container(rows.host(url="unix:///nowhere.sock"), state="exited")
    ref = f"container:harbour:{container.engine_id}"
    response = ada.post("/do/container.start", {"on": ref}, headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert triggered(response)["toast"]["level"] == "error"
    assert "/nowhere.sock" in triggered(response)["toast"]["text"]
    page = ada.post("/do/container.start", {"on": ref}, follow=True)
    assert "/nowhere.sock" in page.text


def test_several_make_one_job_with_an_item_each(ada: Client) -> None:
    host = rows.host()
    refs = [f"container:harbour:{rows.container(host, name).engine_id}" for name in ("one", "two")]
    asked = ada.post("/do/container.stop", {"on": refs}, headers=HX)
    assert asked.status_code == 200
    assert "one" in asked.text
    assert "two" in asked.text
    assert not Job.objects.exists()
    response = ada.post("/do/container.stop", {"on": refs, "_sure": "1"}, headers=HX)
    assert response.status_code == 204
    job = Job.objects.get()
    assert [item["name"] for item in job.items] == ["one", "two"]
    assert "Stop: 2 objects" in triggered(response)["toast"]["text"]


def test_a_pull_leads_to_its_job(ada: Client) -> None:
    rows.host()
    data = {"on": "host:harbour:", "reference": "nginx", "_sure": "1"}
    response = ada.post("/do/image.pull", data, headers=HX)
    job = Job.objects.get()
    assert job.title == "Pull nginx:latest"
    assert response["HX-Redirect"] == f"/jobs/{job.pk}/"
    page = ada.get(f"/jobs/{job.pk}/")
    assert "Pull nginx:latest" in page.text
    assert "job.cancel" in page.text


def test_trying_a_job_again_leads_to_the_new_one(ada: Client) -> None:
    rows.host()
    ada.post("/do/image.pull", {"on": "host:harbour:", "reference": "nginx", "_sure": "1"}, headers=HX)
    Job.objects.update(state=JobState.FAILED)
    job = Job.objects.get()
    data = {"on": f"job:harbour:{job.pk}", "_sure": "1"}
    answer = ada.post("/do/job.retry", data, headers=HX)
    assert answer["HX-Redirect"] == f"/jobs/{Job.objects.get(retry_of=job).pk}/"


def test_a_role_over_one_host_does_nothing_on_another(client: Client) -> None:
    group = HostGroup.objects.create(name="edge")
    rows.host("inside", group)
    outside = rows.container(rows.host("outside"), state="exited")
    client.force_login(cast.person("otto", Role.OPERATOR, group))
    response = client.post("/do/container.start", {"on": f"container:outside:{outside.engine_id}"}, headers=HX)
    assert response.status_code == 404
    event = AuditEvent.objects.get(action="container.start")
    assert (event.host_name, event.object_id, event.ending.outcome) == ("outside", outside.engine_id, "refused")


def test_a_short_id_or_a_name_means_the_full_id(ada: Client) -> None:
    container = rows.container(rows.host(url="unix:///nowhere.sock"), state="exited")
    for word in (container.engine_id[:12], container.name):
        ada.post("/do/container.start", {"on": f"container:harbour:{word}"}, headers=HX)
    found = AuditEvent.objects.filter(action="container.start").values_list("object_id", flat=True)
    assert list(found) == [container.engine_id] * 2


@pytest.mark.parametrize("refs", [[], ["container:harbour:x"], ["volume:harbour:data"], ["host:harbour:"] * 600])
def test_nonsense_targets_are_refused_in_words(ada: Client, refs: list[str]) -> None:
    rows.volume(rows.host())
    response = ada.post("/do/container.stop", {"on": refs, "_sure": "1"})
    assert response.status_code in (400, 404)
    assert "<h1" in response.text


def test_a_test_keeps_the_form_open_and_saves_nothing(ada: Client) -> None:
    data = {"name": "far", "url": "unix:///nowhere.sock", "_sure": "1", "_try": "1"}
    response = ada.post("/do/host.add", data, headers=HX)
    assert response.status_code == 422
    assert "/nowhere.sock" in response.text
    assert 'value="far"' in response.text
    assert not Host.objects.exists()


def test_a_form_from_another_session_is_answered_in_words() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ada())
    response = client.post("/do/registry.add", LOGIN)
    assert response.status_code == 403
    assert "reload the page" in response.text


def test_an_exception_of_ours_is_a_page_in_words(ada: Client) -> None:
    ada.raise_request_exception = False
    with mock.patch("dashboard.pages.jobs.visible_jobs", side_effect=RuntimeError("canary-1618")):
        response = ada.get("/jobs/")
    assert response.status_code == 500
    assert "under request" in response.text
    assert "canary-1618" not in response.text


def test_the_pages_of_jobs_say_what_a_queued_one_waits_for(ada: Client) -> None:
    person = User.objects.get(username="ada")
    for owner, states in ((person, ("running", "running", "queued")), (cast.otto(), ("queued",))):
        for state in states:
            Job.objects.create(operation="image.pull", title="Pull", person=owner, actor={}, noun="host", state=state)
    text = ada.get("/jobs/").text
    assert text.count(">Waits for your other jobs.<") == 1
    assert text.count(">Waits for a free worker.<") == 1
    job = Job.objects.get(person=person, state="queued")
    assert "Waits for your other jobs." in ada.get(f"/jobs/{job.pk}/").text


def test_a_full_queue_keeps_the_form(ada: Client, settings: Settings) -> None:
    rows.host()
    settings.JOBS_PER_PERSON = 1
    data = {"on": "host:harbour:", "reference": "nginx:1.27-special", "_sure": "1"}
    assert ada.post("/do/image.pull", data, headers=HX)["HX-Redirect"]
    for headers in ({}, HX):
        refused = ada.post("/do/image.pull", data, headers=headers)
        assert refused.status_code in (403, 422)
        assert "cancel one under Jobs" in refused.text
        assert 'value="nginx:1.27-special"' in refused.text


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\u2066", "\u00ad", "\u3164"])
def test_no_name_holds_what_nobody_sees(ada: Client, character: str) -> None:
    view = {"name": f"we{character}b", "page": "containers", "query": "q=x"}
    for operation, sent in (
        ("view.save", view),
        ("redaction.add", {"name": f"we{character}b", "pattern": "x"}),
        ("registry.add", {**LOGIN, "username": f"a{character}da"}),
    ):
        response = ada.post(f"/do/{operation}", {"_sure": "1", **sent}, headers=HX)
        assert response.status_code in (200, 422), operation
        assert "nobody sees" in response.text or "can be printed" in response.text, operation
    assert not Registry.objects.exists()

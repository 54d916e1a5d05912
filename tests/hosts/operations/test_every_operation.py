"""What every operation must hold, whichever it is."""

import json
import shlex

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import FileField, PasswordInput
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from dashboard.targets import ref_of
from hosts.access import Capability, Target
from hosts.access.capabilities import About
from hosts.lines.names import is_secret
from hosts.models import AuditEvent, Job, KeepRule, RedactionRule, Registry, SavedView, User
from hosts.operations.base import Operation, every, find
from hosts.operations.fields import PemField
from hosts.operations.perform import perform
from tests import cast, rows

pytestmark = pytest.mark.django_db
EVERY = sorted(every(), key=lambda operation: operation.name)
each = pytest.mark.parametrize("operation", EVERY, ids=[operation.name for operation in EVERY])


def target_for(operation: Operation) -> Target:
    """Something of the right kind, on a host of its own."""
    host = rows.host()
    if operation.noun == "console":
        return Target("console")
    if operation.noun == "host":
        return Target("host", host, id=str(host.pk), name=host.name)
    if operation.noun == "person":
        return Target("person", id=str(cast.person("paul").pk), name="paul")
    if operation.noun == "registry":
        made = Registry.objects.create(server="registry.test", username="x", password="")
        return Target("registry", id=str(made.pk), name=made.server)
    if operation.noun == "history":
        rule = KeepRule.objects.create(kind="project", value="shop", days=30, bytes_each=1 << 30)
        return Target("history", id=str(rule.pk), name=str(rule))
    if operation.noun == "redaction":
        own = RedactionRule.objects.create(name="Customers", pattern="[0-9]+")
        return Target("redaction", id=str(own.pk), name=own.name)
    if operation.noun == "view":
        owner = User.objects.filter(username="ada").first() or cast.ada()
        view = SavedView.objects.create(owner=owner, page="containers", name="Broken", query="state=dead")
        return Target("view", id=str(view.pk), name=view.name, owner=owner.pk)
    if operation.noun == "job":
        job = Job.objects.create(operation="image.pull", title="Pull", actor={}, host=host, noun="host")
        return Target("job", host, id=str(job.pk), name=job.title)
    row = getattr(rows, operation.noun)(host)
    return Target(operation.noun, host, row.engine_id, row.name)


@each
def test_it_is_declared_whole(operation: Operation) -> None:
    noun, _dot, verb = operation.name.partition(".")
    assert noun.isalpha()
    assert verb.isalpha()
    assert str(operation.label)
    assert operation.capability in Capability
    assert operation.form.secret <= set(operation.form.base_fields)
    assert set(operation.reserved) <= set(operation.form.base_fields)
    trial = find(operation.tried_by)
    assert trial is None or (trial.noun, trial.reserved) == (operation.noun, operation.reserved)
    assert (trial is None) == (not operation.tried_by)
    assert str(operation.done) or "run" in type(operation).__dict__


@each
def test_a_stranger_is_refused_and_that_is_recorded(operation: Operation) -> None:
    result = perform(cast.actor(cast.stan()), operation, target_for(operation), {"password": "canary-3141"})
    assert result.outcome == "refused"
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_name, event.ending.outcome) == (operation.name, "stan", "refused")
    assert "canary-3141" not in json.dumps(event.inputs)


@each
def test_a_stranger_sees_no_form(operation: Operation, client: Client) -> None:
    cache.clear()  # nobody has looked at it within the hour
    client.force_login(cast.stan())
    target = target_for(operation)
    response = client.get(reverse("do", args=[operation.name]), {"on": ref_of(target)})
    if operation.noun == "console" or operation.capability.about is About.CONSOLE:
        assert response.status_code == 403
        assert "You need the role" in response.text
    else:
        assert response.status_code == 404, "it is not there for who may not see it"
    event = AuditEvent.objects.get(action=operation.name)
    assert (event.actor_name, event.ending.outcome) == ("stan", "refused")


@each
def test_an_administrator_is_asked_before_it_runs(operation: Operation, client: Client) -> None:
    client.force_login(cast.ada())
    target = target_for(operation)
    address = reverse("do", args=[operation.name])
    page = client.get(address, {"on": ref_of(target)})
    assert page.status_code == 200
    assert str(operation.label) in page.text
    if operation.asks:
        asked = client.post(address, {"on": ref_of(target)})
        assert asked.status_code == 200
        assert not AuditEvent.objects.filter(action=operation.name).exists(), "it ran without a word of consent"


def texts_of(operation: Operation) -> list[str]:
    return [name for name, field in operation.form.base_fields.items() if hasattr(field, "max_length")]


@pytest.mark.parametrize("operation", [one for one in EVERY if texts_of(one)], ids=lambda operation: operation.name)
def test_bad_input_is_said_at_the_field_and_kept(operation: Operation, client: Client) -> None:
    client.force_login(cast.ada())
    target = target_for(operation)
    nonsense = dict.fromkeys(texts_of(operation), "\x00<script>nonsense</script>" + "x" * 120_000)
    response = client.post(reverse("do", args=[operation.name]), {"on": ref_of(target), "_sure": "1", **nonsense})
    assert response.status_code == 422
    assert "<script>nonsense" not in response.text
    assert "field-error" in response.text
    assert not AuditEvent.objects.filter(action=operation.name).exists()


KEY = "-----BEGIN PRIVATE KEY-----\ncanary-2718\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize("operation", [one for one in EVERY if one.asks], ids=lambda operation: operation.name)
def test_no_secret_comes_back_in_a_page(operation: Operation, client: Client) -> None:
    """Neither from a form with errors, whatever button was pressed, nor from an address that fills it in."""
    client.force_login(cast.ada())
    target, address = target_for(operation), reverse("do", args=[operation.name])
    fields = operation.form.base_fields
    hides = {name for name, field in fields.items() if isinstance(field.widget, PasswordInput) or is_secret(name)}
    assert hides - {"ssh_host_key", "tls_key_file", "ssh_key_file"} <= operation.form.secret
    keys = {f"{name}_file": SimpleUploadedFile("key.pem", KEY.encode()) for name in fields if f"{name}_file" in fields}
    canaries = {
        name: KEY if isinstance(field, PemField) else "canary-2718" if name in operation.form.secret else "~"
        for name, field in fields.items()
        if not isinstance(field, FileField)
    }
    sent = {"on": ref_of(target), "url": "tcp://127.0.0.1:1", "name": "fine"}
    for files, button in (({}, {"_sure": "1"}), (keys, {"_sure": "1"}), ({}, {"_try": "1"})):
        page = client.post(address, {**canaries, **files, **sent, **button}, headers={"HX-Request": "true"})
        assert "canary-2718" not in page.text
        if page.status_code == 422 and operation.form.secret:
            assert "enter it again" in page.text
    assert "canary-2718" not in client.get(address, {**sent, **canaries}, headers={"HX-Request": "true"}).text
    assert not any("canary-2718" in f"{event.inputs}" for event in AuditEvent.objects.all())


@each
def test_the_dialog_says_what_one_would_type_in_a_shell(operation: Operation, client: Client) -> None:
    client.force_login(cast.ada())
    target = target_for(operation)
    words = operation.command(target, {})
    if operation.needs_engine:
        assert words[0] == "docker", "whatever Docker is asked to do has a command"
        page = client.get(reverse("do", args=[operation.name]), {"on": ref_of(target)}).text
        assert f"<code>{escape(shlex.join(word for word in words if word))}" in page
    else:
        assert words == []


@each
def test_an_address_that_means_nothing_is_answered_in_words(operation: Operation, client: Client) -> None:
    client.force_login(cast.ada())
    address = reverse("do", args=[operation.name])
    for nonsense in (
        "",
        "x",
        "container:nowhere:abc",
        "host:nowhere:",
        "job::1",
        "person::x",
        "container:a:../../x",
        "\x00",
    ):
        response = client.post(address, {"on": nonsense, "_sure": "1"})
        assert 400 <= response.status_code < 500, nonsense
        assert "Traceback" not in response.text


def test_an_unknown_operation_is_refused(client: Client) -> None:
    client.force_login(cast.ada())
    response = client.post("/do/container.fly", {"on": "console::"})
    assert response.status_code == 404
    assert "There is no operation named container.fly" in response.text

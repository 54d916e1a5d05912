"""Pulling and removing images on a real engine, from real registries, as the worker does it."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from hosts.access import Target
from hosts.facts import Noun
from hosts.models import AuditEvent, Image, Job, JobState, Registry
from hosts.operations import run
from tests import rows
from tests.hosts.operations.conftest import Do
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.registry import Registry as RegistryServer

# Not in one transaction: a beating heart looks at the row from a thread of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test itself is the worker: nothing is sent anywhere."""
    monkeypatch.setattr("hosts.jobs.queue.dispatch", lambda job: True)


def pulled(do: Do, target: Target, reference: str) -> Job:
    result = do("image.pull", target, reference=reference)
    assert result.job is not None, result.message
    assert result.job.state == JobState.QUEUED
    run.run(str(result.job.pk))
    return Job.objects.get(pk=result.job.pk)


def ending(job: Job) -> str:
    assert job.audit is not None
    return str(AuditEvent.objects.get(pk=job.audit.pk).ending.outcome)


def test_pull_and_remove(do: Do, on: Callable[..., Target], engine: Engine, registry: RegistryServer) -> None:
    rows.allow(registry.address)
    reference = registry.publish(engine, "team/app:1", [1, 1])
    job = pulled(do, on(), reference)
    assert (job.state, ending(job)) == (JobState.SUCCEEDED, "succeeded"), job.message
    assert len(job.progress["layers"]) >= 2
    row = Image.objects.get(engine_id=engine.docker("inspect", "--format", "{{.Id}}", reference).strip())
    assert reference in row.tags
    assert do("image.remove", on(Noun.IMAGE, row.engine_id, reference)).ok
    assert reference not in engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}")


def test_an_image_in_use_stays(do: Do, on: Callable[..., Target], engine: Engine) -> None:
    image = engine.docker("inspect", "--format", "{{.Id}}", BASE_IMAGE).strip()
    assert do("image.remove", on(Noun.IMAGE, image, BASE_IMAGE)).outcome == "failed"


def test_a_name_that_is_not_there(do: Do, on: Callable[..., Target], registry: RegistryServer) -> None:
    rows.allow(registry.address)
    job = pulled(do, on(), f"{registry.address}/no/such:image")
    assert (job.state, ending(job)) == (JobState.FAILED, "failed")
    assert "There is no image" in job.message


def test_a_registry_that_nobody_reaches(do: Do, on: Callable[..., Target]) -> None:
    rows.allow("127.0.0.1:9")
    job = pulled(do, on(), "127.0.0.1:9/no/such:image")
    assert job.state == JobState.FAILED
    assert "does not reach the registry" in job.message


def test_a_login_is_needed_and_used(
    do: Do, on: Callable[..., Target], engine: Engine, auth_registry: RegistryServer
) -> None:
    rows.allow(auth_registry.address)
    reference = auth_registry.publish(engine, "team/secret:1", [1])
    denied = pulled(do, on(), reference)
    assert denied.state == JobState.FAILED
    assert "login" in denied.message
    assert auth_registry.htpasswd is not None
    name, password = auth_registry.htpasswd
    added = do(
        "registry.add", Target("console"), server=auth_registry.address, username=name, password=password, over="all"
    )
    assert added.ok, added.message
    assert password not in str(list(AuditEvent.objects.values())) + str(list(Registry.objects.values()))
    assert pulled(do, on(), reference).state == JobState.SUCCEEDED


def test_a_cancelled_pull_ends_within_5_seconds(
    do: Do, on: Callable[..., Target], engine: Engine, slow_registry: RegistryServer
) -> None:
    rows.allow(slow_registry.address)
    reference = slow_registry.publish(engine, "team/slow:1", [30])
    result = do("image.pull", on(), reference=reference)
    assert result.job is not None
    worker = threading.Thread(target=run.run, args=(str(result.job.pk),))
    worker.start()
    key = result.job.pk
    wait(lambda: Job.objects.get(pk=key).progress.get("current"))
    asked = time.monotonic()
    cancelled = do("job.cancel", Target("job", result.job.host, id=str(result.job.pk), name=result.job.title))
    assert cancelled.ok, cancelled.message
    worker.join(10)
    job = Job.objects.get(pk=result.job.pk)
    assert (job.state, ending(job)) == (JobState.CANCELLED, "cancelled")
    assert time.monotonic() - asked < 5
    assert reference not in engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}")


@pytest.mark.parametrize("name", ["team/UPPER", "a b", "../x", "nginx:ta g", "http://nginx", "x" * 300, ""])
def test_a_name_that_no_image_has(do: Do, on: Callable[..., Target], name: str) -> None:
    result = do("image.pull", on(), reference=name)
    assert result.job is None
    assert result.form is not None
    assert "reference" in result.form.errors


def wait(condition: Callable[[], Any], seconds: float = 15) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it never happened"
        time.sleep(0.1)

"""Pulls: progress layer by layer, a cancel that ends at once, and the registry's reason in plain words."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from hosts import nudges
from hosts.access import Capability
from hosts.engine import connect
from hosts.engine.errors import Cancelled, DiskFull, EngineError, NotFound, RegistryDenied, RegistryUnreachable
from hosts.engine.names import reference
from hosts.engine.parse import pulls as parse
from hosts.engine.pulls import why
from hosts.facts import Image, PullProgress
from hosts.models import Registry as RegistryRow
from tests.hosts.engine.ways import host, permit
from tests.testbed.engine import Engine
from tests.testbed.registry import Registry

LOGIN = {"username": "ada", "password": "let-me-in"}


@pytest.fixture
def opened(engine: Engine) -> Iterator[connect.Engine]:
    with connect.open_engine(permit(host(engine.url), Capability.IMAGE_PULL)) as found:
        yield found


def nothing(_step: PullProgress) -> None:
    """Progress that nobody looks at."""


def test_a_pull_tells_of_each_layer(opened: connect.Engine, engine: Engine, registry: Registry) -> None:
    name = registry.publish(engine, "pulls/app:1", [2, 1])
    engine.docker("rmi", "--force", name, check=False)
    steps: list[PullProgress] = []
    image_id = opened.images.pull(name, None, steps.append)
    image = opened.images.get(image_id).thing
    assert isinstance(image, Image)
    assert name in image.tags
    done = {step.layer for step in steps if step.status == "Pull complete"}
    assert len(done) == 2
    assert any(step.total and step.total > 1_000_000 for step in steps if step.layer in done)
    assert all(step.layer == "" for step in steps if step.status.startswith(("Pulling from", "Status", "Digest")))
    assert opened.images.pull(name, None, steps.append) == image_id
    assert "up to date" in steps[-1].status


@pytest.mark.django_db(transaction=True)
def test_whoever_hears_of_progress_may_write_to_the_database(
    opened: connect.Engine, engine: Engine, registry: Registry
) -> None:
    name = registry.publish(engine, "pulls/written:1", [1])
    engine.docker("rmi", "--force", name, check=False)
    threads = set()

    def write(step: PullProgress) -> None:
        threads.add(threading.current_thread())
        RegistryRow.objects.update_or_create(server="last", defaults={"username": step.status[:50]})
        nudges.send("jobs", "progress")

    assert opened.images.pull(name, None, write)
    assert threads == {threading.current_thread()}
    assert RegistryRow.objects.get().username.startswith("Status")
    assert not any(thread.name.startswith("pull-") for thread in threading.enumerate())


def test_a_pull_by_digest(opened: connect.Engine, engine: Engine, registry: Registry) -> None:
    name = registry.publish(engine, "pulls/digest:1", [1])
    image_id = opened.images.pull(name, None, nothing)
    digest = opened.images.get(image_id).thing.digests[0]  # type: ignore[union-attr]
    assert opened.images.pull(digest, None, nothing) == image_id


def test_a_login(opened: connect.Engine, engine: Engine, auth_registry: Registry) -> None:
    name = auth_registry.publish(engine, "pulls/secret:1", [1])
    engine.docker("rmi", "--force", name, check=False)
    for login in (None, {**LOGIN, "password": "wrong"}):
        with pytest.raises(RegistryDenied) as error:
            opened.images.pull(name, login, nothing)
        assert reference(name).server in error.value.sentence
        assert "wrong" not in error.value.sentence
    assert opened.images.pull(name, LOGIN, nothing)
    # What one pull was let in with is not kept for the next.
    engine.docker("rmi", "--force", name)
    with pytest.raises(RegistryDenied):
        opened.images.pull(name, None, nothing)


def test_a_wrong_name_or_tag(opened: connect.Engine, engine: Engine, registry: Registry) -> None:
    name = registry.publish(engine, "pulls/app:1", [1])
    for wrong in (name.replace("app", "nothing"), name.replace(":1", ":2")):
        with pytest.raises(NotFound, match="There is no image"):
            opened.images.pull(wrong, None, nothing)


def test_an_unreachable_registry(opened: connect.Engine) -> None:
    with pytest.raises(RegistryUnreachable, match="does not reach the registry"):
        opened.images.pull("127.0.0.1:1/team/app", None, nothing)


def test_a_cancel_ends_at_once(opened: connect.Engine, engine: Engine, slow_registry: Registry) -> None:
    name = slow_registry.publish(engine, "pulls/large:1", [20])
    engine.docker("rmi", "--force", name, check=False)
    began: list[float] = []

    def cancels(closer: Callable[[], None] | None) -> None:
        def call_off() -> None:
            if closer:
                began.append(time.monotonic())
                closer()

        if closer:
            threading.Timer(1.5, call_off).start()

    steps: list[PullProgress] = []
    with pytest.raises(Cancelled):
        opened.images.pull(name, None, steps.append, cancels)
    assert time.monotonic() - began[0] < 1
    assert any(step.status == "Downloading" for step in steps)
    assert not any(name in image.tags for image in opened.images.list())


def test_whoever_looks_at_the_progress_may_stop_it(opened: connect.Engine, engine: Engine, registry: Registry) -> None:
    name = registry.publish(engine, "pulls/stopped:1", [1])
    engine.docker("rmi", "--force", name, check=False)

    def stop(_step: PullProgress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        opened.images.pull(name, None, stop)


def test_an_engine_that_dies_in_a_pull(spare_engine: Engine, slow_registry: Registry, engine: Engine) -> None:
    name = slow_registry.publish(engine, "pulls/large:1", [20])
    with connect.open_engine(permit(host(spare_engine.url), Capability.IMAGE_PULL)) as found:
        threading.Timer(1.5, spare_engine.kill).start()
        with pytest.raises(EngineError) as error:
            found.images.pull(name, None, nothing)
    assert error.value.outcome_unknown
    spare_engine.start()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("pull access denied for x, repository does not exist or may require 'docker login'", RegistryDenied),
        ("toomanyrequests: You have reached your pull rate limit.", RegistryDenied),
        ("write /var/lib/docker/tmp/x: no space left on device", DiskFull),
        ("Get https://x/v2/: x509: certificate signed by unknown authority", RegistryUnreachable),
        ("Get https://x/v2/: http: server gave HTTP response to HTTPS client", RegistryUnreachable),
        ("Get https://x/v2/: net/http: request canceled (Client.Timeout exceeded)", RegistryUnreachable),
        ("no matching manifest for linux/amd64 in the manifest list entries", NotFound),
        ("manifest unknown: manifest unknown", NotFound),
        ("unauthorized: incorrect username or password", RegistryDenied),
        ("Head https://x/v2/: client sent an HTTP request to an HTTPS server", RegistryUnreachable),
    ],
)
def test_reasons(said: str, kind: type[EngineError]) -> None:
    error = why(said, reference("registry.example.com/team/app"))
    assert type(error) is kind
    assert said not in f"{error.advice} {error.detail}"


@pytest.mark.parametrize(
    "said",
    [
        "error parsing HTTP 404 response body: invalid character 'I': \"INTERNAL canary-42\"",
        "received unexpected HTTP status: 500 canary-42",
        "unknown: canary-42",
        "denied: canary-42",
        "manifest unknown: canary-42",
        "toomanyrequests: canary-42",
        "canary-42",
    ],
)
def test_what_a_registry_says_is_not_repeated(said: str) -> None:
    error = why(said, reference("registry.example.com/team/app"))
    assert "canary-42" not in f"{error.advice} {error.detail} {error}"
    assert parse.progress({"status": said, "progressDetail": {}}).status == ""
    assert parse.progress({"status": said, "id": "0123456789ab"}).status == ""


@pytest.mark.parametrize(
    "said",
    [
        "Pulling from library/nginx", "Pulling fs layer", "Waiting", "Downloading", "Verifying Checksum", "Extracting",
        "Download complete", "Pull complete", "Already exists", "Retrying in 5 seconds", f"Digest: sha256:{'a' * 64}",
        "Status: Downloaded newer image for 127.0.0.1:5000/team/app:1", "Status: Image is up to date for nginx:latest",
    ],
)  # fmt: skip
def test_what_docker_says_of_a_pull_is_shown(said: str) -> None:
    assert parse.progress({"status": said}).status == said

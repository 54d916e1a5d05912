"""What an engine tells of secrets, on every page, file and record of the console: none of it, for nobody who looks.

The pages are those of tests/policy.json, so that a new one is tried too.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from dashboard.targets import ref
from hosts.access import Actor, Capability, Grant, Target, grant
from hosts.engine.connect import open_engine
from hosts.engine.errors import EngineError
from hosts.facts import Noun
from hosts.inventory.write import refresh
from hosts.lines.redaction import MASK
from hosts.models import AuditEvent, Container, Host, Job, RedactionRule, Row
from hosts.operations.recording import record_reading
from tests import cast, rows
from tests.answers import content_of
from tests.hosts.lines.canaries import CANARIES, OWN_PATTERN, SECRETS, leaks
from tests.policy import POLICY
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

SCRIPT = "; ".join([f"printf '%s\\n' \"$C_{name.upper()}\"" for name in CANARIES])
HX = {"HX-Request": "true", "HX-Target": "dialog-body"}


@pytest.fixture
def harbour(db: None, engine: Engine, settings: Settings, tmp_path: Path) -> Host:
    settings.DATA_DIR = tmp_path
    RedactionRule.objects.create(name="Customers", pattern=OWN_PATTERN)
    return rows.host("harbour", url=engine.url)


@pytest.fixture
def told(harbour: Host, engine: Engine, run_container: Callable[..., str]) -> Iterator[dict[str, Row]]:
    """A container, its image, a network and a volume that carry every canary wherever one can be written."""
    environment = [f"--env=C_{name.upper()}={canary.text}" for name, canary in CANARIES.items()]
    labels = [f"--label=note.{name}={canary.text}" for name, canary in CANARIES.items()]
    health = "; ".join(f'printf "%s\\n" "$C_{name.upper()}"' for name in CANARIES)
    spelled = [canary.text for canary in CANARIES.values()]
    made = run_container(
        "--name=canary", *environment, *labels, f"--health-cmd={health}; exit 1", "--health-interval=1s",
        BASE_IMAGE, "sh", "-c", f"{SCRIPT}; sleep 600", *spelled, *CANARIES["mysql"].text.split(),
    )  # fmt: skip
    engine.docker("network", "create", "--driver=bridge", *labels, "canary-net", check=False)
    engine.docker("volume", "create", *labels, "canary-data")
    changes = [
        f"--change=LABEL note.{n}={c.text!r}"
        for n, c in CANARIES.items()
        if "'" not in c.text and "\n" not in c.text and '"' not in c.text
    ]
    image = engine.docker("commit", *changes, made, "canary:1").strip().splitlines()[-1]
    answer = grant(Actor.shell(), Capability.HOST_VIEW, Target("host", harbour))
    assert isinstance(answer, Grant)
    found = {}
    with open_engine(answer) as opened:
        for noun, name in (("container", made), ("image", image), ("network", "canary-net"), ("volume", "canary-data")):
            if row := refresh(opened, Noun(noun), name):
                found[noun] = row
    yield found
    engine.docker("network", "rm", "canary-net", check=False)
    engine.docker("volume", "rm", "--force", "canary-data", check=False)
    engine.docker("rmi", "canary:1", check=False)


@pytest.fixture
def records(harbour: Host, told: dict[str, Row]) -> dict[str, Any]:
    """A job and a record that have met every canary: in what was asked, in what the engine said."""
    error = EngineError("; ".join(canary.text for canary in CANARIES.values()))
    target = Target("container", harbour, told["container"].engine_id, "canary")
    asked = {f"filter.{name}": canary.text for name, canary in CANARIES.items()}
    record_reading(Actor.shell(), Capability.CONTAINER_LOGS, target, asked)
    job = Job.objects.create(
        operation="image.pull", title="Pull", actor={}, host=harbour, noun="host", state="failed", message=error.advice
    )
    Host.objects.filter(pk=harbour.pk).update(state_reason=error.sentence)
    return {"job": job.pk, "event": AuditEvent.objects.latest("pk").pk}


def body(answer: Any) -> str:
    return content_of(answer).decode("utf-8", "replace")


@pytest.mark.django_db(transaction=True)
def test_no_page_tells_a_secret(harbour: Host, told: dict[str, Row], records: dict[str, Any], client: Client) -> None:
    client.force_login(cast.ada())
    words: dict[str, Any] = {noun: row.engine_id.removeprefix("sha256:") for noun, row in told.items()}
    words = {"network": "none", **words, **records, "host": "harbour", "project": "shop"}
    seen = 0
    for page in POLICY["pages"]:
        if "unmasked" in page:
            continue
        answer = client.get(page.format(**words))
        text = body(answer)
        assert leaks(text) == [], page
        seen += MASK in text
    for part in ("mounts", "networks", "health", "labels", "inspect"):
        page = f"/hosts/harbour/containers/{told['container'].engine_id}/{part}/"
        assert leaks(body(client.get(page))) == [], page
    assert seen >= 8, "pages that show what is masked"


@pytest.mark.django_db(transaction=True)
def test_no_search_answers_questions_about_a_secret(harbour: Host, told: dict[str, Row], client: Client) -> None:
    client.force_login(cast.ada())
    assert told["container"].haystack.count(MASK) >= len(CANARIES)
    for secret in SECRETS:
        for row in told.values():
            assert secret.lower() not in f"{row.haystack}{row.facts}{row.labels}{row.project}".lower()
        word = secret.split()[0].strip(",")
        listed = client.get("/containers/", {"q": word, "fragment": "1"}).content.decode()
        assert told["container"].engine_id[:12] not in listed, secret
        assert told["container"].engine_id[:12] not in client.get("/search/", {"q": word, "fragment": "1"}).text
    by_label = {"label": f"note.own={CANARIES['own'].text}"}
    assert told["container"].engine_id[:12] not in client.get("/containers/", by_label).text


@pytest.mark.django_db(transaction=True)
def test_who_may_reveal_sees_the_values_once_and_that_is_recorded(told: dict[str, Row], client: Client) -> None:
    on = {"on": ref("container", "harbour", told["container"].engine_id)}
    client.force_login(cast.otto())
    asked = client.get("/do/container.env", on, headers=HX)
    assert leaks(asked.text) == []
    answer = client.post("/do/container.env", {**on, "_sure": "1"}, headers=HX)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert set(leaks(answer.text)) >= {"stripe", "own", "slash", "creds", "json"}
    event = AuditEvent.objects.get(action="container.env")
    assert (event.actor_name, event.object_name, event.inputs, event.ending.outcome) == (
        "otto",
        "canary",
        {},
        "succeeded",
    )
    assert leaks(event.ending.message) == []
    row = Container.objects.get(engine_id=told["container"].engine_id)
    assert leaks(f"{row.facts}{row.haystack}") == []
    client.force_login(cast.vera())
    assert client.get("/do/container.env", on, headers=HX).status_code == 403
    refused = client.post("/do/container.env", {**on, "_sure": "1"}, headers=HX)
    assert (refused.status_code, leaks(refused.text)) == (403, [])
    refusals = AuditEvent.objects.filter(action="container.env", ending__outcome="refused")
    assert refusals.count() == 2, "to look at the form, and to reveal"


@pytest.mark.django_db(transaction=True)
def test_nothing_else_asks_for_the_environment(harbour: Host, told: dict[str, Row]) -> None:
    """The engine gives it for the grant that is for just that."""
    target = Target("container", harbour, told["container"].engine_id)
    answer = grant(Actor.shell(), Capability.CONTAINER_OPERATE, target)
    assert isinstance(answer, Grant)
    with open_engine(answer) as opened, pytest.raises(TypeError):
        opened.containers.environment(told["container"].engine_id)

"""Each button of a network, pressed on a real engine."""

import json
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from hosts.access import Target
from hosts.facts import Noun
from hosts.models import Container, Host, Network
from tests import rows
from tests.hosts.operations.conftest import Do
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE


@pytest.fixture
def name(engine: Engine) -> Iterator[str]:
    name = f"net-{uuid4().hex[:8]}"
    yield name
    engine.docker("network", "rm", name, check=False)


def inspected(engine: Engine, name: str) -> dict[str, object]:
    return dict(json.loads(engine.docker("network", "inspect", name))[0])


def test_create_and_remove(do: Do, on: Callable[..., Target], engine: Engine, name: str) -> None:
    data = {
        "name": name,
        "driver": "bridge",
        "subnet": "10.77.1.0/24",
        "gateway": "10.77.1.1",
        "labels": "team=red\nplain",
    }
    made = do("network.create", on(), **data)
    assert made.ok, made.message
    found = inspected(engine, name)
    assert found["Driver"] == "bridge"
    assert found["Labels"] == {"team": "red", "plain": ""}
    assert "10.77.1.0/24" in json.dumps(found["IPAM"])
    row = Network.objects.get(name=name)
    assert row.subnets == "10.77.1.0/24"
    assert do("network.remove", on(Noun.NETWORK, row.engine_id, name)).ok
    assert name not in engine.docker("network", "ls", "--format", "{{.Name}}")
    assert Network.objects.get(name=name).gone_at is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [("subnet", "10.5.0.1/24"), ("subnet", "cheese"), ("gateway", "10.9.9.9"), ("name", "a b"), ("labels", "=x")],
)
def test_bad_input_is_said_at_its_field(do: Do, on: Callable[..., Target], field: str, value: str) -> None:
    data = {"name": "n", "driver": "bridge", "subnet": "10.5.0.0/24", field: value}
    result = do("network.create", on(), **data)
    assert result.outcome is None
    assert result.form is not None
    assert list(result.form.errors) == [field]


def test_connect_and_disconnect(
    do: Do, on: Callable[..., Target], harbour: Host, engine: Engine, name: str, run_container: Callable[..., str]
) -> None:
    do("network.create", on(), name=name, driver="bridge", subnet="10.77.2.0/24")
    network = on(Noun.NETWORK, Network.objects.get(name=name).engine_id, name)
    container = run_container("--network=none", BASE_IMAGE, "sleep", "600")
    engine.docker("network", "disconnect", "none", container)
    rows.container(harbour, "joiner", engine_id=container)
    result = do("network.connect", network, container=container, aliases="db cache")
    assert result.ok, result.message
    assert name in engine.docker("inspect", "--format", "{{json .NetworkSettings.Networks}}", container)
    assert Container.objects.get(engine_id=container).links.get().name == name
    gone = do("network.disconnect", network, container=container)
    assert gone.ok, gone.message
    assert name not in engine.docker("inspect", "--format", "{{json .NetworkSettings.Networks}}", container)


def test_a_disconnection_is_taken_back_with_its_names_and_its_address(
    do: Do, on: Callable[..., Target], harbour: Host, engine: Engine, name: str, run_container: Callable[..., str]
) -> None:
    do("network.create", on(), name=name, driver="bridge", subnet="10.77.3.0/24")
    network = on(Noun.NETWORK, Network.objects.get(name=name).engine_id, name)
    given = (f"--network={name}", "--network-alias=db", "--network-alias=cache", "--ip=10.77.3.40")
    container = run_container(*given, BASE_IMAGE, "sleep", "600")
    rows.connect(Network.objects.get(name=name), rows.container(harbour, "joiner", engine_id=container))
    gone = do("network.disconnect", network, container=container)
    assert gone.ok, gone.message
    assert gone.back == ("network.connect", {"container": container, "aliases": "db cache", "address": "10.77.3.40"})
    assert do(gone.back[0], network, **gone.back[1]).ok
    place = engine.inspect(container)["NetworkSettings"]["Networks"][name]
    assert place["IPAddress"] == "10.77.3.40"
    assert {"db", "cache"} <= set(place["Aliases"])
    left = do("network.disconnect", network, container="0" * 64)
    assert left.back is None, "nothing was done"


def test_dockers_own_networks_stay(do: Do, on: Callable[..., Target], engine: Engine) -> None:
    result = do("network.remove", on(Noun.NETWORK, str(inspected(engine, "host")["Id"]), "host"))
    assert result.outcome == "failed"

"""What the console reads from a real engine and does to it: containers, images, networks and volumes."""

from collections.abc import Callable, Iterator

import pytest

from hosts.access import Capability
from hosts.engine import connect
from hosts.engine.errors import Conflict, EngineError, Invalid, NotFound
from hosts.facts import Container, Image, Network, Volume
from hosts.lines.redaction import MASK
from tests.hosts.engine.ways import host, permit
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

Run = Callable[..., str]


@pytest.fixture
def opened(engine: Engine) -> Iterator[connect.Engine]:
    with connect.open_engine(permit(host(engine.url), Capability.CONTAINER_OPERATE)) as found:
        yield found


def container(opened: connect.Engine, identifier: str) -> Container:
    thing = opened.containers.get(identifier).thing
    assert isinstance(thing, Container)
    return thing


def test_a_list_and_an_inspect_agree(opened: connect.Engine) -> None:
    listed = {each.name: each for each in opened.containers.list()}
    assert {"ticker", "web", "failed"} <= set(listed)
    for name in ("ticker", "failed"):
        whole = container(opened, listed[name].id)
        assert (whole.id, whole.name, whole.state) == (listed[name].id, name, listed[name].state)
        assert (whole.image_id, whole.labels, whole.exit_code) == (
            listed[name].image_id,
            listed[name].labels,
            listed[name].exit_code,
        )
    assert container(opened, "failed").exit_code == 3
    assert container(opened, "ticker").project == "shop"
    assert container(opened, "ticker").started is not None


def test_the_life_of_a_container(opened: connect.Engine, run_container: Run) -> None:
    made = run_container(BASE_IMAGE, "sleep", "1000")
    commands = opened.containers

    def state() -> str:
        return container(opened, made).state

    commands.pause(made)
    assert state() == "paused"
    commands.unpause(made)
    assert state() == "running"
    commands.stop(made, timeout=0)
    assert state() == "exited"
    commands.stop(made, timeout=0)  # stopped already, which is what was wanted
    commands.start(made)
    commands.start(made)
    assert state() == "running"
    commands.restart(made, timeout=0)
    assert state() == "running"
    commands.kill(made, "SIGKILL")
    assert container(opened, made).exit_code == 137
    commands.rename(made, "other-name")
    assert container(opened, made).name == "other-name"
    with pytest.raises(Conflict):
        commands.rename(made, "ticker")
    commands.start(made)
    with pytest.raises(Conflict):
        commands.remove(made)
    commands.remove(made, force=True, volumes=True)
    with pytest.raises(NotFound):
        commands.get(made)
    with pytest.raises(NotFound):
        commands.start(made)


def test_secrets_in_an_inspect_are_hidden(opened: connect.Engine, run_container: Run) -> None:
    secret = [
        "--env=DB_PASSWORD=hush-hush",
        "--label=api.token=hush-hush",
        "--env=URL=redis://:x@y",
        "--env=PLAIN=not-seen-either",
        "--env=TZ=Europe/Madrid",
    ]
    made = run_container(*secret, BASE_IMAGE, "sh", "-c", "sleep 1000", "--password", "hush-hush")
    details = opened.containers.get(made)
    assert "hush-hush" not in repr(details)
    assert f"DB_PASSWORD={MASK}" in details.raw["Config"]["Env"]
    assert f"PLAIN={MASK}" in details.raw["Config"]["Env"]
    assert "TZ=Europe/Madrid" in details.raw["Config"]["Env"]


@pytest.mark.parametrize("signal", ["KILL/../../x", "", "9 9"])
def test_a_signal_is_checked(opened: connect.Engine, signal: str) -> None:
    with pytest.raises(Invalid):
        opened.containers.kill("ticker", signal)


def test_images(opened: connect.Engine, engine: Engine) -> None:
    engine.docker("tag", BASE_IMAGE, "shop/extra:1")
    found = next(image for image in opened.images.list() if BASE_IMAGE in image.tags)
    assert set(found.tags) >= {BASE_IMAGE, "shop/extra:1"}
    whole = opened.images.get("shop/extra:1").thing
    assert isinstance(whole, Image)
    assert (whole.id, whole.os) == (found.id, "linux")
    assert whole.architecture
    layers = opened.images.history(found.id)
    assert sum(layer.size for layer in layers) == found.size
    opened.images.remove("shop/extra:1")
    assert BASE_IMAGE in opened.images.get(found.id).thing.tags  # type: ignore[union-attr]
    with pytest.raises(NotFound):
        opened.images.get("shop/extra:1")
    with pytest.raises(Conflict, match="being used"):
        opened.images.remove(found.id)


def test_networks(opened: connect.Engine, run_container: Run) -> None:
    networks = opened.networks
    made = networks.create(
        "shop-net", subnet="10.233.7.0/24", gateway="10.233.7.1", internal=True, labels={"team": "shop"}
    )
    try:
        thing = networks.get(made).thing
        assert isinstance(thing, Network)
        assert (thing.name, thing.subnets, thing.internal, thing.labels) == (
            "shop-net",
            ("10.233.7.0/24",),
            True,
            {"team": "shop"},
        )
        assert made in {each.id for each in networks.list()}
        with pytest.raises(Conflict):
            networks.create("shop-net")
        joined = run_container(BASE_IMAGE, "sleep", "1000")
        networks.connect(made, joined, aliases=["db"], ipv4="10.233.7.9")
        place = next(each for each in container(opened, joined).networks if each.network == "shop-net")
        assert (place.address, place.network_id) == ("10.233.7.9", made)
        assert "db" in place.aliases
        with pytest.raises(Conflict, match="active endpoints"):
            networks.remove(made)
        networks.disconnect(made, joined, force=True)
    finally:
        networks.remove(made)
    with pytest.raises(NotFound):
        networks.get(made)
    assert next(each for each in networks.list() if each.name == "host").predefined


def test_a_network_that_the_engine_does_not_accept(opened: connect.Engine) -> None:
    with pytest.raises(EngineError) as error:
        opened.networks.create("odd", driver="nonsense")
    assert "nonsense" in error.value.sentence


def test_volumes(opened: connect.Engine, run_container: Run) -> None:
    volumes = opened.volumes
    assert volumes.create("shop-data", labels={"team": "shop"}) == "shop-data"
    thing = volumes.get("shop-data").thing
    assert isinstance(thing, Volume)
    assert (thing.driver, thing.labels) == ("local", {"team": "shop"})
    assert "shop-data" in {each.name for each in volumes.list()}
    user = run_container("--volume=shop-data:/data", BASE_IMAGE, "sleep", "1000")
    assert container(opened, user).mounts[0].source == "shop-data"
    with pytest.raises(Conflict):
        volumes.remove("shop-data")
    opened.containers.remove(user, force=True)
    volumes.remove("shop-data")
    with pytest.raises(NotFound):
        volumes.get("shop-data")


def test_what_takes_the_space(opened: connect.Engine) -> None:
    rows = {row.kind: row for row in opened.usage()}
    assert set(rows) == {"image", "container", "volume", "build-cache"}
    assert rows["image"].active >= 1
    assert rows["container"].total >= 3
    assert rows["image"].size >= rows["image"].reclaimable >= 0

"""Each button of a volume, pressed on a real engine."""

from collections.abc import Callable
from uuid import uuid4

from hosts.access import Target
from hosts.facts import Noun
from hosts.models import Volume
from tests.hosts.operations.conftest import Do
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE


def test_create_and_remove(do: Do, on: Callable[..., Target], engine: Engine) -> None:
    name = f"vol-{uuid4().hex[:8]}"
    assert do("volume.create", on(), name=name, driver="local", labels="team=red").ok
    assert "red" in engine.docker("volume", "inspect", "--format", "{{.Labels.team}}", name)
    assert Volume.objects.get(name=name).gone_at is None
    assert do("volume.remove", on(Noun.VOLUME, name)).ok
    assert name not in engine.docker("volume", "ls", "--quiet")
    assert Volume.objects.get(name=name).gone_at is not None


def test_a_volume_in_use_stays_and_says_so(
    do: Do, on: Callable[..., Target], engine: Engine, run_container: Callable[..., str]
) -> None:
    name = f"vol-{uuid4().hex[:8]}"
    run_container(f"--volume={name}:/data", BASE_IMAGE, "sleep", "600")
    result = do("volume.remove", on(Noun.VOLUME, name))
    assert result.outcome == "failed"
    assert "in use" in result.message
    assert name in engine.docker("volume", "ls", "--quiet")


def test_a_driver_that_is_not_there(do: Do, on: Callable[..., Target]) -> None:
    result = do("volume.create", on(), name="x-vol", driver="cheese")
    assert result.outcome == "failed"
    assert "cheese" in result.message

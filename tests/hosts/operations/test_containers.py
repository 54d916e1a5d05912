"""Each button of a container, pressed on a real engine."""

from collections.abc import Callable

import pytest

from hosts.access import Target
from hosts.facts import Noun
from hosts.models import Container
from tests.hosts.operations.conftest import Do
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

SLEEP = (BASE_IMAGE, "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done")


@pytest.fixture
def container(on: Callable[..., Target], run_container: Callable[..., str]) -> Target:
    return on(Noun.CONTAINER, run_container(*SLEEP))


def state(engine: Engine, target: Target) -> str:
    return engine.docker("inspect", "--format", "{{.State.Status}}", target.id).strip()


def row(target: Target) -> Container:
    return Container.objects.get(engine_id=target.id)


def test_stop_and_start(do: Do, engine: Engine, container: Target) -> None:
    stopped = do("container.stop", container, timeout=5)
    assert stopped.ok, stopped.message
    assert state(engine, container) == row(container).state == "exited"
    assert do("container.start", container).ok
    assert state(engine, container) == row(container).state == "running"


def test_restart(do: Do, engine: Engine, container: Target) -> None:
    before = engine.docker("inspect", "--format", "{{.State.StartedAt}}", container.id)
    assert do("container.restart", container).ok
    assert engine.docker("inspect", "--format", "{{.State.StartedAt}}", container.id) != before


def test_pause_and_unpause(do: Do, engine: Engine, container: Target) -> None:
    assert do("container.pause", container).ok
    assert state(engine, container) == row(container).state == "paused"
    assert do("container.unpause", container).ok
    assert state(engine, container) == "running"


def test_kill(do: Do, engine: Engine, container: Target) -> None:
    assert do("container.kill", container, signal="KILL").ok
    assert state(engine, container) == "exited"
    assert row(container).exit_code in (137, None)


def test_rename(do: Do, engine: Engine, container: Target) -> None:
    assert do("container.rename", container, new_name="renamed-one").ok
    assert engine.docker("inspect", "--format", "{{.Name}}", container.id).strip() == "/renamed-one"
    assert row(container).name == "renamed-one"


def test_rename_to_a_name_that_is_taken(do: Do, container: Target) -> None:
    result = do("container.rename", container, new_name="ticker")
    assert result.outcome == "failed"
    assert "ticker" in result.message


def test_remove(do: Do, engine: Engine, container: Target) -> None:
    refused = do("container.remove", container)
    assert refused.outcome == "failed", "the engine removes no running container without force"
    assert do("container.remove", container, force="on").ok
    assert container.id[:12] not in engine.docker("ps", "--all", "--quiet")
    assert row(container).gone_at is not None


def test_what_is_not_possible_any_more_is_said(do: Do, container: Target) -> None:
    assert do("container.stop", container, timeout=5).ok
    again = do("container.stop", container)
    assert again.outcome == "failed"
    assert "no longer possible" in again.message


def test_a_container_that_is_gone(do: Do, on: Callable[..., Target]) -> None:
    result = do("container.stop", on(Noun.CONTAINER, "0" * 64, "ghost"))
    assert result.outcome == "failed"


@pytest.mark.parametrize("hostile", ["../images/json", "x/../../version", "a%2Fb", "", "a b", "x?force=1"])
def test_an_id_that_is_a_path_never_reaches_the_engine(do: Do, on: Callable[..., Target], hostile: str) -> None:
    result = do("container.stop", on(Noun.CONTAINER, hostile, "hostile"))
    assert result.outcome == "failed"
    assert "no id" in result.message

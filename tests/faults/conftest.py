"""One console for the faults that leave it whole, and one calm engine; who breaks more starts a console of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.scene import Scene
from tests.testbed.engine import Engine
from tests.testbed.needs import started
from tests.testbed.visitor import Visitor


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def scene(workspace: Path) -> Iterator[Scene]:
    yield from started(Scene(workspace / "scene"))


@pytest.fixture(scope="session")
def calm(scene: Scene, engine: Engine) -> str:
    """The name of a host that nothing happens to."""
    return scene.add("calm", engine.url)


@pytest.fixture
def ada(scene: Scene) -> Visitor:
    return scene.visit()


@pytest.fixture
def own_scene(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Scene]]:
    """`own_scene(**environment)`: a console of the test's own."""
    begun: list[Scene] = []

    def begin(**options: str) -> Scene:
        begun.append(Scene(workspace / f"scene-{len(begun)}", **options))
        begun[-1].start()
        return begun[-1]

    yield begin
    for each in begun:
        each.stop()


@pytest.fixture
def stormy(scene: Scene, spare_engine: Engine) -> Iterator[str]:
    """The name of a host whose engine, `spare_engine`, is this test's to break."""
    name = spare_engine.name
    yield scene.add(name, spare_engine.url)
    scene.manage("hosts", "remove", name)

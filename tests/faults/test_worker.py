"""What a killed worker leaves: jobs that say *interrupted*, records that say *unknown*, and nothing done twice."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.scene import Scene
from tests.testbed.engine import Engine
from tests.testbed.process import wait_until
from tests.testbed.registry import Registry
from tests.testbed.visitor import Visitor

SEND_AGAIN = "from celery import current_app; current_app.send_task('hosts.tasks.run_job', ['{0}'])"
SHARE = 2  # of one person's jobs run at once
SIZES = (1, 2, 4, 8)  # MB; side by side on one slow line they are killed at points of their own


@pytest.fixture
def slow(slow_registry: Registry) -> Registry:
    assert slow_registry.wire is not None
    slow_registry.wire.bytes_per_second = 300_000
    return slow_registry


def at_full_speed(registry: Registry) -> None:
    assert registry.wire is not None
    registry.wire.bytes_per_second = 100_000_000


def is_downloading(scene: Scene, path: str) -> bool:
    return scene.job(path) == "running" and '"current"' in scene.job(path, "progress")


def pulls_of(engine: Engine, image: str, since: float) -> int:
    """How often the engine says that it has pulled the image."""
    words = ["--filter=type=image", "--filter=event=pull", f"--filter=image={image}", "--format={{.ID}}"]
    said = engine.docker("events", f"--since={since:.0f}", f"--until={time.time() + 1:.0f}", *words)
    return len(said.splitlines())


def test_killed_in_the_middle_of_pulls(scene: Scene, ada: Visitor, calm: str, engine: Engine, slow: Registry) -> None:
    """Rule 23: interrupted within 30 s, the record ends as unknown, and trying again works."""
    began = time.time()
    ada.allow(slow.address)
    images = [slow.publish(engine, f"killed/size-{size}:1", [size]) for size in SIZES]
    paths = [ada.begin("image.pull", f"host:{calm}:", reference=image) for image in images]
    wait_until(lambda: sum(is_downloading(scene, path) for path in paths) == SHARE, 60, what="pulls under way")
    waiting = ada.begin("image.pull", f"host:{calm}:", reference=slow.publish(engine, "killed/waiting:1", [1]))
    assert scene.job(waiting) == "queued", "of one person's jobs only so many run at once"
    running = [path for path in paths if scene.job(path) == "running"]
    worker = scene.pid("worker")
    scene.kill("worker")
    for path in running:
        scene.job_is(path, "interrupted", within=30)
        assert scene.outcomes(path) == ["unknown"]
        assert "try it again" in ada.get(path).text
    wait_until(lambda: scene.pid("worker") not in (0, worker), 30, what="a new worker")

    at_full_speed(slow)
    again = [ada.begin_again(path) for path in running]
    # What waited goes on by itself: the killed worker may have had a message in hand, the sweep then sends another.
    for path in (*again, *(path for path in (*paths, waiting) if path not in running)):
        scene.job_is(path, "succeeded", within=120)
        assert scene.outcomes(path) == ["succeeded"]
    for path in running:
        assert (scene.job(path), scene.outcomes(path)) == ("interrupted", ["unknown"])
    for image in images:
        assert pulls_of(engine, image, began) == 1


def test_a_second_delivery_does_nothing(scene: Scene, ada: Visitor, calm: str, engine: Engine, slow: Registry) -> None:
    """Rule 23: while it runs, and after it has ended."""
    began = time.time()
    ada.allow(slow.address)
    image = slow.publish(engine, "twice/app:1", [8])
    path = ada.begin("image.pull", f"host:{calm}:", reference=image)
    wait_until(lambda: is_downloading(scene, path), 60, what="a pull under way")
    run = scene.job(path, "lease || started_at")
    key = Path(path).name
    scene.manage("shell", "--verbosity=0", "--command", ";".join([SEND_AGAIN.format(key)] * 3))
    time.sleep(2)
    assert (scene.job(path), scene.job(path, "lease || started_at")) == ("running", run)
    at_full_speed(slow)
    scene.job_is(path, "succeeded", within=60)
    ended = scene.job(path, "lease || started_at || ended_at")
    scene.manage("shell", "--verbosity=0", "--command", SEND_AGAIN.format(key))
    time.sleep(2)
    assert scene.job(path, "lease || started_at || ended_at") == ended
    assert scene.outcomes(path) == ["succeeded"]
    assert pulls_of(engine, image, began) == 1


def test_stopped_in_good_order_in_the_middle_of_a_pull(
    own_scene: Callable[..., Scene], engine: Engine, slow: Registry
) -> None:
    """Rule 29: SIGTERM to everything: nothing half-done is called done, not even after the next start."""
    scene = own_scene()
    scene.add("calm", engine.url)
    ada = scene.visit()
    ada.allow(slow.address)
    path = ada.begin("image.pull", "host:calm:", reference=slow.publish(engine, "stopped/app:1", [8]))
    wait_until(lambda: is_downloading(scene, path), 60, what="a pull under way")
    scene.stop()
    assert scene.job(path) != "succeeded"
    assert "succeeded" not in scene.outcomes(path)
    super(Scene, scene).start()
    wait_until(lambda: scene.outcomes(path), 60, what="the record's end")
    assert (scene.job(path), scene.outcomes(path)) == ("interrupted", ["unknown"])
    assert engine.docker("image", "ls", "--quiet", f"{slow.address}/stopped/app:1") == ""

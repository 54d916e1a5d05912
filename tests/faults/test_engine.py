"""An engine that hangs, dies or comes back: its host says so and since when, and nothing else is felt of it."""

import os
import signal
import statistics
import time
from collections.abc import Iterator
from threading import Thread

import pytest

from tests.faults.scene import Scene
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.process import wait_until
from tests.testbed.visitor import Visitor


def pages(*hosts: str) -> list[str]:
    lists = [f"/{noun}s/" for noun in ("container", "image", "network", "volume")]
    return ["/", "/hosts/", *lists, *(f"/hosts/{host}{path}" for host in hosts for path in ("/", *lists))]


def shown(scene: Scene, host: str) -> set[str]:
    """The full ids of the containers that the inventory has of a host."""
    query = "SELECT c.engine_id FROM hosts_container c JOIN hosts_host h ON h.id = c.host_id WHERE h.name = ?"
    return set(scene.sql(f"{query} AND c.gone_at IS NULL", host))


def there(engine: Engine) -> set[str]:
    return set(engine.docker("ps", "--all", "--quiet", "--no-trunc").split())


@pytest.fixture
def sleeper(spare_engine: Engine, scene: Scene, stormy: str) -> Iterator[str]:
    """The id of a container on the engine to be broken, known to the console."""
    container = spare_engine.run("--name=sleeper", BASE_IMAGE, "sleep", "1000")
    wait_until(lambda: container in shown(scene, stormy), 30, what="the container to be known")
    yield container
    spare_engine.resume()


def test_stopped_dead(
    scene: Scene, ada: Visitor, calm: str, stormy: str, sleeper: str, spare_engine: Engine, engine: Engine
) -> None:
    """Rule 16: shown as down within 30 s, every page under 500 ms, operations end in words, up again after."""
    ref = f"container:{stormy}:{sleeper}"
    spare_engine.stop_dead()
    scene.host_is(stormy, "down", within=30)
    page = ada.get(f"/hosts/{stormy}/").text
    assert "Down for" in page
    assert scene.host(stormy, "state_reason") in page
    paths = [*pages(calm, stormy), f"/hosts/{stormy}/containers/{sleeper}/"]
    for path in paths:
        took = statistics.median(ada.seconds(path) for _ in range(3))
        assert took < 0.5, (path, took)

    began = time.monotonic()
    answer = ada.do("container.stop", ref)
    assert time.monotonic() - began < 20
    assert answer.status_code in (302, 504)
    said = ada.get("/containers/").text if answer.status_code == 302 else answer.text
    assert "did not answer" in said or "does not answer" in said
    ada.allow("127.0.0.1:9")
    path = ada.begin("image.pull", f"host:{stormy}:", reference="127.0.0.1:9/nothing:1")
    wait_until(lambda: scene.job(path) == "failed", 60, 0.2, "the pull's end")
    assert "answer" in scene.job(path, "message")

    assert ada.do("container.pause", f"container:{calm}:{engine.inspect('web')['Id']}").status_code == 302
    assert engine.inspect("web")["State"]["Paused"]
    assert ada.do("container.unpause", f"container:{calm}:{engine.inspect('web')['Id']}").status_code == 302
    spare_engine.resume()
    scene.host_is(stormy, "up", within=60)
    assert scene.sql("SELECT count(*) FROM hosts_auditevent e LEFT JOIN hosts_auditending n ON n.event_id = e.id"
                     " WHERE n.id IS NULL AND e.host_name = ?", stormy) == [0]  # fmt: skip


def test_stopped_dead_in_the_middle_of_an_operation(
    scene: Scene, ada: Visitor, stormy: str, sleeper: str, spare_engine: Engine
) -> None:
    """Rule 4: the engine had the request; whether it did it is not known, and the record says just that."""
    # It ignores SIGTERM, so the stop is under way for ten seconds.
    stubborn = spare_engine.run("--stop-timeout=10", BASE_IMAGE, "sh", "-c", "trap '' TERM; while :; do sleep 1; done")
    wait_until(lambda: stubborn in shown(scene, stormy), 30, what="the container to be known")

    def freeze() -> None:
        time.sleep(2)
        spare_engine.stop_dead()

    freezer = Thread(target=freeze)
    freezer.start()
    began = time.monotonic()
    answer = ada.do("container.stop", f"container:{stormy}:{stubborn}")
    freezer.join()
    assert time.monotonic() - began < 60
    assert answer.status_code in (302, 504)
    query = "SELECT n.outcome FROM hosts_auditending n JOIN hosts_auditevent e ON e.id = n.event_id"
    assert scene.sql(f"{query} WHERE e.action = 'container.stop' AND e.object_id = ?", stubborn) == ["unknown"]
    spare_engine.resume()
    scene.host_is(stormy, "up", within=60)


def test_killed_and_started_again(scene: Scene, ada: Visitor, stormy: str, sleeper: str, spare_engine: Engine) -> None:
    """Rule 17: down, then up, the inventory as `docker ps -a`, and events come again."""
    spare_engine.kill()
    scene.host_is(stormy, "down", within=30)
    assert ada.seconds(f"/hosts/{stormy}/containers/") < 0.5
    assert sleeper in shown(scene, stormy), "what was last known stays"
    spare_engine.start()
    scene.host_is(stormy, "up", within=60)
    wait_until(lambda: shown(scene, stormy) == there(spare_engine), 30, what="the inventory to be the engine's")
    query = "SELECT state FROM hosts_container WHERE engine_id = ?"
    wait_until(lambda: scene.sql(query, sleeper) == [spare_engine.inspect(sleeper)["State"]["Status"]], 30)
    new = spare_engine.run(BASE_IMAGE, "sleep", "1000")
    wait_until(lambda: new in shown(scene, stormy), 10, what="an event")


def test_what_happened_while_the_watcher_was_dead(
    scene: Scene, ada: Visitor, stormy: str, sleeper: str, spare_engine: Engine
) -> None:
    """The supervisor brings it back; health says so; nothing that happened meanwhile is missing."""
    watcher = scene.pid("watcher")
    os.kill(watcher, signal.SIGSTOP)
    # Its key in Redis lasts for 15 s.
    wait_until(lambda: scene.status("/healthz") == 503, 30, 0.2, "health to miss it")
    assert ada.get("/healthz").json()["missing"] == ["watcher"]
    born = spare_engine.run(BASE_IMAGE, "sleep", "1000")
    spare_engine.remove_container(sleeper)
    os.kill(watcher, signal.SIGKILL)
    wait_until(lambda: scene.pid("watcher") not in (0, watcher), 30, what="a new watcher")
    wait_until(lambda: scene.status("/healthz") == 200, 60, 0.2, "health")
    wait_until(lambda: shown(scene, stormy) == there(spare_engine), 60, what="the inventory to be the engine's")
    assert born in shown(scene, stormy)
    assert sleeper not in shown(scene, stormy)


def test_the_web_process_is_started_again(scene: Scene, ada: Visitor) -> None:
    before = scene.pid("web")
    scene.kill("web")
    wait_until(lambda: scene.status("/accounts/login/") == 200, 60, 0.2, "the first page")
    assert scene.pid("web") not in (0, before)
    assert ada.get("/").status_code == 200, "still signed in"

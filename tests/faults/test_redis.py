"""Redis goes away and comes back: people see it in nothing but that news is late and jobs wait."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.scene import ADA, Scene
from tests.testbed.engine import Engine
from tests.testbed.needs import started
from tests.testbed.process import wait_until
from tests.testbed.redis_server import RedisServer
from tests.testbed.registry import Registry
from tests.testbed.visitor import Visitor

PAGES = ("/", "/hosts/", "/containers/", "/images/", "/networks/", "/volumes/", "/jobs/", "/jobs/tray/", "/audit/")


@pytest.fixture(scope="module")
def redis(workspace: Path) -> Iterator[RedisServer]:
    """A Redis that no supervisor brings back before the test wants it."""
    yield from started(RedisServer(workspace, "fault-redis"))


@pytest.fixture(scope="module")
def scene(workspace: Path, redis: RedisServer, engine: Engine) -> Iterator[Scene]:
    for scene in started(Scene(workspace / "no-redis", REDIS_URL=redis.url)):
        scene.add("calm", engine.url)
        yield scene


@pytest.fixture(params=["ends", "hangs"])
def away(request: pytest.FixtureRequest, scene: Scene, redis: RedisServer) -> Iterator[None]:
    """Redis is away, in either way; afterwards it is back, and all is well."""
    assert redis.process is not None
    if request.param == "ends":
        redis.stop(keep_folder=True)
    else:
        redis.process.stop_dead()
    yield
    come_back(redis)
    wait_until(lambda: scene.status("/healthz") == 200, 90, 0.5, "all to be well again")


def come_back(redis: RedisServer) -> None:
    if redis.process is None:
        redis.start()
    assert redis.process is not None
    redis.process.resume()


def test_a_job_waits_and_runs_when_redis_is_back(
    scene: Scene, ada: Visitor, engine: Engine, registry: Registry, redis: RedisServer, away: None
) -> None:
    """Rule 24: the page answers within 2 s, the job is queued in the database and sent when Redis is back."""
    ada.allow(registry.address)
    image = registry.publish(engine, f"waits/{time.time_ns()}:1", [0.1])
    began = time.monotonic()
    path = ada.begin("image.pull", "host:calm:", reference=image)
    took = time.monotonic() - began
    assert took < 2
    time.sleep(6)  # the sweep has tried meanwhile
    assert (scene.job(path), scene.job(path, "dispatched_at")) == ("queued", None)
    ada.until(path, "queued")
    come_back(redis)
    scene.job_is(path, "succeeded", within=90)
    assert scene.outcomes(path) == ["succeeded"]


def test_pages_and_operations_go_on(scene: Scene, ada: Visitor, engine: Engine, away: None) -> None:
    for path in PAGES:
        assert ada.seconds(path) < 2, path
    name = f"made-{time.time_ns()}"
    assert ada.do("volume.create", "host:calm:", name=name, driver="local").status_code in (302, 303)
    assert name in engine.docker("volume", "ls", "--quiet")
    assert ada.until("/volumes/?q=" + name, name)


def test_people_sign_in(scene: Scene, away: None) -> None:
    began = time.monotonic()
    visitor = Visitor(scene.url).sign_in(*ADA)
    assert time.monotonic() - began < 6
    assert visitor.get("/").status_code == 200


def test_health_says_what_is_missing(scene: Scene, away: None) -> None:
    answer = Visitor(scene.url).get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"ok": False, "missing": ["redis"]}


def test_an_open_socket_hears_again(scene: Scene, ada: Visitor, engine: Engine, redis: RedisServer) -> None:
    """The socket stays open; what was missed is made up for by a nudge for each of its topics."""
    with ada.socket("/live/updates") as socket:
        topic = f"host.{scene.host('calm', 'id')}"
        socket.say("subscribe", topics=[topic])
        socket.until(type="subscribed")
        redis.stop(keep_folder=True)
        time.sleep(3)
        redis.start()
        socket.until(type="nudge", topic=topic, what="", within=30)
        engine.docker("volume", "create", f"heard-{time.time_ns()}")
        socket.until(type="nudge", topic=topic, what="volume", within=60)


def test_guesses_are_still_counted(scene: Scene, redis: RedisServer) -> None:
    """The rate limits live in Redis: without it they hold in each web process's own memory."""
    redis.stop(keep_folder=True)
    stranger = Visitor(scene.url)
    stranger.get("/accounts/login/")
    answers = [stranger.post("/accounts/login/", {"login": "otto", "password": f"guess-{n}"}) for n in range(12)]
    redis.start()
    words = re.compile(r'role="alert">.*?<p>(.*?)</p>|<h1>(Too .*?)</h1>')
    said = [" ".join(words.findall(answer.text)[0]) for answer in answers]
    assert {answer.status_code for answer in answers} <= {200, 429}
    assert "is wrong" in said[0]
    assert "oo many" in said[-1]

"""What happens on a real engine stands in SQL, and is nudged, in well under half a second."""

import json
import time
from collections.abc import Callable, Iterator

import pytest

from tests.hosts.watch.watching import Watcher
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

Run = Callable[..., str]
SOON = 0.5


@pytest.fixture(scope="module", autouse=True)
def harbour(watcher: Watcher, engine: Engine) -> None:
    watcher.add("harbour", engine.url)
    watcher.wait_state("harbour", "up")


@pytest.fixture
def network(engine: Engine) -> Iterator[str]:
    yield engine.docker("network", "create", "watched-net")
    engine.docker("network", "rm", "watched-net", check=False)


def column(watcher: Watcher, container: str, name: str) -> object:
    found = watcher.query(f"select {name} from hosts_container where engine_id = ?", container)
    return found[0][0] if found else None


def test_all_that_is_there_at_first(watcher: Watcher, engine: Engine) -> None:
    there = {container["Id"]: container["State"] for container in engine.containers()}
    watcher.wait(lambda: watcher.states("harbour") == there)
    host = watcher.host("harbour")
    assert host["engine_id"] == host["seen_engine_id"] == engine.http.json("GET", "/info")["ID"]
    assert (host["state_reason"], bool(host["state_since"]), bool(host["synced_at"])) == ("", True, True)
    info = json.loads(watcher.query("select info from hosts_host")[0][0])
    assert info["version"]
    assert watcher.query("select 1 from hosts_image where name = ?", BASE_IMAGE)
    assert {row[0] for row in watcher.query("select name from hosts_network")} >= {"host", "none"}
    ticker = watcher.query("select project, service, exit_code from hosts_container where name = 'ticker'")
    assert ticker == [("shop", "ticker", None)]


def test_a_run_in_a_shell_is_there_at_once(watcher: Watcher, run_container: Run) -> None:
    slowest = 0.0
    for _ in range(5):
        with watcher.nudged() as heard:
            made = run_container(BASE_IMAGE, "sleep", "1000")
            slowest = max(slowest, watcher.wait(lambda: column(watcher, made, "state") == "running"))  # noqa: B023
            watcher.wait(lambda: any(b"container" in nudge for nudge in heard))
    print(f"from the end of docker run to the row: at most {slowest * 1000:.0f} ms")
    assert slowest < SOON


def test_the_life_of_a_container(watcher: Watcher, engine: Engine, run_container: Run) -> None:
    made = run_container(BASE_IMAGE, "sleep", "1000")
    watcher.wait(lambda: column(watcher, made, "state") == "running")
    for command, is_so in (
        (["pause", made], lambda: column(watcher, made, "state") == "paused"),
        (["unpause", made], lambda: column(watcher, made, "state") == "running"),
        (["rename", made, "renamed"], lambda: column(watcher, made, "name") == "renamed"),
        (["kill", made], lambda: column(watcher, made, "exit_code") == 137),
        (["start", made], lambda: column(watcher, made, "state") == "running"),
        (["rm", "--force", made], lambda: column(watcher, made, "gone_at") is not None),
    ):
        engine.docker(*command)
        assert watcher.wait(is_so, what=" ".join(command)) < SOON
    told = "select action from hosts_hostevent where engine_id = ? order by id"
    watcher.wait(lambda: ("destroy",) in watcher.query(told, made))
    assert [row[0] for row in watcher.query(told, made)][:4] == ["create", "start", "pause", "unpause"]


def test_health(watcher: Watcher, run_container: Run) -> None:
    options = ["--health-cmd=test -e /tmp/well", "--health-interval=1s", "--health-retries=1"]
    made = run_container(*options, BASE_IMAGE, "sh", "-c", "sleep 2; touch /tmp/well; sleep 1000")
    watcher.wait(lambda: column(watcher, made, "health") == "unhealthy")
    watcher.wait(lambda: column(watcher, made, "health") == "healthy")
    assert not watcher.query("select 1 from hosts_hostevent where action like 'exec%'")


def test_networks(watcher: Watcher, engine: Engine, run_container: Run, network: str) -> None:
    made = run_container(BASE_IMAGE, "sleep", "1000")
    mine = "select id from hosts_container where engine_id = ?"
    links = f"select 1 from hosts_link where container_id in ({mine}) and other_id = ?"
    assert watcher.wait(lambda: watcher.query("select 1 from hosts_network where engine_id = ?", network)) < SOON
    engine.docker("network", "connect", network, made)
    assert watcher.wait(lambda: watcher.query(links, made, network)) < SOON
    engine.docker("network", "disconnect", network, made)
    assert watcher.wait(lambda: not watcher.query(links, made, network)) < SOON
    engine.docker("network", "rm", network)
    gone = "select 1 from hosts_network where engine_id = ? and gone_at is not null"
    assert watcher.wait(lambda: watcher.query(gone, network)) < SOON


def test_volumes(watcher: Watcher, engine: Engine) -> None:
    engine.docker("volume", "create", "--label=team=shop", "watched-data")
    there = "select 1 from hosts_volume where name = 'watched-data' and gone_at is null"
    assert watcher.wait(lambda: watcher.query(there)) < SOON
    engine.docker("volume", "rm", "watched-data")
    assert watcher.wait(lambda: not watcher.query(there)) < SOON


def test_images(watcher: Watcher, engine: Engine) -> None:
    def tags() -> str:
        return str(watcher.query("select group_concat(tags) from hosts_image where gone_at is null")[0][0])

    engine.docker("tag", BASE_IMAGE, "watched/app:1")
    assert watcher.wait(lambda: "watched/app:1" in tags()) < SOON
    engine.docker("rmi", "watched/app:1")
    assert watcher.wait(lambda: "watched/app:1" not in tags()) < SOON


def test_a_prune(watcher: Watcher, engine: Engine) -> None:
    unnamed = engine.docker("volume", "create")  # newer engines prune no others
    there = "select 1 from hosts_volume where name = ? and gone_at is null"
    watcher.wait(lambda: watcher.query(there, unnamed))
    engine.docker("volume", "prune", "--force")
    watcher.wait(lambda: not watcher.query(there, unnamed))


def test_it_does_nearly_nothing_at_rest(watcher: Watcher) -> None:
    time.sleep(1)
    before = watcher.cpu_seconds()
    time.sleep(10)
    used = (watcher.cpu_seconds() - before) / 10
    print(f"at rest: {used:.2%} of a core")
    # `ticker` and its like bring no events: what is left is two pings, two beats and a look at the hosts.
    assert used < 0.02

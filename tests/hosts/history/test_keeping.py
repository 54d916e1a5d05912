"""The watcher keeps what the rules name: line for line what `docker logs` tells, whatever is killed in between."""

import itertools
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.hosts.history.keeping import docker_logs, keep, kept_lines, read_lines
from tests.hosts.watch.conftest import empty_data, own_watcher  # noqa: F401 - fixtures
from tests.hosts.watch.watching import Watcher
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE, load_base_image
from tests.testbed.needs import started
from tests.testbed.process import send, wait_until

Run = Callable[..., str]
PATIENCE = 60
# About 400 lines a second on both streams, in bursts that share few timestamps.
TALKS = """i=0; while :; do for j in 0 1 2 3 4 5 6 7 8 9 a b c d e f g h i j; do echo "out $i$j"; echo "err $i$j" >&2;
done; i=$((i+1)); usleep 100000; done"""
COUNTS = 'BEGIN { for (i = 0; i < %d; i++) { print "line " i; if (i %% 7 == 0) print "also " i > "/dev/stderr" } }'


@pytest.fixture
def watcher(own_watcher: Watcher) -> Watcher:  # noqa: F811
    return own_watcher


@pytest.fixture
def living_engine(workspace: Path) -> Iterator[Engine]:
    """Its containers go on while it is killed."""
    for part in started(Engine(workspace, f"living-{uuid4().hex[:6]}", live_restore=True)):
        load_base_image(part)
        yield part


def in_order(lines: list[bytes], name: bytes) -> list[bytes]:
    return [line for line in lines if line[31:].startswith(name)]


def is_kept(watcher: Watcher, engine: Engine, container: str) -> bool:
    return sorted(kept_lines(watcher, container)) == sorted(docker_logs(engine, container))


def wait_kept(watcher: Watcher, engine: Engine, container: str) -> None:
    """Until what is kept is what the engine tells, which must also stand in the same order, stream by stream."""
    try:
        wait_until(lambda: is_kept(watcher, engine, container), PATIENCE, 0.2)
    except TimeoutError:
        ours, theirs = sorted(kept_lines(watcher, container)), sorted(docker_logs(engine, container))
        only = (
            [line for line in ours if line not in set(theirs)][:5],
            [each for each in theirs if each not in set(ours)][:5],
        )
        twice = [line for line, after in itertools.pairwise(ours) if line == after][:5]
        raise AssertionError(
            f"{len(ours)} kept, {len(theirs)} told; kept only, told only: {only}; twice: {twice}"
        ) from None
    ours, theirs = kept_lines(watcher, container), docker_logs(engine, container)
    assert read_lines(watcher, container) == ours
    for name in (b"out", b"err", b"line", b"also"):
        assert in_order(ours, name) == in_order(theirs, name)


def test_what_was_said_before_the_rule_and_after_it(watcher: Watcher, engine: Engine, run_container: Run) -> None:
    before = run_container("--label=keep.it=yes", BASE_IMAGE, "awk", COUNTS % 20_000)
    other = run_container("--label=keep.it=no", BASE_IMAGE, "echo", "not kept")
    watcher.add("harbour", engine.url)
    watcher.wait_state("harbour", "up")
    keep(watcher, "label", "keep.it=yes")
    wait_kept(watcher, engine, before)
    after = run_container("--label=keep.it=yes", BASE_IMAGE, "sh", "-c", "echo 'line one'; sleep 1; echo 'line two'")
    wait_until(lambda: len(docker_logs(engine, after)) == 2)
    wait_kept(watcher, engine, after)
    assert kept_lines(watcher, other) == []
    engine.docker("start", after)
    wait_until(lambda: len(docker_logs(engine, after)) == 4)
    wait_kept(watcher, engine, after)


def test_a_container_that_is_gone(watcher: Watcher, engine: Engine) -> None:
    watcher.add("harbour", engine.url)
    watcher.wait_state("harbour", "up")
    keep(watcher, "project", "gone")
    label = "--label=com.docker.compose.project=gone"
    container = engine.run("--rm", label, BASE_IMAGE, "sh", "-c", "for i in $(seq 500); do echo line $i; done; sleep 2")
    wait_until(lambda: len(docker_logs(engine, container)) == 500)
    told = docker_logs(engine, container)
    wait_until(lambda: all(each["Id"] != container for each in engine.containers()), 20)
    wait_until(lambda: kept_lines(watcher, container) == told, PATIENCE, 0.2)
    assert watcher.query("select name, project from hosts_keptlog where engine_id = ?", container)[0][1] == "gone"
    wait_until(lambda: watcher.query("select count(*) from hosts_keptchunk")[0][0] == 1, PATIENCE)


@pytest.mark.faults
def test_a_watcher_that_is_killed_again_and_again(watcher: Watcher, engine: Engine, run_container: Run) -> None:
    container = run_container("--label=keep", BASE_IMAGE, "sh", "-c", TALKS)
    watcher.add("harbour", engine.url)
    keep(watcher, "label", "keep")
    assert watcher.process is not None
    for round_number in range(6):
        wait_until(lambda: kept_lines(watcher, container), PATIENCE, 0.2)
        time.sleep(0.31 * round_number)
        send(watcher.pid, signal.SIGKILL if round_number % 2 else signal.SIGTERM)
        watcher.process.popen.wait(20)
        time.sleep(0.5)
        watcher.launch()
    engine.docker("stop", "--time=0", container)
    wait_kept(watcher, engine, container)
    assert len(kept_lines(watcher, container)) > 1000


@pytest.mark.faults
def test_an_engine_that_is_killed_under_its_containers(watcher: Watcher, living_engine: Engine) -> None:
    engine = living_engine
    containers = [engine.run("--label=keep", BASE_IMAGE, "sh", "-c", TALKS) for _ in range(3)]
    watcher.add("harbour", engine.url)
    keep(watcher, "host", "harbour")
    for _ in range(3):
        wait_until(lambda: all(kept_lines(watcher, each) for each in containers), PATIENCE, 0.2)
        engine.kill()
        time.sleep(1)
        engine.start()
        time.sleep(2)
    engine.docker("restart", "--time=0", containers[0])
    time.sleep(2)
    for container in containers:
        engine.docker("stop", "--time=0", container)
        wait_kept(watcher, engine, container)
        assert len(kept_lines(watcher, container)) > 1000


def test_what_cannot_be_read(watcher: Watcher, engine: Engine, run_container: Run) -> None:
    container = run_container("--label=keep", "--log-driver=none", BASE_IMAGE, "sleep", "1000")
    watcher.add("harbour", engine.url)
    keep(watcher, "label", "keep")
    problem = "select problem from hosts_keptlog where engine_id = ?"
    watcher.wait(lambda: watcher.query(problem, container) not in ([], [("",)]), PATIENCE)
    assert "driver" in watcher.query(problem, container)[0][0]


@pytest.mark.faults
def test_a_full_disk_stops_the_keeping_and_nothing_else(watcher: Watcher, engine: Engine, run_container: Run) -> None:
    folder = watcher.data / "history"
    assert watcher.process is not None
    watcher.process.stop()
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600m", "tmpfs", folder], check=True)
    try:
        watcher.launch()
        container = run_container("--label=keep", BASE_IMAGE, "sh", "-c", TALKS)
        watcher.add("harbour", engine.url)
        keep(watcher, "label", "keep")
        wait_until(lambda: kept_lines(watcher, container), PATIENCE, 0.2)
        with (folder / "filler").open("wb") as filler:
            filler.write(bytes(120 << 20))
        watcher.wait(lambda: "the disk is full" in watcher.log(), PATIENCE)
        time.sleep(1)
        count = len(kept_lines(watcher, container))
        time.sleep(3)
        assert len(kept_lines(watcher, container)) == count, "nothing is kept meanwhile"
        made = run_container(BASE_IMAGE, "sleep", "1000")
        watcher.wait(lambda: watcher.states("harbour").get(made) == "running")
        (folder / "filler").unlink()
        engine.docker("stop", "--time=0", container)
        wait_kept(watcher, engine, container)
        assert len(kept_lines(watcher, container)) > count
    finally:
        watcher.process.stop()
        wait_until(lambda: subprocess.run(["umount", folder], check=False).returncode == 0)


def test_a_log_that_is_dropped_and_kept_anew(watcher: Watcher, engine: Engine, run_container: Run) -> None:
    container = run_container("--label=keep", BASE_IMAGE, "echo", "line 1")
    watcher.add("harbour", engine.url)
    keep(watcher, "label", "keep")
    wait_kept(watcher, engine, container)
    (folder,) = (watcher.data / "history").glob("*/*.1")
    watcher.edit("delete from hosts_keeprule")
    watcher.edit("update hosts_keptlog set dropping = 1")
    assert read_lines(watcher, container) == []
    watcher.wait(lambda: not folder.exists(), 90)
    keep(watcher, "label", "keep")
    wait_kept(watcher, engine, container)

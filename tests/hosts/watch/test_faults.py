"""Hosts that fall silent, change, lie or storm: each says so with a reason and a since, and no other feels it."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.fakes.stub_engine import StubEngine
from tests.hosts.engine.ways import ssh_columns, tls_columns
from tests.hosts.watch.watching import Watcher
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.process import descendants, send, wait_until
from tests.testbed.ssh import SshServer


@pytest.fixture
def stub(workspace: Path) -> Iterator[StubEngine]:
    # Hosts of earlier tests go on looking at their own, so no two may have one address.
    with StubEngine(workspace, f"stub-{uuid4().hex[:6]}", containers=50) as running:
        yield running


@pytest.mark.faults
def test_an_engine_that_is_stopped_dead(
    own_watcher: Watcher, spare_engine: Engine, engine: Engine, run_container: object
) -> None:
    watcher = own_watcher
    watcher.add("frozen", spare_engine.url)
    watcher.add("other", engine.url)
    for name in ("frozen", "other"):
        watcher.wait_state(name, "up")
    since = watcher.host("frozen")["state_since"]
    spare_engine.stop_dead()
    took = watcher.wait_state("frozen", "down")
    print(f"shown as down after {took:.1f} s")
    assert took < 30
    down = watcher.host("frozen")
    assert "did not answer" in down["state_reason"]
    assert down["state_since"] > since
    made = run_container(BASE_IMAGE, "sleep", "1000")  # type: ignore[operator]
    assert watcher.wait(lambda: watcher.states("other").get(made) == "running") < 0.5
    time.sleep(6)  # another attempt, which changes nothing
    assert watcher.host("frozen")["state_since"] == down["state_since"]
    spare_engine.resume()
    watcher.wait_state("frozen", "up")


@pytest.mark.faults
def test_what_happened_while_the_engine_was_restarted(own_watcher: Watcher, spare_engine: Engine) -> None:
    watcher = own_watcher
    kept = spare_engine.run("--restart=always", BASE_IMAGE, "sleep", "1000")
    ended = spare_engine.run(BASE_IMAGE, "sleep", "1000")
    watcher.add("harbour", spare_engine.url)
    watcher.wait(lambda: watcher.states("harbour") == {kept: "running", ended: "running"}, 20)
    spare_engine.restart()
    watcher.wait(lambda: watcher.states("harbour") == {kept: "running", ended: "exited"}, 20)
    watcher.wait_state("harbour", "up")
    started = spare_engine.inspect(kept)["State"]["StartedAt"][:19].replace("T", " ")
    row = "select started_at from hosts_container where engine_id = ?"
    watcher.wait(lambda: watcher.query(row, kept)[0][0][:19] == started)


def test_tls_and_ssh(own_watcher: Watcher, tls_engine: Engine, engine: Engine, ssh_server: SshServer) -> None:
    watcher = own_watcher
    assert tls_engine.tls is not None
    watcher.add("secured", tls_engine.tcp_url, **tls_columns(tls_engine.tls))
    watcher.add("remote", f"{ssh_server.url}{engine.socket}", **ssh_columns(ssh_server))
    watcher.add("stranger", tls_engine.tcp_url)
    watcher.add("unpinned", f"{ssh_server.url}{engine.socket}", ssh_key=ssh_server.client_key.read_text())
    for name, state in (("secured", "up"), ("remote", "up"), ("stranger", "refused"), ("unpinned", "refused")):
        watcher.wait_state(name, state)
    assert "TLS" in watcher.host("stranger")["state_reason"]
    assert "host key" in watcher.host("unpinned")["state_reason"]
    assert watcher.states("remote") == {each["Id"]: each["State"] for each in engine.containers()}

    (tunnel,) = [pid for pid in descendants(watcher.pid) if Path(f"/proc/{pid}/comm").read_text() == "ssh\n"]
    send(tunnel, signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{tunnel}").exists())
    made = engine.run(BASE_IMAGE, "sleep", "1000")
    watcher.wait(lambda: watcher.states("remote").get(made) == "running", 20)
    engine.remove_container(made)
    watcher.wait_state("remote", "up")


def test_another_engine_at_a_known_address(own_watcher: Watcher, stub: StubEngine) -> None:
    watcher = own_watcher
    watcher.add("harbour", stub.url)
    watcher.wait_state("harbour", "up")
    known = watcher.host("harbour")["engine_id"]
    before = watcher.states("harbour")
    stub.set_engine_id("SOMEBODY:ELSE")
    stub.drop_events()
    watcher.wait_state("harbour", "changed")
    assert "SOMEBODY:ELSE" in watcher.host("harbour")["state_reason"]
    assert (watcher.host("harbour")["engine_id"], watcher.host("harbour")["seen_engine_id"]) == (known, "SOMEBODY:ELSE")
    container = next(iter(stub.http.json("GET", "/containers/json")))["Id"]
    stub.change(0, "rename", name="not-ours")
    time.sleep(1)
    assert watcher.states("harbour") == before
    assert not watcher.query("select 1 from hosts_container where name = 'not-ours'")
    watcher.edit("update hosts_host set engine_id = seen_engine_id")
    watcher.wait_state("harbour", "up")
    watcher.wait(lambda: watcher.query("select 1 from hosts_container where name = 'not-ours'"))
    assert container


@pytest.mark.parametrize(
    ("mode", "state", "words"),
    [
        ("garbage", "down", "no Docker engine"),
        ("half", "down", "no Docker engine"),
        ("wrong", "down", "no Docker engine"),
        ("error", "down", "engine says"),
        ("old", "refused", "API 1.40"),
        ("html", "up", ""),
        ("huge", "up", ""),
    ],
)
def test_an_engine_that_answers_nonsense(watcher: Watcher, stub: StubEngine, mode: str, state: str, words: str) -> None:
    stub.set_mode(mode)
    watcher.add(mode, stub.url)
    watcher.wait_state(mode, state)
    assert words in watcher.host(mode)["state_reason"]
    if state == "up":
        # One whose inspect is larger than any engine's answer may be is left out, and takes no other with it.
        assert len(watcher.states(mode)) == (49 if mode == "huge" else 50)
        longest = watcher.query("select max(length(name)), max(length(haystack)) from hosts_container")[0]
        assert longest[0] <= 255
        assert longest[1] <= 8192
        return
    stub.set_mode("ok")
    watcher.wait_state(mode, "up", 20)


def test_what_no_event_told_is_found_at_the_next_connection(watcher: Watcher, stub: StubEngine) -> None:
    watcher.add("silent", stub.url)
    watcher.wait_state("silent", "up")
    changed = stub.change(0, "stop", silent=True)
    stub.change(1, "rename", name="renamed-in-silence", silent=True)
    assert watcher.states("silent")[changed] != "exited"
    stub.drop_events()
    watcher.wait(lambda: watcher.states("silent")[changed] == "exited")
    watcher.wait(lambda: watcher.query("select 1 from hosts_container where name = 'renamed-in-silence'"))


@pytest.mark.faults
def test_a_thousand_events_a_second(watcher: Watcher, stub: StubEngine, workspace: Path) -> None:
    with StubEngine(workspace, "calm", containers=5) as calm:
        watcher.add("storm", stub.url)
        watcher.add("calm", calm.url)
        for name in ("storm", "calm"):
            watcher.wait_state(name, "up")
        stub.forget()
        before = watcher.cpu_seconds()
        stub.storm(1000, 5)
        time.sleep(2)
        changed = calm.change(0, "stop")
        slow = watcher.wait(lambda: watcher.states("calm")[changed] == "exited")
        time.sleep(3.5)

        def equal() -> bool:
            listed = stub.http.json("GET", "/containers/json", {"all": 1})
            return watcher.states("storm") == {each["Id"]: each["State"] for each in listed}

        took = watcher.wait(equal, 20)
        spent = watcher.cpu_seconds() - before
        print(f"equal {took:.2f} s after the storm, {spent:.1f} s of CPU, calm host after {slow:.2f} s")
        assert slow < 2
        storm = watcher.host("storm")
        assert storm["state"] == "up"
        assert watcher.query("select count(*) from hosts_hostevent where host_id = ?", storm["id"])[0][0] <= 500


class TestTheRoster:
    """Hosts that are added, edited, disabled and removed are noticed within a second."""

    def test_disabled_and_enabled(self, watcher: Watcher, stub: StubEngine) -> None:
        watcher.add("switch", stub.url)
        watcher.wait_state("switch", "up")
        watcher.edit("update hosts_host set enabled = 0 where name = 'switch'")
        assert watcher.wait_state("switch", "disabled") < 1
        watcher.wait(lambda: stub.listeners() == 0)
        watcher.edit("update hosts_host set enabled = 1 where name = 'switch'")
        assert watcher.wait_state("switch", "up", 5) < 2

    def test_moved(self, watcher: Watcher, stub: StubEngine) -> None:
        watcher.add("moving", "unix:///nowhere/docker.sock")
        watcher.wait_state("moving", "down")
        assert "There is no socket" in watcher.host("moving")["state_reason"]
        watcher.edit("update hosts_host set url = ? where name = 'moving'", stub.url)
        assert watcher.wait_state("moving", "up", 5) < 2

    def test_edited_in_what_does_not_concern_the_connection(self, watcher: Watcher, stub: StubEngine) -> None:
        watcher.add("tagged", stub.url)
        watcher.wait_state("tagged", "up")
        stub.forget()
        watcher.edit("update hosts_host set tags = '[\"blue\"]', state = 'unknown' where name = 'tagged'")
        assert watcher.wait_state("tagged", "up", 5) < 1
        assert stub.requests() == {}

    def test_removed(self, watcher: Watcher, stub: StubEngine) -> None:
        watcher.add("leaving", stub.url)
        watcher.wait_state("leaving", "up")
        watcher.manage("hosts", "remove", "leaving")
        watcher.wait(lambda: stub.listeners() == 0, 2)
        assert "Traceback" not in watcher.log()


@pytest.mark.faults
def test_without_redis_it_goes_on(own_watcher: Watcher, stub: StubEngine) -> None:
    watcher = own_watcher
    watcher.add("harbour", stub.url)
    watcher.wait_state("harbour", "up")
    watcher.redis.stop(keep_folder=True)
    changed = stub.change(0, "stop")
    assert watcher.wait(lambda: watcher.states("harbour")[changed] == "exited") < 3
    time.sleep(3)
    watcher.redis.start()
    watcher.wait(lambda: watcher.redis.command("GET quayside:alive:watcher") not in ("", "$-1"))
    time.sleep(3)  # until it listens again
    watcher.edit("update hosts_host set enabled = 0")
    watcher.wait_state("harbour", "disabled", 2)
    assert "Traceback" not in watcher.log()


@pytest.mark.faults
def test_it_stops_at_once_whatever_hangs(
    own_watcher: Watcher, spare_engine: Engine, ssh_server: SshServer, engine: Engine
) -> None:
    watcher = own_watcher
    watcher.add("frozen", spare_engine.url)
    watcher.add("remote", f"{ssh_server.url}{engine.socket}", **ssh_columns(ssh_server))
    for name in ("frozen", "remote"):
        watcher.wait_state(name, "up")
    tunnels = descendants(watcher.pid)
    spare_engine.stop_dead()
    assert watcher.redis.process is not None
    watcher.redis.process.stop_dead()
    assert watcher.process is not None
    time.sleep(2)
    began = time.monotonic()
    send(watcher.pid, signal.SIGTERM)
    assert watcher.process.popen.wait(10) == 0
    assert time.monotonic() - began < 5
    assert tunnels
    assert not any(Path(f"/proc/{pid}").exists() for pid in tunnels)
    assert list((watcher.data / "run").glob("ssh-*")) == []
    watcher.redis.process.resume()
    spare_engine.resume()


def test_it_shows_that_it_lives_and_asks_the_worker(own_watcher: Watcher) -> None:
    assert own_watcher.redis.command("GET quayside:alive:watcher") != "$-1"
    assert own_watcher.redis.command("TTL quayside:alive:watcher") in {f":{seconds}" for seconds in range(5, 16)}
    own_watcher.wait(lambda: own_watcher.redis.command("LLEN celery") == ":1")

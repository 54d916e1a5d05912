"""Do the testbed's parts behave as the real things they are: refuse, freeze, come back, and leave nothing?"""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.testbed.engine import Engine
from tests.testbed.engine_http import EngineHttp, EngineRefusedError
from tests.testbed.images import BASE_IMAGE, load_base_image, pull, remove_image
from tests.testbed.leftovers import mounts_below, processes_naming
from tests.testbed.needs import without
from tests.testbed.parts import MissingPartError, program
from tests.testbed.process import wait_until
from tests.testbed.redis_server import RedisServer
from tests.testbed.registry import Registry
from tests.testbed.ssh import SshServer
from tests.testbed.wire import Wire


def test_the_shared_engine_runs_containers(engine: Engine) -> None:
    states = {container["Names"][0]: container["State"] for container in engine.containers()}
    assert states == {"/ticker": "running", "/web": "running", "/failed": "exited"}
    assert engine.inspect("failed")["State"]["ExitCode"] == 3


def test_containers_of_a_test_are_gone_after_it(engine: Engine, run_container: Callable[..., str]) -> None:
    container = run_container("--name=passing", BASE_IMAGE, "sleep", "100")
    assert engine.inspect("passing")["Id"] == container


def test_a_published_port_answers(engine: Engine, run_container: Callable[..., str]) -> None:
    engine.docker("network", "create", "shop-front")
    container = run_container(
        "--network=shop-front", "--publish=127.0.0.1::80", BASE_IMAGE, "httpd", "-f", "-h", "/srv"
    )
    port = int(engine.docker("port", container, "80").rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/")
    assert b"It works" in connection.getresponse().read()
    connection.close()
    engine.remove_container(container)
    engine.docker("network", "rm", "shop-front")


def test_an_engine_leaves_nothing_behind(workspace: Path) -> None:
    with Engine(workspace, "brief", bridge=True) as engine:
        pid = engine.running_process.pid
        load_base_image(engine)
        engine.docker("network", "create", "inner")
        engine.run("--network=inner", "--restart=always", BASE_IMAGE, "sleep", "1000")
        engine.run(BASE_IMAGE, "sleep", "1000")
        assert len(processes_naming(engine.folder)) >= 4
        bridges = {path.name for path in Path("/sys/class/net").iterdir()}
        engine.kill()
    assert not Path("/proc", str(pid)).exists()
    assert processes_naming(engine.folder) == []
    assert mounts_below(engine.folder) == []
    assert not engine.folder.exists()
    gone = bridges - {path.name for path in Path("/sys/class/net").iterdir()}
    assert engine.bridge in gone
    assert any(name.startswith("br-") for name in gone)


def test_a_frozen_engine_accepts_and_stays_silent(spare_engine: Engine) -> None:
    spare_engine.stop_dead()
    with pytest.raises(TimeoutError):
        spare_engine.http.request("GET", "/_ping", timeout=0.3)
    spare_engine.resume()
    assert spare_engine.http.request("GET", "/_ping") == b"OK"


def test_a_restarted_engine_has_its_containers_and_identity(spare_engine: Engine) -> None:
    before = spare_engine.http.json("GET", "/info")["ID"]
    container = spare_engine.run("--restart=always", BASE_IMAGE, "sleep", "1000")
    spare_engine.restart()
    assert spare_engine.http.json("GET", "/info")["ID"] == before
    wait_until(lambda: spare_engine.inspect(container)["State"]["Running"], what="the container to run again")


def test_containers_outlive_a_killed_engine_with_live_restore(workspace: Path) -> None:
    with Engine(workspace, "lasting", live_restore=True) as engine:
        load_base_image(engine)
        container = engine.run(BASE_IMAGE, "sleep", "1000")
        started = engine.inspect(container)["State"]["StartedAt"]
        engine.kill()
        assert not engine.http.is_up()
        engine.start()
        state = engine.inspect(container)["State"]
        assert (state["Running"], state["StartedAt"]) == (True, started)


def test_each_engine_has_an_identity_of_its_own(engine: Engine, tls_engine: Engine) -> None:
    assert engine.http.json("GET", "/info")["ID"] != tls_engine.http.json("GET", "/info")["ID"]


def test_a_newer_engine_runs_beside_the_systems(engine: Engine, newer_engine: Engine) -> None:
    version = newer_engine.http.json("GET", "/version")["ApiVersion"]
    assert tuple(map(int, version.split("."))) >= (1, 45)
    container = newer_engine.run(BASE_IMAGE, "sleep", "1000")
    newer_engine.restart()
    assert newer_engine.inspect(container)["Id"] == container
    assert engine.http.is_up()
    newer_engine.remove_container(container)


def test_tls_wants_a_client_certificate(tls_engine: Engine) -> None:
    tls = tls_engine.tls
    assert tls is not None
    context = ssl.create_default_context(cafile=str(tls.ca))
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        ask_over_tls(tls_engine, context)
    context.load_cert_chain(tls.client_cert, tls.client_key)
    assert ask_over_tls(tls_engine, context) == b"OK"


def ask_over_tls(engine: Engine, context: ssl.SSLContext) -> bytes:
    connection = http.client.HTTPSConnection("127.0.0.1", engine.port, context=context, timeout=5)
    try:
        connection.request("GET", "/_ping")
        return connection.getresponse().read()
    finally:
        connection.close()


def test_ssh_leads_to_the_socket(engine: Engine, ssh_server: SshServer) -> None:
    with ssh_server.forward(engine.socket) as local:
        here, there = EngineHttp(local), engine.http
        assert here.json("GET", "/info")["ID"] == there.json("GET", "/info")["ID"]
        ssh_server.drop_sessions()
        wait_until(lambda: not here.is_up(), what="the cut tunnel to fail")


def test_ssh_refuses_another_key(ssh_server: SshServer) -> None:
    stranger = ssh_server.make_key("stranger_key")
    command = [word if word != str(ssh_server.client_key) else str(stranger) for word in ssh_server.command()]
    refused = subprocess.run([*command, "true"], capture_output=True, text=True)
    assert refused.returncode == 255
    assert "Permission denied" in refused.stderr


def test_a_pinned_host_key_finds_an_impostor(workspace: Path) -> None:
    with SshServer(workspace, "moody-ssh") as server:
        pinned = server.folder / "pinned"
        pinned.write_text(server.known_hosts + "\n")
        before = server.fingerprint
        server.change_host_key()
        assert server.fingerprint != before
        (server.folder / "known_hosts").write_text(pinned.read_text())
        refused = subprocess.run([*server.command(), "true"], capture_output=True, text=True)
        assert "Host key verification failed" in refused.stderr


def test_a_pull_from_the_slow_registry_shows_progress(engine: Engine, slow_registry: Registry) -> None:
    reference = slow_registry.publish(engine, "slow/app:1", [0.6, 0.6])
    began = time.monotonic()
    steps = [step for step in pull(engine, reference) if step.get("status") == "Downloading"]
    assert 0.8 < time.monotonic() - began < 10
    for layer in {step["id"] for step in steps}:
        seen = [step["progressDetail"]["current"] for step in steps if step["id"] == layer]
        assert len(seen) >= 3
        assert seen == sorted(seen)
    remove_image(engine, reference)


def test_the_login_registry_refuses_strangers(engine: Engine, auth_registry: Registry) -> None:
    reference = auth_registry.publish(engine, "team/secret:1", [0.1])
    with pytest.raises(EngineRefusedError, match="no basic auth credentials"):
        list(pull(engine, reference))
    with pytest.raises(EngineRefusedError, match="unauthorized"):
        list(pull(engine, reference, ("ada", "wrong")))
    list(pull(engine, reference, auth_registry.htpasswd))
    remove_image(engine, reference)


def test_a_frozen_wire_carries_nothing_and_a_cut_one_ends(engine: Engine) -> None:
    with Wire(engine.socket) as wire, socket.create_connection(("127.0.0.1", wire.port), 0.3) as client:
        request = b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n"
        client.sendall(request)
        assert client.recv(65536).endswith(b"OK")
        wire.freeze()
        client.sendall(request)
        with pytest.raises(TimeoutError):
            client.recv(65536)
        wire.thaw()
        assert client.recv(65536).endswith(b"OK")
        wire.cut()
        with pytest.raises(ConnectionResetError):
            client.recv(65536)


def test_redis_answers(redis_server: RedisServer) -> None:
    assert redis_server.command("SET", "colour", "blue") == "+OK"
    assert redis_server.command("STRLEN", "colour") == ":4"


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_args, **_options: None)
    with pytest.raises(MissingPartError, match="apt-get install docker-registry"):
        program("docker-registry")


@pytest.mark.engine
def test_what_a_killed_run_leaves_is_removed_by_the_next() -> None:
    script = (
        "import sys, os\n"
        "from tests.testbed.engine import Engine\n"
        "from tests.testbed.images import BASE_IMAGE, load_base_image\n"
        "from tests.testbed.workspace import make_workspace\n"
        "folder = make_workspace()\n"
        "engine = Engine(folder).start()\n"
        "load_base_image(engine)\n"
        "engine.run(BASE_IMAGE, 'sleep', '1000')\n"
        "print(folder, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    follow = "from tests.testbed.workspace import make_workspace\nprint(make_workspace())"
    with tempfile.TemporaryDirectory(prefix="qs") as home:
        environment = {**os.environ, "TMPDIR": home}
        killed = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        folder = Path(killed.stdout.strip())
        assert folder.exists()
        subprocess.run([sys.executable, "-c", follow], env=environment, check=True, capture_output=True)
        assert not folder.exists()
        assert processes_naming(folder) == []
        assert mounts_below(folder) == []


def test_a_missing_part_skips_by_name_and_fails_where_all_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("QUAYSIDE_TESTS_NEED_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="sshd is not here"):
        without(MissingPartError("sshd is not here"))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="sshd is not here"):
        without(MissingPartError("sshd is not here"))

"""Reaching engines: over each way in, with the right keys and the wrong ones, and the reason in words."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from hosts.access import Capability
from hosts.engine.connect import open_engine
from hosts.engine.errors import (
    AddressError,
    ChangedEngine,
    EngineError,
    HostDisabled,
    Lost,
    Refused,
    TimedOut,
    Unreachable,
)
from hosts.engine.tls import tls_context
from tests.hosts.engine.ways import WAYS, host, info, permit, ssh_columns, tls_columns
from tests.testbed.engine import Engine
from tests.testbed.ssh import SshServer
from tests.testbed.tls import make_tls_material

both_ways = pytest.mark.parametrize("way", WAYS)


@contextlib.contextmanager
def refused(kind: type[EngineError], words: str) -> Iterator[None]:
    with pytest.raises(EngineError) as error:
        yield
    assert type(error.value) is kind, error.value
    assert words in error.value.sentence
    assert len(error.value.sentence) <= 500


@both_ways
def test_a_unix_socket(engine: Engine, way: str) -> None:
    found = info(way, host(engine.url))
    assert found.id == engine.http.json("GET", "/info")["ID"]
    assert found.api_version.startswith("1.")
    assert found.cpus > 0


@both_ways
def test_tls_with_a_client_certificate(tls_engine: Engine, way: str) -> None:
    assert tls_engine.tls is not None
    assert info(way, host(tls_engine.tcp_url, **tls_columns(tls_engine.tls))).id


@both_ways
def test_tls_without_a_client_certificate(tls_engine: Engine, way: str) -> None:
    assert tls_engine.tls is not None
    with refused(Refused, "client certificate"):
        info(way, host(tls_engine.tcp_url, tls_ca=tls_engine.tls.ca.read_text()))


@both_ways
def test_tls_with_another_ca(tls_engine: Engine, way: str, tmp_path: Path) -> None:
    assert tls_engine.tls is not None
    columns = {**tls_columns(tls_engine.tls), "tls_ca": make_tls_material(tmp_path).ca.read_text()}
    with refused(Refused, "stored CA"):
        info(way, host(tls_engine.tcp_url, **columns))


@both_ways
def test_tls_with_the_machines_own_authorities(tls_engine: Engine, way: str) -> None:
    assert tls_engine.tls is not None
    with refused(Refused, "stored CA"):
        info(way, host(tls_engine.tcp_url, **{**tls_columns(tls_engine.tls), "tls_ca": ""}))


@both_ways
def test_tls_for_another_name(tls_engine: Engine, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tls_engine.tls is not None
    look_up = socket.getaddrinfo
    monkeypatch.setattr("socket.getaddrinfo", lambda _name, *rest, **more: look_up("127.0.0.1", *rest, **more))
    url = tls_engine.tcp_url.replace("127.0.0.1", "harbour.test")
    with refused(Refused, "another name"):
        info(way, host(url, **tls_columns(tls_engine.tls)))


@both_ways
def test_plain_tcp_to_a_tls_engine(tls_engine: Engine, way: str) -> None:
    with refused(Refused, "wants TLS"):
        info(way, host(tls_engine.tcp_url))


@both_ways
def test_tls_to_somebody_who_does_not_speak_it(way: str, tmp_path: Path) -> None:
    with _answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url, refused(Refused, "does not speak TLS"):
        info(way, host(url, **tls_columns(make_tls_material(tmp_path))))


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"tls_ca": "no PEM"}, "tls_ca"),
        ({"tls_cert": "x"}, "tls_key"),
        ({"tls_key": "x"}, "tls_cert"),
        ({"tls_cert": "x", "tls_key": "y"}, "tls_key"),
    ],
)
@both_ways
def test_unusable_certificates_name_their_field(way: str, columns: dict[str, str], field: str) -> None:
    with pytest.raises(AddressError) as error:
        info(way, host("tcp://127.0.0.1:1", **columns))
    assert error.value.field == field


def test_a_client_key_of_another_certificate(tmp_path: Path) -> None:
    one, two = make_tls_material(tmp_path / "one"), make_tls_material(tmp_path / "two")
    columns = {**tls_columns(one), "tls_key": two.client_key.read_text()}
    with pytest.raises(AddressError, match="another certificate"):
        info("sdk", host("tcp://127.0.0.1:1", **columns))


def test_no_key_stays_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    from hosts.engine.address import Tls

    material = make_tls_material(tmp_path)
    tls_context(Tls(material.ca.read_text(), material.client_cert.read_text(), material.client_key.read_text()))
    assert list((tmp_path / "temporary").iterdir()) == []


@both_ways
def test_ssh(engine: Engine, ssh_server: SshServer, way: str) -> None:
    assert info(way, host(f"{ssh_server.url}{engine.socket}", **ssh_columns(ssh_server))).id
    assert list(Path(settings.RUN_DIR).glob("ssh-*")) == []


@both_ways
def test_ssh_with_another_host_key(engine: Engine, ssh_server: SshServer, way: str) -> None:
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ+RJTjPyPA1mEUlq8XfXQpNG5pNwZz8bQmmmw1HcL0b"
    with refused(Refused, "another SSH host key"):
        info(way, host(f"{ssh_server.url}{engine.socket}", **{**ssh_columns(ssh_server), "ssh_host_key": other}))


@pytest.mark.parametrize(
    ("columns", "kind", "words"),
    [
        ({"ssh_key": "no key"}, Refused, "cannot be read"),
        ({"ssh_key": ""}, AddressError, "private key"),
        ({"ssh_host_key": ""}, AddressError, "host key"),
        ({"ssh_host_key": "something"}, AddressError, "host key"),
    ],
)
def test_ssh_with_unusable_keys(
    ssh_server: SshServer, columns: dict[str, str], kind: type[EngineError], words: str
) -> None:
    with refused(kind, words):
        info("sdk", host(ssh_server.url, **{**ssh_columns(ssh_server), **columns}))


def test_ssh_with_a_key_that_is_not_let_in(ssh_server: SshServer) -> None:
    url = ssh_server.url.replace(f"{ssh_server.user}@", "nobody@")
    with refused(Refused, "does not let nobody in"):
        info("sdk", host(url, **ssh_columns(ssh_server)))


@both_ways
def test_ssh_to_a_machine_without_an_engine(ssh_server: SshServer, way: str) -> None:
    with refused(Unreachable, "SSH works, but /nowhere.sock"):
        info(way, host(f"{ssh_server.url}/nowhere.sock", **ssh_columns(ssh_server)))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("unix:///nowhere/docker.sock", "There is no socket at /nowhere/docker.sock"),
        ("tcp://127.0.0.1:1", "Nobody listens"),
        ("tcp://nowhere.invalid:2375", "nowhere.invalid is not known"),
    ],
)
@both_ways
def test_nobody_there(way: str, url: str, words: str) -> None:
    with refused(Unreachable, words):
        info(way, host(url))


@both_ways
def test_a_socket_that_nobody_serves(way: str, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "s"))
    with refused(Unreachable, "is Docker running?"):
        info(way, host(f"unix://{tmp_path}/s"))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_no_rights_on_the_socket(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "connect", denied)
    with refused(Refused, "group “docker”"):
        info("sdk", host(engine.url))


@both_ways
def test_somebody_who_hangs_up(way: str) -> None:
    with _answering(b"") as url, refused(Lost, "broke"):
        info(way, host(url))


@both_ways
def test_a_frozen_engine_has_a_deadline(spare_engine: Engine, way: str) -> None:
    spare_engine.stop_dead()
    began = time.monotonic()
    with refused(TimedOut, "did not answer in time"):
        info(way, host(spare_engine.url))
    assert time.monotonic() - began < 8
    spare_engine.resume()


def test_what_was_asked_of_an_engine_that_dies_is_unknown(spare_engine: Engine) -> None:
    container = spare_engine.run("quayside/base:latest", "sh", "-c", "trap '' TERM; while :; do sleep 1; done")
    with open_engine(permit(host(spare_engine.url), Capability.CONTAINER_OPERATE)) as engine:
        killer = threading.Timer(1.0, spare_engine.kill)
        killer.start()
        with pytest.raises(EngineError) as error:
            engine.containers.stop(container, timeout=30)
        killer.join()
    assert error.value.outcome_unknown
    spare_engine.start()


class TestAnotherEngine:
    """A grant that changes something is good for the engine that we know, and for no other."""

    @both_ways
    def test_refused_for_a_change(self, engine: Engine, way: str) -> None:
        with refused(ChangedEngine, "Another engine"):
            info(way, host(engine.url, engine_id="SOMEBODY:ELSE"), Capability.CONTAINER_OPERATE)

    @both_ways
    @pytest.mark.parametrize("capability", [Capability.CONTAINER_VIEW, Capability.HOST_MANAGE])
    def test_allowed_for_looking(self, engine: Engine, way: str, capability: Capability) -> None:
        assert info(way, host(engine.url, engine_id="SOMEBODY:ELSE"), capability).id

    @both_ways
    def test_allowed_for_a_change_of_the_known_one(self, engine: Engine, way: str) -> None:
        known = engine.http.json("GET", "/info")["ID"]
        assert info(way, host(engine.url, engine_id=known), Capability.CONTAINER_OPERATE).id == known


@both_ways
def test_a_disabled_host_is_not_changed(engine: Engine, way: str) -> None:
    with refused(HostDisabled, "enable it first"):
        info(way, host(engine.url, enabled=False), Capability.CONTAINER_OPERATE)
    assert info(way, host(engine.url, enabled=False), Capability.CONTAINER_VIEW).id


def test_the_users_docker_configuration_is_not_read(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text('{"HttpHeaders": {"X-Leak": "yes"}, "credsStore": "nope"}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with open_engine(permit(host(engine.url))) as opened, opened.speaking() as api:
        assert "X-Leak" not in api.headers
        assert api.info()["ID"]


@contextlib.contextmanager
def _answering(answer: bytes) -> Iterator[str]:
    """A server on loopback that answers each connection with these bytes and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = server.accept()
                    with client:
                        client.recv(4096)
                        client.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)

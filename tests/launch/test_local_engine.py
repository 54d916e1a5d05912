"""The finder: each place an engine may be, which one wins, and what is said when a named one is silent."""

import hashlib
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dashboard.up import local_engine
from dashboard.up.words import CannotStart


@pytest.fixture
def machine(tmp_path: Path) -> Iterator["Machine"]:
    with ExitStack() as stack:
        yield Machine(tmp_path, stack)


class Machine:
    """A folder that stands for a machine's root, with sockets somebody listens on."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.root, self._stack = root, stack
        self.environ = {"HOME": "/home/ada", "USER": "ada", "XDG_RUNTIME_DIR": "/run/user/7"}

    def listen(self, path: str) -> None:
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        one = self._stack.enter_context(socket.socket(socket.AF_UNIX))
        one.bind(str(place))
        one.listen()

    def context(self, name: str, host: str) -> Path:
        """Make it the docker command's current context, as the command writes it; the folder of its TLS files."""
        folder = self.root / "docker-config"
        self.environ["DOCKER_CONFIG"] = str(folder)
        digest = hashlib.sha256(name.encode()).hexdigest()
        meta = folder / "contexts/meta" / digest / "meta.json"
        meta.parent.mkdir(parents=True)
        meta.write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host}}}))
        (folder / "config.json").write_text(json.dumps({"currentContext": name}))
        return folder / "contexts/tls" / digest / "docker"

    def found(self) -> str:
        engine, _ = local_engine.find(self.environ, self.root)
        return engine.url if engine else ""

    def notes(self) -> str:
        return " ".join(local_engine.find(self.environ, self.root)[1])


@pytest.mark.parametrize(
    "path",
    [
        "/var/run/docker.sock",
        "/run/user/7/docker.sock",
        "/home/ada/.docker/run/docker.sock",
        "/run/user/7/podman/podman.sock",
        "/run/podman/podman.sock",
    ],
)
def test_a_socket_is_found(machine: Machine, path: str) -> None:
    machine.listen(path)
    assert machine.found() == f"unix://{path}"


def test_docker_before_podman_and_dead_sockets_are_passed_over(machine: Machine) -> None:
    dead = machine.root / "var/run/docker.sock"
    dead.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(dead))
    machine.listen("/run/podman/podman.sock")
    machine.listen("/run/user/7/docker.sock")
    assert machine.found() == "unix:///run/user/7/docker.sock"


def test_nothing_here(machine: Machine) -> None:
    assert machine.found() == ""
    assert machine.notes() == ""


def test_docker_host_wins(machine: Machine) -> None:
    machine.listen("/var/run/docker.sock")
    machine.listen("/somewhere/engine.sock")
    machine.environ["DOCKER_HOST"] = "unix:///somewhere/engine.sock"
    assert machine.found() == "unix:///somewhere/engine.sock"


def test_docker_host_over_tls_brings_its_files(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        for name in ("ca", "cert", "key"):
            (machine.root / f"{name}.pem").write_text("-")
        url = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        machine.environ |= {"DOCKER_HOST": url, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(machine.root)}
        engine, _ = local_engine.find(machine.environ, machine.root)
    assert engine is not None
    assert engine.as_options() == (
        *("--engine", url, "--ca", f"{machine.root}/ca.pem"),
        *("--cert", f"{machine.root}/cert.pem", "--key", f"{machine.root}/key.pem"),
    )


def test_the_current_context_with_its_files(machine: Machine) -> None:
    machine.listen("/opt/engine.sock")
    tls = machine.context("work", "unix:///opt/engine.sock")
    tls.mkdir(parents=True)
    (tls / "ca.pem").write_text("-")
    engine, _ = local_engine.find(machine.environ, machine.root)
    assert engine is not None
    assert (engine.url, engine.ca, engine.cert) == ("unix:///opt/engine.sock", f"{tls}/ca.pem", "")


def test_docker_context_by_name_and_broken_files(machine: Machine) -> None:
    machine.listen("/opt/engine.sock")
    machine.context("work", "unix:///opt/engine.sock")
    machine.environ["DOCKER_CONTEXT"] = "default"
    assert machine.found() == ""
    machine.environ["DOCKER_CONTEXT"] = "work"
    assert machine.found() == "unix:///opt/engine.sock"
    for file in (machine.root / "docker-config").rglob("*.json"):
        file.write_text("[1, 2")
    assert machine.found() == ""


def test_a_silent_address_and_one_over_ssh_are_said(machine: Machine) -> None:
    machine.environ["DOCKER_HOST"] = "unix:///gone.sock"
    assert "DOCKER_HOST names unix:///gone.sock, which does not answer" in machine.notes()
    machine.environ["DOCKER_HOST"] = "ssh://ada@far"
    assert "add it on the Hosts page" in machine.notes()


def test_a_socket_that_may_not_be_used(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(url: str, root: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(local_engine, "_knock", refuse)
    with pytest.raises(CannotStart, match=r"You may not use .*/var/run/docker.sock; .*usermod -aG docker ada"):
        machine.found()

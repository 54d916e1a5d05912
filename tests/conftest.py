"""Hands tests the testbed's real parts: started at first use, shared by a worker's session, stopped at its end."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from tests.flushing import flushable
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE, load_base_image
from tests.testbed.needs import started, without
from tests.testbed.newer_engine import newer_binaries
from tests.testbed.parts import MissingPartError
from tests.testbed.redis_server import RedisServer
from tests.testbed.registry import Registry
from tests.testbed.ssh import SshServer
from tests.testbed.workspace import make_workspace, remove_workspace

# A busy machine makes nothing wrong.
settings.register_profile("quayside", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("quayside")

# Whoever asks for one of these needs no mark of their own.
REAL_PARTS = {
    "engine",
    "tls_engine",
    "newer_engine",
    "ssh_server",
    "registry",
    "auth_registry",
    "slow_registry",
    "run_container",
    "spare_engine",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses a real part as `engine`, and what is about faults as `faults`, before -m chooses."""
    for item in items:
        if "faults" in item.path.parent.name or item.path.name == "test_faults.py":
            item.add_marker(pytest.mark.faults)
        if REAL_PARTS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.engine)


@pytest.fixture(scope="session", autouse=True)
def flushable_trail() -> Iterator[None]:
    """Tests that need real transactions end with emptied tables, which the trail's triggers would refuse."""
    with flushable():
        yield


@pytest.fixture(autouse=True)
def nothing_of_other_tests() -> Iterator[None]:
    """A process remembers which own rules of redaction there are, and who has done how much."""
    yield
    from hosts import limits
    from hosts.models.redaction import forget_rules

    forget_rules()
    limits.forget()


@pytest.fixture(scope="session")
def workspace() -> Iterator[Path]:
    """A short-named folder for the engines and servers of this session, emptied of all they leave behind."""
    folder = make_workspace()
    yield folder
    remove_workspace(folder)


@pytest.fixture(scope="session")
def engine(workspace: Path) -> Iterator[Engine]:
    """A private engine with the base image and three containers, which tests leave as they are:
    `ticker` (running, logs a line a second), `web` (running, serves HTTP), `failed` (exited with 3).
    """
    for part in started(Engine(workspace, "engine")):
        load_base_image(part)
        labels = ["--label=com.docker.compose.project=shop", "--label=com.docker.compose.service"]
        ticker = "i=0; while :; do echo tick $i; i=$((i+1)); sleep 1; done"
        part.run("--name=ticker", f"{labels[1]}=ticker", labels[0], BASE_IMAGE, "sh", "-c", ticker)
        part.run("--name=web", f"{labels[1]}=web", labels[0], BASE_IMAGE, "httpd", "-f", "-h", "/srv")
        part.docker("run", "--name=failed", BASE_IMAGE, "sh", "-c", "echo giving up >&2; exit 3", check=False)
        yield part


@pytest.fixture
def spare_engine(workspace: Path) -> Iterator[Engine]:
    """An engine of one test's own with the base image, to be killed, frozen or restarted."""
    for part in started(Engine(workspace, f"spare-{uuid4().hex[:6]}")):
        load_base_image(part)
        yield part


@pytest.fixture
def run_container(engine: Engine) -> Iterator[Callable[..., str]]:
    """`run_container(*arguments)` is `docker run --detach` on `engine`: the id; all are removed after the test."""
    ids: list[str] = []

    def run(*arguments: str) -> str:
        ids.append(engine.run(*arguments))
        return ids[-1]

    yield run
    for container in ids:
        engine.remove_container(container)


@pytest.fixture(scope="session")
def tls_engine(workspace: Path) -> Iterator[Engine]:
    """An engine that also listens on `tcp_url`, for those who show a certificate of its `tls` material."""
    for part in started(Engine(workspace, "tls-engine", tcp="tls")):
        load_base_image(part)
        yield part


@pytest.fixture(scope="session")
def newer_engine(workspace: Path) -> Iterator[Engine]:
    """An engine at least as new as Debian 13's (26.1, API 1.45), with the base image."""
    try:
        binaries = newer_binaries()
    except MissingPartError as missing:
        without(missing)
    for part in started(Engine(workspace, "newer-engine", binaries=binaries)):
        load_base_image(part)
        yield part


@pytest.fixture(scope="session")
def ssh_server(workspace: Path) -> Iterator[SshServer]:
    """An SSH server; `engine.socket` is reachable through it, for it runs on the same machine."""
    yield from started(SshServer(workspace))


@pytest.fixture(scope="session")
def registry(workspace: Path) -> Iterator[Registry]:
    """An open, empty registry: `registry.publish(engine, "team/app:1", [2, 3])` puts an image there."""
    yield from started(Registry(workspace))


@pytest.fixture(scope="session")
def auth_registry(workspace: Path) -> Iterator[Registry]:
    """A registry that wants the login in its `htpasswd`."""
    yield from started(Registry(workspace, "auth-registry", htpasswd=("ada", "let-me-in")))


@pytest.fixture(scope="session")
def slow_registry(workspace: Path) -> Iterator[Registry]:
    """A registry that sends 1 MB a second to all its clients together; `wire.bytes_per_second` may be changed."""
    yield from started(Registry(workspace, "slow-registry", throttle_bytes_per_second=1_000_000))


@pytest.fixture(scope="session")
def redis_server(workspace: Path) -> Iterator[RedisServer]:
    yield from started(RedisServer(workspace))

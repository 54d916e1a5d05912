"""A web process with small limits, and a second one over the same data and Redis."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.needs import started
from tests.testbed.web import Web

PROXY = "127.0.0.9"
SMALL = {
    "LIMIT_HEADER_SECONDS": "3",
    "LIMIT_BODY_SECONDS": "3",
    "LIMIT_STALL_SECONDS": "4",
    "LIMIT_CONNECTIONS_PER_ADDRESS": "16",
    "LIMIT_SOCKETS_PER_SESSION": "4",
    "LIMIT_SOCKETS_PER_PERSON": "6",
    "LIMIT_MESSAGES_PER_MINUTE": "600",
    "TRUST_PROXY": "1",
    "TRUSTED_PROXIES": PROXY,
}


@pytest.fixture(scope="session", autouse=True)
def many_files() -> None:
    """For the tests' own ends of the connections."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))


@pytest.fixture(scope="session")
def web(workspace: Path) -> Iterator[Web]:
    yield from started(Web(workspace, "net", "tests.dashboard.net.large:application", **SMALL))


@pytest.fixture(scope="session")
def ada(web: Web) -> str:
    """Her session."""
    return web.sign_in("ada")


@pytest.fixture(scope="session")
def second(web: Web, workspace: Path) -> Iterator[Web]:
    """Another web process of the same console."""
    second = Web(workspace, "net-second", **SMALL)
    second.redis, second.data = web.redis, web.folder
    second.folder.mkdir(parents=True, exist_ok=True)
    # They stand behind one name: what one of them has signed in, the other knows.
    second.more["ORIGINS"] = f"{web.url},{second.url}"
    second.launch()
    yield second
    assert second.process is not None
    second.process.stop()

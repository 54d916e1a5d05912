"""A real web process over the session's engine, and people who look at it."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard.live.client import Live
from tests.testbed.engine import Engine
from tests.testbed.needs import started
from tests.testbed.web import Web

Follow = Callable[..., Live]


@pytest.fixture(scope="session")
def web(workspace: Path, engine: Engine) -> Iterator[Web]:
    # One session does here what a hundred do elsewhere.
    more = {"LIMIT_MESSAGES_PER_MINUTE": "600000"}
    for part in started(Web(workspace, "live", "tests.dashboard.live.counting:application", **more)):
        part.add_host("harbour", engine.url)
        yield part


@pytest.fixture(scope="session")
def cookie(web: Web) -> str:
    """Ada's session."""
    return web.sign_in("ada", "administrator")


@pytest.fixture
def live(web: Web, cookie: str) -> Iterator[Callable[..., Live]]:
    """`live(path)` is a socket of Ada's, closed after the test."""
    opened: list[Live] = []

    def connect(path: str = "/live/logs", **options: Any) -> Live:
        opened.append(Live(web.url, path, **{"cookie": cookie, **options}))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


@pytest.fixture
def follow(live: Callable[..., Live]) -> Follow:
    """`follow(container)` is a socket that has asked for its log."""

    def opened(container: str, host: str = "harbour", **asked: Any) -> Live:
        return live().send("open", host=host, container=container, **asked)

    return opened


def running(web: Web) -> dict[str, Any]:
    with urllib.request.urlopen(f"{web.url}/-running", timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
        return found

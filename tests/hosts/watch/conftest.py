"""Hands tests a running watcher: one for a module, or one of a test's own that may be broken."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.hosts.watch.watching import Watcher, migrated


@pytest.fixture(scope="session")
def empty_data(workspace: Path) -> Path:
    return migrated(workspace / "empty")


@pytest.fixture(scope="module")
def watcher(workspace: Path, empty_data: Path) -> Iterator[Watcher]:
    with Watcher(workspace / f"w-{uuid4().hex[:6]}", empty_data) as running:
        yield running


@pytest.fixture
def own_watcher(workspace: Path, empty_data: Path) -> Iterator[Watcher]:
    with Watcher(workspace / f"w-{uuid4().hex[:6]}", empty_data) as running:
        yield running

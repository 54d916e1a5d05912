"""A kept log with a writer on a folder of its own, and batches of made-up lines."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from hosts.access import Actor, Capability, Grant, Target, grant
from hosts.history import Source, source
from hosts.history.writer import Writer
from hosts.models import Host, KeptLog
from tests import rows

LogMaker = Callable[..., KeptLog]


@pytest.fixture
def harbour(db: None) -> Host:
    return rows.host("harbour")


@pytest.fixture(autouse=True)
def history_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "history"


@pytest.fixture
def make_log(harbour: Host) -> LogMaker:
    def make(name: str = "web", **columns: object) -> KeptLog:
        told = {"days": 30, "bytes_each": 1 << 30, "engine_id": rows.engine_id(name), "host": harbour, **columns}
        return KeptLog.objects.create(name=name, **told)

    return make


@pytest.fixture
def writer(make_log: LogMaker) -> Writer:
    return Writer(make_log())


def source_of(kept: KeptLog) -> Source:
    answer = grant(Actor.shell(), Capability.CONTAINER_LOGS, Target("container", kept.host, kept.engine_id))
    assert isinstance(answer, Grant)
    found = source(answer)
    assert found is not None
    return found

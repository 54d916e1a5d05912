"""The disk of the data folder is full: what cannot be recorded is not done, and is said in words."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.scene import ADA, Scene
from tests.testbed.engine import Engine
from tests.testbed.needs import started, without
from tests.testbed.parts import MissingPartError
from tests.testbed.process import wait_until
from tests.testbed.visitor import Visitor

MEGABYTES = 48
TRACE = "Traceback"


@pytest.fixture
def small_disk(workspace: Path) -> Iterator[Path]:
    """A disk of its own for the data folder."""
    folder = workspace / "small-disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "quayside-test", str(folder)]
    if subprocess.run(command, capture_output=True).returncode:
        without(MissingPartError("A small disk is needed: mounting one takes root"))
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def scene(workspace: Path, small_disk: Path, engine: Engine) -> Iterator[Scene]:
    for scene in started(Scene(workspace / "full", DATA_DIR=str(small_disk))):
        scene.add("calm", engine.url)
        yield scene


def fill(disk: Path) -> Path:
    """Write until nothing more fits."""
    file = disk / "ballast"
    with file.open("wb", buffering=0) as out:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while out.write(b"\0" * size):
                    pass
            except OSError:
                continue
    return file


def test_what_cannot_be_recorded_is_not_done(scene: Scene, small_disk: Path, engine: Engine) -> None:
    """Rules 28 and 29: the trail fails closed."""
    ada = scene.visit()
    ballast = fill(small_disk)
    assert ada.do("volume.create", "host:calm:", name="fits", driver="local").status_code in (302, 503), "WAL has room"
    answers = [ada.do("volume.create", "host:calm:", name=f"full-{number}", driver="local") for number in range(40)]
    refused = [number for number, answer in enumerate(answers) if answer.status_code != 302]
    assert refused, "forty records fitted on a full disk"
    made = engine.docker("volume", "ls", "--quiet").split()
    for number in refused:
        answer = answers[number]
        assert answer.status_code == 503, answer.text
        assert "so nothing was done" in answer.text
        assert TRACE not in answer.text
        assert f"full-{number}" not in made
    for path in ("/", "/containers/", "/audit/"):
        assert ada.get(path).status_code == 200, path
    stranger = Visitor(scene.url)
    stranger.get("/accounts/login/")
    answer = stranger.post("/accounts/login/", {"login": ADA[0], "password": ADA[1]})
    assert answer.status_code in (302, 503)
    assert TRACE not in answer.text

    ballast.unlink()
    wait_until(lambda: scene.status("/healthz") == 200, 60, 0.5, "all to be well again")
    assert ada.do("volume.create", "host:calm:", name="room", driver="local").status_code == 302
    assert "room" in engine.docker("volume", "ls", "--quiet").split()
    done = scene.sql("SELECT e.object_name FROM hosts_auditevent e WHERE e.action = 'volume.create'")
    assert set(done) >= {name for name in made if name.startswith("full-")}
    open_records = "SELECT count(*) FROM hosts_auditevent e LEFT JOIN hosts_auditending n ON n.event_id = e.id"
    assert scene.sql(f"{open_records} WHERE n.id IS NULL AND e.at < datetime('now', '-1 hour')") == [0]

"""Does the demo show every state it promises, lead to its hosts, and go away completely?"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.testbed.engine_http import EngineHttp
from tests.testbed.leftovers import mounts_below, processes_naming
from tests.testbed.needs import without
from tests.testbed.parts import PACKAGES, MissingPartError, need_root, program
from tests.testbed.process import Process, wait_until

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Process, dict[str, Any]]]:
    try:
        need_root("the demo")
        for name in PACKAGES:
            program(name)
    except MissingPartError as missing:
        without(missing)
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "tests.testbed.demo", "--data-dir", str(folder), "--local", "always"]
    process = Process(command, folder / "log", {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])})
    process.wait_ready((folder / "demo.json").exists, timeout=120)
    yield process, json.loads((folder / "demo.json").read_text())
    process.stop(30)


def sockets(described: dict[str, Any]) -> dict[str, Path]:
    """The local socket of each engine; the one behind TLS lies beside the others."""
    local = Path(next(host["url"] for host in described["hosts"] if host["name"] == "local").removeprefix("unix://"))
    return {name: local.parent.parent / name / "docker.sock" for name in ("local", "harbour", "lighthouse")}


def test_every_state_is_there(demo: tuple[Process, dict[str, Any]]) -> None:
    at = EngineHttp(sockets(demo[1])["harbour"])

    def seen() -> set[str]:
        listed = at.json("GET", "/containers/json", {"all": 1})
        words = {one["State"] for one in listed}
        return words | {
            word for word in ("healthy", "unhealthy", "starting") for one in listed if word in one["Status"]
        }

    wanted = {"running", "exited", "paused", "created", "restarting", "healthy", "unhealthy", "starting"}
    gathered: set[str] = set()

    def all_seen() -> bool:
        # One restarts in a loop, so not all states are there at the same moment.
        gathered.update(seen())
        return wanted <= gathered

    wait_until(all_seen, 60, 0.3, "every state")


def test_its_images_can_be_pulled(demo: tuple[Process, dict[str, Any]]) -> None:
    at = EngineHttp(sockets(demo[1])["harbour"])
    for registry in demo[1]["registries"]:
        if "user" not in registry:
            query = {"fromImage": f"{registry['address']}/team/app", "tag": "1.1"}
            said = [line.get("status", "") for line in at.progress("/images/create", query)]
            assert said[-1].startswith(("Status: Downloaded newer image", "Status: Image is up to date"))


def test_ssh_leads_to_the_lighthouse(demo: tuple[Process, dict[str, Any]], tmp_path: Path) -> None:
    host = next(host for host in demo[1]["hosts"] if host["url"].startswith("ssh://"))
    address, _, path = host["url"].removeprefix("ssh://root@").partition("/")
    name, _, port = address.partition(":")
    known = tmp_path / "known_hosts"
    known.write_text(f"[{name}]:{port} {host['host_key']}\n")
    options = ["-o", f"UserKnownHostsFile={known}", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]
    command = [
        program("ssh"),
        "-F",
        "none",
        *options,
        "-i",
        host["ssh_key"],
        "-p",
        port,
        f"root@{name}",
        "ls",
        f"/{path}",
    ]
    assert subprocess.run(command, capture_output=True, text=True).stdout.strip() == f"/{path}"


def test_it_goes_away(demo: tuple[Process, dict[str, Any]]) -> None:
    process, described = demo
    folder = sockets(described)["local"].parent.parent
    assert processes_naming(folder)
    os.kill(process.pid, signal.SIGTERM)
    assert process.popen.wait(40) == 0
    assert processes_naming(folder) == []
    assert mounts_below(folder) == []
    assert not folder.exists()
    assert not (process.log.parent / "demo.json").exists()

"""What does the console cost while nothing happens? Memory and CPU of all its processes, with 100 running containers.

Everybody's pages have been looked at once, and one page stays open.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.figures import Figure
from tests.faults.scene import Scene
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE, load_base_image
from tests.testbed.process import descendants, wait_until
from tests.testbed.workspace import make_workspace, remove_workspace

NAME = "rest"
CONTAINERS = 100
SETTLED_AFTER, SECONDS = 20, 60
_PAGES = ("/", "/hosts/", "/containers/", "/images/", "/networks/", "/volumes/", "/jobs/", "/audit/", "/people/")


def run() -> list[Figure]:
    workspace = make_workspace()
    try:
        with Engine(workspace) as engine, Scene(workspace) as scene:
            load_base_image(engine)
            with ThreadPoolExecutor(4) as pool:
                names = [f"--name=rest-{number}" for number in range(CONTAINERS)]
                list(pool.map(lambda name: engine.run(name, BASE_IMAGE, "sleep", "36000"), names))
            return measure(scene, scene.add("bench", engine.url))
    finally:
        remove_workspace(workspace)


def measure(scene: Scene, host: str) -> list[Figure]:
    known = "SELECT count(*) FROM hosts_container WHERE state = 'running'"
    wait_until(lambda: scene.sql(known) == [CONTAINERS], 60, what="the inventory")
    visitor = scene.visit()
    container = scene.sql("SELECT engine_id FROM hosts_container LIMIT 1")[0]
    for path in (*_PAGES, f"/hosts/{host}/", f"/hosts/{host}/containers/{container}/"):
        visitor.seconds(path)
    with visitor.socket("/live/updates") as socket:
        socket.say("subscribe", topics=[f"host.{scene.host(host, 'id')}", "jobs"])
        time.sleep(SETTLED_AFTER)
        assert scene.process is not None
        mine = [scene.process.pid, *descendants(scene.process.pid)]
        before, began = sum(map(cpu_seconds, mine)), time.monotonic()
        time.sleep(SECONDS)
        used = (sum(map(cpu_seconds, mine)) - before) / (time.monotonic() - began)
        memory = sum(map(pss, mine))
    return [
        Figure(f"memory at rest, {len(mine)} processes, PSS", memory / 2**20, "MiB", 300.0),
        Figure("CPU at rest", used * 100, "% of a core", 2.0, grain=0.3),
    ]


def pss(pid: int) -> int:
    """Bytes: what the process has for itself, and its share of what it shares."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise LookupError(pid)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

"""How long after its engine's event is a container on an open page? Beside what `docker events` in a shell sees."""

import queue
import random
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.figures import Figure
from tests.faults.scene import Scene
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE, load_base_image
from tests.testbed.parts import program
from tests.testbed.visitor import Socket, Visitor
from tests.testbed.workspace import make_workspace, remove_workspace

NAME = "events"
SAMPLES = 30
_PAGE = "/containers/?q=bench"
_AS_A_PAGE = {"HX-Request": "true", "HX-Target": "live"}


def run() -> list[Figure]:
    workspace = make_workspace()
    try:
        with Engine(workspace) as engine, Scene(workspace) as scene:
            load_base_image(engine)
            scene.add("bench", engine.url)
            return measure(engine, scene)
    finally:
        remove_workspace(workspace)


def measure(engine: Engine, scene: Scene) -> list[Figure]:
    visitor = scene.visit()
    for _ in range(3):
        visitor.get(_PAGE)
    ours, theirs = [], []
    with visitor.socket("/live/updates") as socket, shell(engine) as starts:
        topic = f"host.{scene.host('bench', 'id')}"
        socket.say("subscribe", topics=[topic])
        socket.until(type="subscribed")
        for number in range(SAMPLES + 2):
            # A page asks at most twice a second; here each event finds it at rest.
            time.sleep(random.uniform(1.0, 1.5))
            began = threading.Thread(target=engine.run, args=(f"--name=bench-{number}", BASE_IMAGE, "sleep", "3600"))
            began.start()
            seen = seen_on_page(visitor, socket, topic, f"bench-{number}")
            began.join()
            happened, heard = starts.get(timeout=30)
            if number >= 2:  # the first two warm everything up
                ours.append((seen - happened) * 1000)
                theirs.append((heard - happened) * 1000)
    later = statistics.quantiles([our - their for our, their in zip(ours, theirs, strict=True)], n=20)[-1]
    return [
        Figure("event to page, p95", statistics.quantiles(ours, n=20)[-1], "ms", 500.0),
        Figure("event to page, median", statistics.median(ours), "ms", 500.0),
        Figure("the same, after `docker events` in a shell has it, p95", later, "ms", 500.0),
    ]


@contextmanager
def shell(engine: Engine) -> Iterator["queue.SimpleQueue[tuple[float, float]]"]:
    """For each container that starts: when the engine says that was, and when `docker events` printed it."""
    starts: queue.SimpleQueue[tuple[float, float]] = queue.SimpleQueue()
    command = [program("docker"), "--host", engine.url, "events", "--filter=event=start", "--format={{.TimeNano}}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        out = watching.stdout
        assert out is not None

        def read() -> None:
            for line in out:
                starts.put((int(line) / 1e9, time.time()))

        threading.Thread(target=read, daemon=True).start()
        time.sleep(1)
        yield starts
        watching.terminate()


def seen_on_page(visitor: Visitor, socket: Socket, topic: str, name: str) -> float:
    """When the part of the page that a nudge makes a browser ask for first shows the container running."""
    while True:
        socket.until(type="nudge", topic=topic)
        rows = visitor.get(_PAGE, headers=_AS_A_PAGE).text.split("<tr id=")
        if any(f">{name}<" in row and ">running<" in row for row in rows):
            return time.time()

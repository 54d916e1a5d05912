"""Is the list of containers over 10 hosts of 500 quick, and quicker than `docker ps -a` on one of them?

One host is a real engine, nine are made-up ones. The pages are asked for as a signed-in browser does, in several orders
and with filters that people use, and no engine may hear of it.
"""

import http.client
import os
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from tests.bench.figures import Figure
from tests.fakes.stub_engine import StubFleet
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE, load_base_image
from tests.testbed.parts import program
from tests.testbed.web import Web
from tests.testbed.workspace import make_workspace, remove_workspace

NAME = "pages"
CONTAINERS = 500
ROUNDS = 40
PAGES = (
    "/containers/",
    "/containers/?sort=-since",
    "/containers/?sort=image&page=40",
    "/containers/?state=running&health=unhealthy",
    "/containers/?q=web",
    "/containers/?group=project&sort=-name",
)
_ROW = b'<tr id="container-'
READ_ALL = """
from hosts.access import Actor, Capability, Target, grant
from hosts.engine.connect import open_engine
from hosts.facts import Noun
from hosts.inventory.write import Snapshot, sync
from hosts.models import Host
for host in Host.objects.all():
    with open_engine(grant(Actor.shell(), Capability.HOST_VIEW, Target("host", host))) as engine:
        things = {
            Noun.CONTAINER: tuple(engine.containers.list()), Noun.IMAGE: tuple(engine.images.list()),
            Noun.NETWORK: tuple(engine.networks.list()), Noun.VOLUME: tuple(engine.volumes.list()),
        }
    sync(host, Snapshot({noun: frozenset(each.id for each in things[noun]) for noun in things}, things))
"""


class Released(Web):
    """The web process without DEBUG, as people run it."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"DEBUG": "0"}

    def launch(self) -> None:
        self.manage("prepare")
        super().launch()


def run() -> list[Figure]:
    workspace = make_workspace()
    try:
        with Engine(workspace) as engine, StubFleet(workspace, engines=9, containers=CONTAINERS) as stubs:
            fill(engine)
            with Released(workspace) as web:
                for number, url in enumerate([engine.url, *(stub.url for stub in stubs.handles)]):
                    web.add_host(f"host-{number}", url)
                web.run(READ_ALL)
                return measure(engine, stubs, web)
    finally:
        remove_workspace(workspace)


def fill(engine: Engine) -> None:
    """Five hundred containers, one in ten of them running."""
    load_base_image(engine)

    def create(number: int) -> None:
        labels = {"com.docker.compose.project": f"project-{number % 20}"}
        body = {"Image": BASE_IMAGE, "Cmd": ["sleep", "3600"], "Labels": labels, "HostConfig": {"NetworkMode": "none"}}
        made = engine.http.json("POST", "/containers/create", {"name": f"real-{number}"}, body)
        if number % 10 == 0:
            engine.http.request("POST", f"/containers/{made['Id']}/start")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(create, range(CONTAINERS)))


def measure(engine: Engine, stubs: StubFleet, web: Web) -> list[Figure]:
    headers = {"Cookie": web.sign_in()}
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    for page in PAGES * 3:
        milliseconds_of_page(connection, page, headers)
    for stub in stubs.handles:
        stub.forget()
    pages, theirs = [], []
    for number in range(ROUNDS):
        pages += [milliseconds_of_page(connection, page, headers) for page in PAGES]
        if number % 4 == 0:
            theirs.append(milliseconds_of_docker_ps(engine))
    heard = sum(sum(stub.requests().values()) for stub in stubs.handles)
    p95 = statistics.quantiles(pages, n=20)[-1]
    return [
        Figure("containers page over 10 x 500, p95", p95, "ms", 60.0),
        Figure("the same, beside one engine's list", p95, "ms", 1.0, "docker ps -a", statistics.median(theirs)),
        Figure("requests that the engines heard meanwhile", heard, "requests", 0.0),
    ]


def milliseconds_of_page(connection: http.client.HTTPConnection, page: str, headers: dict[str, str]) -> float:
    began = time.perf_counter()
    connection.request("GET", page, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    took = (time.perf_counter() - began) * 1000
    assert answer.status == 200, f"{page}: {answer.status}"
    assert body.count(_ROW) == 50, f"{page} shows {body.count(_ROW)} rows"
    return took


def milliseconds_of_docker_ps(engine: Engine) -> float:
    command = [program("docker"), "--host", engine.url, "ps", "--all"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(engine.folder)}
    began = time.perf_counter()
    shown = subprocess.run(command, check=True, capture_output=True, env=environment).stdout
    took = (time.perf_counter() - began) * 1000
    assert shown.count(b"\n") == CONTAINERS + 1
    return took

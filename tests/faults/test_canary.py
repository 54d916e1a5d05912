"""Rule 11: thirty secrets are given to the console in every way there is, and it lets none of them out again.

What is looked through: every page, export, fragment and socket message, the console's own log at its most talkative,
the database byte by byte, all that was said to Redis, and the command lines of its processes.
"""

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.faults.hostile import filled, routes
from tests.faults.scene import Scene
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.needs import started
from tests.testbed.process import descendants, wait_until
from tests.testbed.redis_server import RedisServer
from tests.testbed.registry import Registry
from tests.testbed.ssh import SshServer
from tests.testbed.visitor import Visitor

VARIABLES = (
    "PASSWORD", "DB_PASSWORD", "POSTGRES_PASSWORD", "MYSQL_ROOT_PASSWORD", "API_KEY", "AWS_SECRET_ACCESS_KEY", "TOKEN",
    "GITHUB_TOKEN", "SECRET_KEY", "JWT_SECRET", "SMTP_PASS", "ENCRYPTION_KEY", "CLIENT_SECRET", "AUTH_COOKIE",
)  # fmt: skip


def canary() -> str:
    return f"canary{uuid4().hex}"


class Cage:
    """The secrets, each by the way it was given."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def new(self, way: str) -> str:
        self.secrets[way] = canary()
        return self.secrets[way]

    def take(self, way: str, pem: Path) -> str:
        """A private key: its second line stands for it."""
        text = pem.read_text()
        self.secrets[way] = text.splitlines()[2]
        return text

    def escaped(self, text: str | bytes) -> list[str]:
        """The ways whose secret stands in the text, plain or in base64."""
        data = text.encode() if isinstance(text, str) else text
        return [way for way, secret in self.secrets.items() if any(form in data for form in forms_of(secret))]


def forms_of(secret: str) -> list[bytes]:
    # In base64 a text looks differently at each of three places, and its ends run into what stands beside it.
    shifted = [base64.b64encode(b"x" * shift + secret.encode())[4:-4] for shift in range(3)]
    return [secret.encode(), *shifted]


class Eavesdropper(threading.Thread):
    """All that is said to a Redis."""

    def __init__(self, redis: RedisServer) -> None:
        super().__init__(daemon=True)
        self.heard = bytearray()
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(str(redis.socket))
        self._connection.sendall(b"MONITOR\r\n")

    def run(self) -> None:
        while piece := self._connection.recv(65536):
            self.heard += piece

    def stop(self) -> None:
        self._connection.shutdown(socket.SHUT_RDWR)
        self.join(10)
        self._connection.close()


@pytest.fixture(scope="module")
def redis(workspace: Path) -> Iterator[RedisServer]:
    yield from started(RedisServer(workspace, "canary-redis"))


@pytest.fixture(scope="module")
def cage() -> Cage:
    return Cage()


@pytest.fixture(scope="module")
def locked(workspace: Path, cage: Cage) -> Iterator[Registry]:
    yield from started(Registry(workspace, "locked", htpasswd=("robot", cage.new("the registry's login"))))


@pytest.fixture(scope="module")
def scene(workspace: Path, redis: RedisServer) -> Iterator[Scene]:
    yield from started(Scene(workspace / "canary", REDIS_URL=redis.url, LOG_LEVEL="DEBUG"))


def give_people(ada: Visitor, cage: Cage, scene: Scene) -> None:
    new = cage.new("a new person's password")
    words = {"username": "otto", "password": new, "password_again": new, "role": "operator"}
    assert ada.do("person.add", [], **words).status_code == 302
    person = f"person::{scene.sql('SELECT id FROM hosts_user WHERE username = ?', 'otto')[0]}"
    other = cage.new("a password given by an administrator")
    assert ada.do("person.password", person, password=other, password_again=other).status_code == 302
    ada.do("person.password", person, password=cage.new("a password typed twice"), password_again="something-else")
    stranger = Visitor(scene.url)
    stranger.get("/accounts/login/")
    stranger.post("/accounts/login/", {"login": "otto", "password": cage.new("a wrong guess")})
    otto = Visitor(scene.url).sign_in("otto", other)
    own = cage.new("a password changed by its owner")
    change = {"oldpassword": other, "password1": own, "password2": own}
    assert otto.post("/accounts/password/change/", change).status_code == 302
    otto.do(
        "registry.add",
        [],
        server="refused.test",
        username="o",
        over="all",
        password=cage.new("a login that was refused"),
    )


def give_hosts(ada: Visitor, cage: Cage, scene: Scene, tls_engine: Engine, ssh_server: SshServer) -> None:
    tls = tls_engine.tls
    assert tls is not None
    pems = {"tls_ca": tls.ca.read_text(), "tls_cert": tls.client_cert.read_text()}
    key = cage.take("a TLS key", tls.client_key)
    given = {"name": "by-tls", "url": tls_engine.tcp_url, **pems, "tls_key": key}
    assert ada.do("host.add", [], **given).status_code == 302
    ssh = {"ssh_key": cage.take("an SSH key", ssh_server.client_key), "ssh_host_key": ssh_server.known_hosts}
    given = {"name": "by-ssh", "url": f"{ssh_server.url}{scene.host('calm', 'url').removeprefix('unix://')}", **ssh}
    assert ada.do("host.add", [], **given).status_code == 302
    for name in ("by-tls", "by-ssh"):
        scene.host_is(name, "up")
        edited = ada.get(f"/do/host.edit?on=host:{name}:")
        assert edited.status_code == 200


def give_registries(ada: Visitor, cage: Cage, scene: Scene, engine: Engine, locked: Registry) -> None:
    image = locked.publish(engine, "locked/app:1", [0.1])
    right = cage.secrets["the registry's login"]
    robot = {"username": "robot", "over": "all"}
    ada.do("registry.add", [], server="not a server", password=cage.new("a login with a mistake"), **robot)
    assert ada.do("registry.add", [], server=locked.address, password=right, **robot).status_code == 302
    ada.allow(locked.address)
    path = ada.begin("image.pull", "host:calm:", reference=image)
    scene.job_is(path, "succeeded", within=60)
    registry = scene.sql("SELECT id FROM hosts_registry")[0]
    assert ada.do("registry.remove", f"registry::{registry}").status_code == 302
    wrong = cage.new("a wrong login")
    assert ada.do("registry.add", [], server=locked.address, password=wrong, **robot).status_code == 302
    path = ada.begin("image.pull", "host:calm:", reference=f"{locked.address}/locked/app:2")
    scene.job_is(path, "failed", within=60)


def give_containers(cage: Cage, scene: Scene, engine: Engine) -> str:
    """A container that holds secrets wherever people put them: its id."""
    options = [f"--env={name}={cage.new(name)}" for name in VARIABLES]
    options.append(f"--env=DATABASE_URL=postgres://app:{cage.new('in a URL')}@db:5432/app")
    options.append(f"--env=OPTIONS=host=db password={cage.new('in a list of options')}")
    options.append(f"--label=app.api-token={cage.new('in a label')}")
    command = ["--password", cage.new("an argument"), f"--token={cage.new('an option')}"]
    container = engine.run("--name=holds-secrets", *options, BASE_IMAGE, "sh", "-c", "sleep 1000", *command)
    wait_until(lambda: scene.sql("SELECT 1 FROM hosts_container WHERE engine_id = ?", container), 30)
    return container


SECTIONS = ("environment", "mounts", "networks", "health", "labels", "inspect")


def everything_shown(ada: Visitor, scene: Scene, container: str) -> Iterator[tuple[str, str]]:
    """Each address that a person can look at, with what it says."""
    image = scene.sql("SELECT replace(image_id, 'sha256:', '') FROM hosts_container WHERE engine_id = ?", container)[0]
    jobs = [f"/jobs/{key}/" for key in scene.sql("SELECT id FROM hosts_job")]
    records = [f"/audit/{key}/" for key in scene.sql("SELECT id FROM hosts_auditevent")]
    paths = ["/search/?q=holds", "/containers/?q=canary", "/audit/?q=canary", *jobs, *records]
    for host in ("calm", "by-tls", "by-ssh"):
        values = {"host": host, "ref": container, "pk": "1", "name": "host.edit", "token": "x"}
        paths += [
            "/" + filled(str(pattern.pattern), values) for pattern in routes() if pattern.name != "account_logout"
        ]
    paths += [f"/hosts/calm/containers/{container}/{section}/" for section in SECTIONS]
    paths += [f"/hosts/calm/images/{image}/", "/do/host.edit?on=host:by-tls:", "/do/host.edit?on=host:by-ssh:"]
    for path in dict.fromkeys(paths):
        answer = ada.get(path)
        assert answer.status_code < 500, path
        yield path, answer.text + str(answer.headers)
    with ada.socket("/live/logs") as log:
        log.say("open", host="calm", container=container)
        yield "/live/logs", json.dumps(log.until(type="opened"))


def test_no_secret_gets_out(
    scene: Scene,
    cage: Cage,
    redis: RedisServer,
    engine: Engine,
    tls_engine: Engine,
    ssh_server: SshServer,
    locked: Registry,
) -> None:
    ear = Eavesdropper(redis)
    ear.start()
    scene.add("calm", engine.url)
    ada = scene.visit()
    give_people(ada, cage, scene)
    give_hosts(ada, cage, scene, tls_engine, ssh_server)
    give_registries(ada, cage, scene, engine, locked)
    container = give_containers(cage, scene, engine)
    try:
        shown = dict(everything_shown(ada, scene, container))
    finally:
        engine.remove_container(container)
    assert "DB_PASSWORD" in shown[f"/hosts/calm/containers/{container}/environment/"], (
        "its name is shown, its value is not"
    )
    found = {path: ways for path, text in shown.items() if (ways := cage.escaped(text))}
    time.sleep(1)
    ear.stop()
    assert scene.process is not None
    for pid in descendants(scene.process.pid):
        found[f"command line of {pid}"] = cage.escaped(Path(f"/proc/{pid}/cmdline").read_bytes())
    found["log"] = cage.escaped(scene.log.read_bytes())
    found["Redis"] = cage.escaped(bytes(ear.heard))
    for file in scene.data_dir.glob("db.sqlite3*"):
        found[file.name] = cage.escaped(file.read_bytes())
    assert len(cage.secrets) >= 30
    assert len(ear.heard) > 1000
    assert {where: ways for where, ways in found.items() if ways} == {}


def test_a_secret_that_got_out_would_be_seen(cage: Cage) -> None:
    secret = cage.new("proof")
    for text in (secret, f"x{secret}y", base64.b64encode(f'{{"password":"{secret}"}}'.encode()).decode()):
        assert cage.escaped(text) == ["proof"]

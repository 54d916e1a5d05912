"""Runs the console over the demo's landscape, and tells it of the hosts as a person at a shell would."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboard import env
from dashboard.up.programs import address
from tests.testbed.process import StartFailedError, dies_with_us, wait_until

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, str(ROOT / "manage.py")]


@contextlib.contextmanager
def console(described: dict[str, Any], data_dir: Path, local_url: str | None) -> Iterator[None]:
    """`manage.py up` with `data_dir` as its DATA_DIR, printing where it always prints; ready once it has all hosts."""
    env.load_dotenv()
    environment = os.environ | {"DATA_DIR": str(data_dir.resolve())}
    if local_url:
        # So it is found as this machine's engine, and none is installed.
        environment["DOCKER_HOST"] = local_url
    command = [*dies_with_us("TERM"), *MANAGE, "up"]
    # A session of its own: at Ctrl-C it is stopped by us, before the engines it watches.
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_until(lambda: process.poll() is not None or is_healthy(), 180, 1, "the console")
        if process.poll() is not None:
            raise StartFailedError("The console did not start.")
        for host in described["hosts"]:
            if host["url"] != local_url:
                tell(host, environment)
        allow([registry["address"] for registry in described["registries"]], environment)
        for registry in described["registries"]:
            if "user" in registry:
                log_in(registry, environment)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


PERFORM = """
import sys
from hosts.access import Actor, Target
from hosts.operations.base import find
from hosts.operations.perform import perform

words = sys.stdin.read().split()
"""
LOG_IN = f"""{PERFORM}
data = {{"over": "all", **dict(zip(("server", "username", "password"), words))}}
print(perform(Actor.shell(), find("registry.add"), Target("console"), data).message)
"""
ALLOW = f"""{PERFORM}
data = {{"servers": "\\n".join(words)}}
print(perform(Actor.shell(), find("registry.allow"), Target("console"), data).message)
"""


def log_in(registry: dict[str, str], environment: dict[str, str]) -> None:
    """Add the login of a registry, through the same operation as the page; its password goes by a pipe."""
    at_the_shell(LOG_IN, [registry[name] for name in ("address", "user", "password")], environment)


def allow(addresses: list[str], environment: dict[str, str]) -> None:
    """Let hosts pull from the registries of the landscape, which are on loopback, and from Docker Hub."""
    at_the_shell(ALLOW, ["docker.io", *addresses], environment)


def at_the_shell(code: str, words: list[str], environment: dict[str, str]) -> None:
    command = [*MANAGE, "shell", "--no-imports", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, input="\n".join(words), capture_output=True, text=True)
    print((done.stdout.strip() or done.stderr.strip()).splitlines()[-1], flush=True)


def is_healthy() -> bool:
    connection = http.client.HTTPConnection(*address(), timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def tell(host: dict[str, str], environment: dict[str, str]) -> None:
    """Add a host; one of the same name is from an earlier demo, whose addresses and keys are gone."""
    subprocess.run([*MANAGE, "hosts", "remove", host["name"]], cwd=ROOT, env=environment, capture_output=True)
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder, "host_key")
        pinned.write_text(host.get("host_key", ""))
        options = {"--ca": "ca", "--cert": "cert", "--key": "key", "--ssh-key": "ssh_key"}
        words = [word for option, key in options.items() if key in host for word in (option, host[key])]
        if "host_key" in host:
            words += ["--ssh-host-key", str(pinned)]
        command = [*MANAGE, "hosts", "add", host["name"], host["url"], *words]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    print(done.stdout.strip() if done.returncode == 0 else done.stderr.strip().splitlines()[-1], flush=True)

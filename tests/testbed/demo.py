"""Brings up a landscape to look at: engines over TLS and SSH, registries, and projects that run, fail, restart and log.

    python -m tests.testbed.demo --data-dir var/demo

Needs root and the Debian packages docker.io, docker-registry, openssh-server, apache2-utils and busybox-static.
It leaves an engine that is on this machine already as it is; where none answers it starts one of its own, as the host
named local (--local changes that). When all is up it writes DATA_DIR/demo.json, prints it, and stays until SIGTERM or
Ctrl-C; then it removes all it started. With --console it also runs the console on it, with DATA_DIR as its data folder.

demo.json holds:

    hosts       a list of {name, url}, with ca, cert, key (paths of PEM files) for a tcp:// url and
                ssh_key (path), host_key ("ssh-ed25519 …") for an ssh:// one, whose path is the remote socket
    registries  a list of {address, images}, with user and password where a login is needed, and
                bytes_per_second where the line is slow; "ADDRESS/IMAGE" is what to pull
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.testbed.demo_console import console
from tests.testbed.demo_projects import (
    BLOG,
    INTRANET,
    METRICS,
    SHOP,
    add_odds_and_ends,
    load_images,
    publish_images,
    run_project,
)
from tests.testbed.engine import Engine
from tests.testbed.engine_http import EngineHttp
from tests.testbed.parts import MissingPartError
from tests.testbed.process import StartFailedError
from tests.testbed.registry import Registry
from tests.testbed.ssh import SshServer
from tests.testbed.workspace import make_workspace, remove_workspace

DEFAULT_SOCKET = Path("/var/run/docker.sock")
SLOW = 3_000_000
LOGIN = ("ada", "let-me-in")


class Landscape:
    """All parts of the demo; they end in reverse order with `stack`."""

    def __init__(self, stack: contextlib.ExitStack, with_local: bool) -> None:
        folder = make_workspace()
        stack.callback(remove_workspace, folder)
        self.harbour = Engine(folder, "harbour", tcp="tls")
        self.lighthouse = Engine(folder, "lighthouse")
        self.local = Engine(folder, "local") if with_local else None
        self.ssh = SshServer(folder)
        self.registry = Registry(folder, throttle_bytes_per_second=SLOW)
        self.login_registry = Registry(folder, "login-registry", htpasswd=LOGIN)
        self.images: list[str] = []
        servers = (self.registry, self.login_registry, self.ssh)
        for part in (*servers, self.harbour, self.lighthouse, *([self.local] if self.local else [])):
            # Stopped also when its own start fails half way.
            stack.callback(part.stop)
            part.start()

    def fill(self) -> None:
        """Build, push and run everything, the engines side by side."""
        work: list[Callable[[], None]] = [self._fill_harbour, self._fill_lighthouse]
        if self.local:
            work.append(self._fill_local)
        with ThreadPoolExecutor(len(work)) as pool:
            for done in [pool.submit(one) for one in work]:
                done.result()

    def _fill_harbour(self) -> None:
        load_images(self.harbour, SHOP)
        run_project(self.harbour, "shop", SHOP)
        add_odds_and_ends(self.harbour)

    def _fill_lighthouse(self) -> None:
        load_images(self.lighthouse, BLOG, METRICS)
        run_project(self.lighthouse, "blog", BLOG)
        run_project(self.lighthouse, "metrics", METRICS)
        self.images = publish_images(self.lighthouse, self.registry)
        self.login_registry.publish(self.lighthouse, "team/private:1.0", [2, 1])

    def _fill_local(self) -> None:
        if self.local:
            load_images(self.local, INTRANET)
            run_project(self.local, "intranet", INTRANET)

    def described(self) -> dict[str, Any]:
        """What demo.json holds."""
        tls = self.harbour.tls
        hosts: list[dict[str, str]] = [{"name": "local", "url": self.local.url}] if self.local else []
        if tls is not None:
            paths = {"ca": str(tls.ca), "cert": str(tls.client_cert), "key": str(tls.client_key)}
            hosts.append({"name": "harbour", "url": self.harbour.tcp_url, **paths})
        login = {"ssh_key": str(self.ssh.client_key), "host_key": self.ssh.host_key}
        hosts.append({"name": "lighthouse", "url": f"{self.ssh.url}{self.lighthouse.socket}", **login})
        return {
            "hosts": hosts,
            "registries": [
                {"address": self.registry.direct_address, "images": self.images},
                {"address": self.registry.address, "images": self.images, "bytes_per_second": SLOW},
                {
                    "address": self.login_registry.address,
                    "images": ["team/private:1.0"],
                    "user": LOGIN[0],
                    "password": LOGIN[1],
                },
            ],
        }


def run(data_dir: Path, with_local: bool, with_console: bool, until: threading.Event) -> None:
    """Up, described, waiting, and down again."""
    with contextlib.ExitStack() as stack:
        landscape = Landscape(stack, with_local)
        landscape.fill()
        described = landscape.described()
        text = json.dumps(described, indent=2)
        data_dir.mkdir(parents=True, exist_ok=True)
        # Moved into place whole: whoever waits for the file must not read half of it.
        file, draft = data_dir / "demo.json", data_dir / "demo.json.new"
        draft.write_text(text + "\n")
        draft.replace(file)
        stack.callback(file.unlink, missing_ok=True)
        print(text, flush=True)
        if with_console:
            stack.enter_context(console(described, data_dir, landscape.local.url if landscape.local else None))
        until.wait()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.testbed.demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=Path(os.environ.get("DATA_DIR") or "var/demo"),
        help="where demo.json is written (DATA_DIR, else var/demo)",
    )
    parser.add_argument(
        "--local",
        choices=["auto", "always", "never"],
        default="auto",
        help="start a private engine as the host named local: when none is at the default socket (auto)",
    )
    parser.add_argument("--console", action="store_true", help="run Quayside on it")
    chosen = parser.parse_args()
    with_local = chosen.local == "always" or (chosen.local == "auto" and not EngineHttp(DEFAULT_SOCKET).is_up())
    ended = threading.Event()

    def end(*_signal: object) -> None:
        # While things are still being started this unwinds what is there; afterwards it ends the wait.
        if ended.is_set():
            return
        ended.set()
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    try:
        run(chosen.data_dir, with_local, chosen.console, ended)
    except (MissingPartError, StartFailedError) as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())

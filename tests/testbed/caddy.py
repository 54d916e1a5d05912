"""A Caddy of a test's own: the file that deploy/ gives people, with this machine's ports and a test's certificate."""

import os
import re
import socket
from pathlib import Path
from typing import Self

from tests.testbed.parts import program
from tests.testbed.process import Part, Process
from tests.testbed.tls import make_tls_material

GIVEN = Path(__file__).resolve().parents[2] / "deploy" / "below-a-path.Caddyfile"
AROUND = """{{
	admin off
	auto_https disable_redirects
	storage file_system {folder}/storage
}}
{site}
"""


class Caddy(Part):
    """TLS at `https://localhost:{port}`, in front of a console at `upstream`."""

    def __init__(self, folder: Path, upstream: int, port: int) -> None:
        self.folder = folder.resolve() / "caddy"
        self.upstream = upstream
        self.port = port
        self.process: Process | None = None

    def start(self) -> Self:
        caddy = program("caddy")
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "Caddyfile"
        config.write_text(AROUND.format(folder=self.folder, site=self.site()))
        command = [caddy, "run", "--adapter", "caddyfile", "--config", str(config)]
        # What it keeps between two runs stays out of everybody's home.
        own = {"XDG_CONFIG_HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder)}
        self.process = Process(command, self.folder / "caddy.log", {**os.environ, **own})
        self.process.wait_ready(self.answers)
        return self

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def site(self) -> str:
        """What people are given, changed where they are to change it; a test has no certificate from outside."""
        tls = make_tls_material(self.folder / "tls")
        text = GIVEN.read_text()
        for given, here in (
            (
                "tools.example.com {",
                f"localhost:{self.port} {{\n\tbind 127.0.0.1\n\ttls {tls.server_cert} {tls.server_key}",
            ),
            ("127.0.0.1:8000", f"127.0.0.1:{self.upstream}"),
        ):
            assert given in re.sub(r"(?m)^\s*#.*$", "", text), f"{GIVEN.name} no longer says {given}"
            text = text.replace(given, here)
        return text

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
            self.process = None

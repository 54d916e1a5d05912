"""A Caddy of a test's own: the file that deploy/ gives people, with this machine's ports and a test's certificate."""

import os
from typing import Self

from tests.testbed.parts import program
from tests.testbed.process import Process
from tests.testbed.proxy import Proxy, changed
from tests.testbed.tls import make_tls_material

OPTIONS = "{{\n\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system {folder}/storage\n\tservers {{"


class Caddy(Proxy):
    name = "caddy"

    def start(self) -> Self:
        caddy = program("caddy")
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "Caddyfile"
        config.write_text(self.site())
        command = [caddy, "run", "--adapter", "caddyfile", "--config", str(config)]
        # What it keeps between two runs stays out of everybody's home.
        own = {"XDG_CONFIG_HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder)}
        self.process = Process(command, self.folder / "caddy.log", {**os.environ, **own})
        self.process.wait_ready(self.answers)
        return self

    def site(self) -> str:
        """A test has no certificate from outside."""
        tls = make_tls_material(self.folder / "tls")
        here = f"localhost:{self.port} {{\n\tbind 127.0.0.1\n\ttls {tls.server_cert} {tls.server_key}"
        options = ("{\n\tservers {", OPTIONS.format(folder=self.folder))
        pairs = (options, ("tools.example.com {", here), ("127.0.0.1:8000", f"127.0.0.1:{self.upstream}"))
        return changed("below-a-path.Caddyfile", pairs)

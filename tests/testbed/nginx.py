"""An nginx of a test's own: the file that deploy/ gives people, with this machine's ports and a test's certificate."""

import re
import socket
from pathlib import Path
from typing import Self

from tests.testbed.parts import program
from tests.testbed.process import Part, Process
from tests.testbed.tls import make_tls_material

GIVEN = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
AROUND = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {site}
    {more}
}}
"""


class Nginx(Part):
    """TLS at `https://localhost:{port}`, in front of a console at `upstream`; `more` is put into its http block."""

    def __init__(self, folder: Path, upstream: int, port: int, more: str = "") -> None:
        self.folder = folder.resolve() / "nginx"
        self.upstream = upstream
        self.port = port
        self.more = more
        self.process: Process | None = None

    def start(self) -> Self:
        nginx = program("nginx")
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "nginx.conf"
        config.write_text(AROUND.format(folder=self.folder, site=self.site(), more=self.more))
        self.process = Process([nginx, "-p", str(self.folder), "-c", str(config)], self.folder / "nginx.log")
        self.process.wait_ready(self.answers)
        return self

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def site(self) -> str:
        """What people are given, changed where they are to change it."""
        tls = make_tls_material(self.folder / "tls")
        text = GIVEN.read_text()
        for given, here in (
            ("listen 443", f"listen 127.0.0.1:{self.port}"),
            ("127.0.0.1:8000", f"127.0.0.1:{self.upstream}"),
            ("server_name quayside.example.com", "server_name localhost"),
            ("/etc/ssl/quayside/fullchain.pem", str(tls.server_cert)),
            ("/etc/ssl/quayside/privkey.pem", str(tls.server_key)),
        ):
            assert given in re.sub(r"(?m)^\s*#.*$", "", text), f"{GIVEN.name} no longer says {given}"
            text = text.replace(given, here)
        return text

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
            self.process = None

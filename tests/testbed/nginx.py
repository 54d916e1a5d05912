"""An nginx of a test's own: the file that deploy/ gives people, with this machine's ports and a test's certificate."""

from pathlib import Path
from typing import Self

from tests.testbed.parts import program
from tests.testbed.process import Process
from tests.testbed.proxy import Proxy, changed
from tests.testbed.tls import make_tls_material

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


class Nginx(Proxy):
    """`more` is put into its http block."""

    name = "nginx"

    def __init__(self, folder: Path, upstream: int, port: int, more: str = "") -> None:
        super().__init__(folder, upstream, port)
        self.more = more

    def start(self) -> Self:
        nginx = program("nginx")
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "nginx.conf"
        config.write_text(AROUND.format(folder=self.folder, site=self.site(), more=self.more))
        self.process = Process([nginx, "-p", str(self.folder), "-c", str(config)], self.folder / "nginx.log")
        self.process.wait_ready(self.answers)
        return self

    def site(self) -> str:
        tls = make_tls_material(self.folder / "tls")
        pairs = (
            ("listen 443", f"listen 127.0.0.1:{self.port}"),
            ("127.0.0.1:8000", f"127.0.0.1:{self.upstream}"),
            ("server_name quayside.example.com", "server_name localhost"),
            ("/etc/ssl/quayside/fullchain.pem", str(tls.server_cert)),
            ("/etc/ssl/quayside/privkey.pem", str(tls.server_key)),
        )
        return changed("nginx.conf", pairs)

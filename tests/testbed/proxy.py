"""What the proxies of a test have in common: a file of deploy/ with this machine's ports and a test's certificate."""

import re
import socket
from collections.abc import Iterable
from pathlib import Path

from tests.testbed.process import Part, Process

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


class Proxy(Part):
    """TLS at `https://localhost:{port}`, in front of a console at `upstream`."""

    name = ""

    def __init__(self, folder: Path, upstream: int, port: int) -> None:
        self.folder = folder.resolve() / self.name
        self.upstream = upstream
        self.port = port
        self.process: Process | None = None

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
            self.process = None


def changed(file: str, pairs: Iterable[tuple[str, str]]) -> str:
    """What people are given, changed where they are to change it; comments need not say it."""
    text = (DEPLOY / file).read_text()
    for given, here in pairs:
        assert given in re.sub(r"(?m)^\s*#.*$", "", text), f"{file} no longer says {given}"
        text = text.replace(given, here)
    return text

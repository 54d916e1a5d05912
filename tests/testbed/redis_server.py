"""A Redis of one's own on a unix socket, empty at the start and kept nowhere."""

import socket
from pathlib import Path
from typing import Self

from tests.testbed.leftovers import remove_tree
from tests.testbed.parts import program
from tests.testbed.process import Part, Process


class RedisServer(Part):
    """redis-server with the settings the console starts its own with. `url` is what REDIS_URL takes."""

    def __init__(self, root_dir: Path, name: str = "redis") -> None:
        self.folder = root_dir.resolve() / name
        self.socket = self.folder / "redis.sock"
        self.process: Process | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [program("redis-server"), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "600"]
        command += ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--dir", str(self.folder)]
        self.process = Process(command, self.folder / "redis.log")
        self.process.wait_ready(lambda: self.command("PING") == "+PONG")
        return self

    def command(self, *words: str) -> str:
        """The first line of Redis's answer to an inline command; "" when it does not answer."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.socket))
                connection.sendall(" ".join(words).encode() + b"\r\n")
                return connection.recv(4096).decode().partition("\r\n")[0]
            except OSError:
                return ""

    def stop(self, keep_folder: bool = False) -> None:
        if self.process is not None:
            self.process.stop()
            self.process = None
        if not keep_folder and self.folder.exists():
            remove_tree(self.folder)

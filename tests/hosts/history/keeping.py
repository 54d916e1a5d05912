"""What the watcher keeps, as a test asks for it: rules in its database, and lines read with the console's code."""

import subprocess

from hosts.history import tail
from hosts.history.block import Block, Sealed
from hosts.history.columns import HOLE, stamp
from tests.hosts.watch.watching import Watcher
from tests.testbed.engine import Engine
from tests.testbed.parts import program

_READ = """
from pathlib import Path
from hosts.access import Actor
from hosts.history import Line, read, sources
lines = list(read(sources(Actor.shell(), containers=[{container!r}])))
assert all(isinstance(line, Line) for line in lines), [line for line in lines if not isinstance(line, Line)]
Path({file!r}).write_bytes(b"".join((b"?" if line.after_hole else b"") + line.stamped + b"\\n" for line in lines))
"""


def keep(watcher: Watcher, kind: str, value: str = "", days: int = 30, megabytes: int = 100) -> None:
    """A rule; of a host, its name."""
    host = f"Host.objects.get(name={value!r})" if kind == "host" else "None"
    columns = f"kind={kind!r}, host={host}, value={'' if kind == 'host' else value!r}, days={days}"
    watcher.manage(
        "shell",
        "-v0",
        "-c",
        f"from hosts.models import Host, KeepRule\nKeepRule.objects.create({columns}, bytes_each={megabytes << 20})",
    )


def read_lines(watcher: Watcher, container: str) -> list[bytes]:
    """As the console reads them, with their timestamps; `?` in front of a line before which some may be missing."""
    file = watcher.data / "read.txt"
    watcher.manage("shell", "-v0", "-c", _READ.format(container=container, file=str(file)))
    return file.read_bytes().split(b"\n")[:-1]


def kept_lines(watcher: Watcher, container: str) -> list[bytes]:
    """The same from the files themselves, which is quick enough to wait for something."""
    rows = watcher.query("select id, host_id from hosts_keptlog where engine_id = ? and not dropping", container)
    if not rows:
        return []
    ((pk, host),) = rows
    folder = watcher.data / "history" / str(host) / f"{container}.{pk}"
    growing = tail.read(folder) if folder.exists() else None
    blocks = [
        Sealed((folder / f"{number:08d}.zst").read_bytes()).block()
        for (number,) in watcher.query("select number from hosts_keptchunk where log_id = ? order by number", pk)
        if growing is None or number < growing[0]
    ]
    return [line for block in [*blocks, *(growing[1] if growing else ())] for line in _lines(block)]


def _lines(block: Block) -> list[bytes]:
    flagged = zip(block.kinds, block.times, block.text.split(b"\n"), strict=True)
    return [(b"?" if kind & HOLE else b"") + stamp(at) + text for kind, at, text in flagged]


def docker_logs(engine: Engine, container: str) -> list[bytes]:
    """As `docker logs --timestamps` prints them: stdout, then stderr."""
    command = [program("docker"), "--host", engine.url, "logs", "--timestamps", container]
    done = subprocess.run(command, check=True, capture_output=True, env={"HOME": str(engine.folder)}, timeout=60)
    return done.stdout.split(b"\n")[:-1] + done.stderr.split(b"\n")[:-1]

"""How fast are lines kept and searched, and how many bytes does one take? 5,000,000 lines, beside rows in SQLite."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure

NAME = "history"
LINES = 5_000_000
ROWS = 1_000_000
_IN_A_BATCH = 2000
_DIFFERENT = 200_000
_STEP = 50_000
_START = 1_790_000_000_000_000_000
_NEEDLE = b"processed job 4242"


def run() -> list[Figure]:
    """In a process of its own, which has the settings of a fresh data folder."""
    folder = Path(tempfile.mkdtemp(prefix="quayside-history-"))
    try:
        own = {"DATA_DIR": str(folder), "DOTENV": os.devnull, "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
        command = [sys.executable, "-m", "tests.bench.history"]
        done = subprocess.run(command, env={**os.environ, **own}, check=True, stdout=subprocess.PIPE, text=True)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    finally:
        shutil.rmtree(folder)
    return [
        Figure("keeping lines", found["write"], "lines/s of CPU", 20_000, at_most=False),
        Figure("searching kept lines for a word", found["search"], "lines/s of CPU", 1_000_000, at_most=False),
        Figure("reading kept lines in order", found["read"], "lines/s of CPU", 200_000, at_most=False),
        Figure("bytes of a kept line", found["bytes"], "bytes", 0.25, "a row in SQLite", found["row_bytes"]),
        Figure("memory of keeping and searching", found["megabytes"], "MB", 250),
    ]


def texts() -> list[bytes]:
    """What a shop's containers say: access logs, JSON, plain lines and traces, about 100 bytes each."""
    chance = random.Random(7)
    return [_text(chance) for _ in range(_DIFFERENT)]


def _text(chance: random.Random) -> bytes:
    kind, number = chance.random(), chance.randrange(10**7)
    service = chance.choice(["checkout", "payments", "inventory", "auth", "mailer"])
    if kind < 0.35:
        address = f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
        request = f'"GET /api/v1/orders/{number} HTTP/1.1" {chance.choice([200, 200, 304, 500])}'
        return f'{address} - - {request} {number % 50_000} "-" "Mozilla/5.0 (X11; Linux x86_64)"'.encode()
    if kind < 0.65:
        trace = f"{chance.getrandbits(64):016x}"
        said = {"level": "info", "service": service, "msg": "request handled", "trace": trace, "ms": number % 900}
        return json.dumps(said).encode()
    if kind < 0.9:
        return f"INFO [{service}] worker-{number % 16}: processed job {number} in {number % 5000} ms".encode()
    return f"    at com.example.shop.{service}.Handler.handle(Handler.java:{number % 900})".encode()


def batches(lines: int) -> Iterator[list[tuple[int, bytes]]]:
    said, chance, at = texts(), random.Random(8), _START
    for start in range(0, lines, _IN_A_BATCH):
        some = []
        for number in range(start, start + _IN_A_BATCH):
            at += chance.randrange(2 * _STEP)
            some.append((at, said[number % _DIFFERENT]))
        yield some


def cpu_of(work: Callable[[], int]) -> tuple[float, int]:
    before = time.process_time()
    found = work()
    return time.process_time() - before, found


def measure() -> dict[str, float]:
    from hosts.access import Actor
    from hosts.history import Line, read, search, sources
    from hosts.history.columns import stamp
    from hosts.history.writer import Writer
    from hosts.models import Host, KeptChunk, KeptLog

    host = Host.objects.create(name="bench", url="unix:///nowhere")
    writer = Writer(KeptLog.objects.create(host=host, engine_id="b" * 64, name="bench", days=1, bytes_each=1 << 40))
    writer.resume()
    seconds = 0.0
    for some in batches(LINES):
        came = _as_it_comes(some, stamp)
        took, _new = cpu_of(lambda came=came: writer.write([came]))  # type: ignore[misc]
        seconds += took
    writer.seal()
    asked = sources(Actor.shell())
    searched, hits = cpu_of(
        lambda: sum(isinstance(item, Line) for item in search(asked, _Literal(_NEEDLE), most=LINES))
    )
    assert hits == LINES // _DIFFERENT * sum(_NEEDLE in text for text in texts())
    since = _START + LINES * _STEP // 2
    until = since + LINES // 10 * _STEP
    reading, lines = cpu_of(lambda: sum(1 for _line in read(asked, since, until)))
    size = sum(KeptChunk.objects.values_list("size", flat=True))
    figures = {"write": LINES / seconds, "search": LINES / searched, "read": lines / reading, "bytes": size / LINES}
    return figures | {"row_bytes": bytes_of_a_row(), "megabytes": _peak_megabytes()}


class _Literal:
    def __init__(self, needle: bytes) -> None:
        self.literals = [needle]

    def matches(self, line: bytes) -> bool:
        return self.literals[0] in line


def _as_it_comes(some: list[tuple[int, bytes]], stamp: Callable[[int], bytes]) -> Any:
    from hosts.engine.frames import STDOUT, Batch

    return Batch(bytearray([STDOUT]) * len(some), [stamp(at) + text for at, text in some])


def bytes_of_a_row() -> float:
    with tempfile.TemporaryDirectory(prefix="quayside-history-") as folder:
        path = Path(folder) / "rows.sqlite3"
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("create table line (log int, at int, kind int, text blob)")
        database.execute("create index line_at on line (log, at)")
        for some in batches(ROWS):
            database.execute("begin")
            database.executemany("insert into line values (1, ?, 1, ?)", some)
            database.execute("commit")
        database.close()
        return path.stat().st_size / ROWS


def _peak_megabytes() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def main() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    print(json.dumps(measure()))


if __name__ == "__main__":
    main()

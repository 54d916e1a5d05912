"""What do filters, levels, groups and redaction cost, beside cutting the timestamps off the same lines?"""

import time
from collections.abc import Callable, Sequence

from hosts.lines.filters import Filter
from hosts.lines.grouping import Grouper
from hosts.lines.levels import levels
from hosts.lines.redaction import Redactor
from hosts.lines.text import texts
from tests.bench.figures import Figure

NAME = "lines"
LINES, SLICE, ROUNDS = 40_000, 2000, 4
_ACCESS = b'2024-01-01T10:00:00.123456789Z 10.0.0.1 - - [01/Jan/2024] "GET /api/v1/users/%d?x=1 HTTP/1.1" 200 1234'
_LOGGED = b"2024-01-01T10:00:00.123456789Z 2024-01-01 10:00:00,123 %b foo.bar: request %d was served in 12 ms"
_JSON = b'2024-01-01T10:00:00.123456789Z {"level":30,"time":1704103200000,"pid":1,"msg":"request","status":%d}'


def run() -> list[Figure]:
    access = [_ACCESS % each + (b" Timeout" if each % 100 == 0 else b"") for each in range(LINES)]
    logged = [_LOGGED % (b"ERROR" if each % 100 == 0 else b"INFO", each) for each in range(LINES)]
    structured = [_JSON % (500 if each % 100 == 0 else 200) for each in range(LINES)]
    masking, grouper = Redactor().masking(), Grouper()
    plain = {id(lines): _seconds(texts, lines) for lines in (access, logged, structured)}

    def figure(name: str, work: Callable[[Sequence[bytes]], object], lines: list[bytes], bar: float) -> Figure:
        return Figure(name, _seconds(work, lines), "s per million lines", bar, "timestamps off", plain[id(lines)])

    return [
        figure("a word that 1 % hold", _filter("timeout"), access, 3),
        figure("a pattern that 1 % match", _filter("/time.?out/i"), access, 5),
        figure("a level that 1 % have", _filter("level>=error"), logged, 25),
        figure("a field, in JSON", _filter("status>=500"), structured, 100),
        figure("levels", levels, logged, 25),
        figure("groups", lambda lines: grouper.feed(lines, b"\1" * len(lines)), logged, 12),
        figure("redaction with nothing to hide", masking.lines, access, 6),
    ]


def _filter(text: str) -> Callable[[Sequence[bytes]], object]:
    found = Filter.parse(text)
    return lambda lines: found.select(lines, b"\1" * len(lines))


def _seconds(work: Callable[[Sequence[bytes]], object], lines: list[bytes]) -> float:
    """CPU seconds per million lines: the best of many short slices, for the machine does other things too."""
    best = float("inf")
    for start in list(range(0, len(lines), SLICE)) * ROUNDS:
        part = lines[start : start + SLICE]
        began = time.thread_time()
        work(part)
        best = min(best, (time.thread_time() - began) / len(part))
    return best * 1_000_000

"""Made-up log lines: batches as a reading gives them, at times of one's choice."""

from collections.abc import Iterable

from hosts.engine.frames import STDOUT, Batch
from hosts.history.columns import stamp

START = 1_790_000_000_000_000_000
SECOND = 1_000_000_000


def batch(*lines: tuple[int, bytes], kind: int = STDOUT) -> Batch:
    """Lines of (time, text)."""
    return Batch(bytearray([kind]) * len(lines), [stamp(at) + text for at, text in lines])


def counted(numbers: Iterable[int], text: bytes = b"line", step: int = SECOND) -> Batch:
    """`line 0`, `line 1` ..., a second apart."""
    return batch(*((START + number * step, b"%s %d" % (text, number)) for number in numbers))

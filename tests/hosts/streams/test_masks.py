"""Masking on an event loop: few short lines at once, all else beside it, and the same lines either way."""

import asyncio
import threading

import pytest

from hosts.engine.frames import Batch
from hosts.lines.redaction import Redactor, own_rule
from hosts.streams import masks
from tests.hosts.lines.canaries import CANARIES, OWN_PATTERN, leaks

STAMP = b"2024-01-01T10:00:00.123456789Z "
OWN = own_rule("Customers", OWN_PATTERN)


def batch(*texts: bytes) -> Batch:
    return Batch(bytearray(b"\1" * len(texts)), [STAMP + text for text in texts])


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each batch that was masked, whether that was on the event loop's own thread."""
    seen: list[bool] = []
    real = masks.hidden

    def noting(*asked: object) -> Batch:
        seen.append(threading.current_thread() is threading.main_thread())
        return real(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(masks, "hidden", noting)
    return seen


@pytest.mark.parametrize(
    ("texts", "own", "inline"),
    [
        ([b"GET / 200"] * 40, False, True),
        ([b"password=x"] * 41, False, False),
        ([b"x" * (17 << 10)], False, False),
        ([b"x" * (3 << 10)], False, True),
        ([b"x" * (3 << 10)], True, False),
        ([b"password=" * 7000] * 20, False, False),
    ],
)
async def test_what_may_take_its_time_leaves_the_loop(
    threads: list[bool], texts: list[bytes], own: bool, inline: bool
) -> None:
    redactor = Redactor([OWN] if own else [])
    masked = await masks.hide_all(batch(*texts), redactor.masking(), redactor)
    assert threads == [inline]
    assert list(masked.lines) == list(Redactor([OWN] if own else []).masking().lines(batch(*texts).lines)[0])


async def test_batches_of_one_log_stay_in_order() -> None:
    """A key that begins in a long batch is hidden in the short one after it."""
    redactor = Redactor()
    masking = redactor.masking()
    await masks.hide_all(batch(*[b"hello"] * 100, b"-----BEGIN PRIVATE KEY-----"), masking, redactor)
    after = await masks.hide_all(batch(b"AAAAC3NzaC1lZDI1NTE5AAAA"), masking, redactor)
    assert after.lines == [STAMP + "•••".encode()]


@pytest.mark.django_db(transaction=True)
async def test_no_canary_gets_into_a_live_log() -> None:
    await asyncio.to_thread(_rule)
    lines = [line for canary in CANARIES.values() for line in canary.text.encode().split(b"\n")]
    masked = await masks.Masks().hide(batch(*lines))
    assert leaks(b"\n".join(masked.lines).decode()) == []


def _rule() -> None:
    from django.db import connection

    from hosts.models import RedactionRule

    RedactionRule.objects.create(name="Customers", pattern=OWN_PATTERN)
    connection.close()

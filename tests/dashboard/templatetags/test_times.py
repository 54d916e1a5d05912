"""Relative times say the largest unit, keep the exact instant beside them, and treat Docker's year 1 as never."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from dashboard.templatetags.times import duration, moment, since, span, when


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 seconds"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "1 minute"),
        (3599, "59 minutes"),
        (7200, "2 hours"),
        (86400, "1 day"),
        (86400 * 45, "1 month"),
        (86400 * 800, "2 years"),
    ],
)
def test_span(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_when_says_how_long_ago_and_exactly() -> None:
    drawn = when(timezone.now() - timedelta(minutes=3, seconds=1))
    assert ">3 minutes ago</time>" in drawn
    assert 'data-relative="ago"' in drawn
    assert "UTC" in drawn


def test_when_looks_ahead_and_at_this_moment() -> None:
    assert ">in 2 hours</time>" in when(timezone.now() + timedelta(hours=2, seconds=9))
    assert ">now</time>" in when(timezone.now())


@pytest.mark.parametrize("value", [None, "", "0001-01-01T00:00:00Z", "2026-99-99T00:00:00Z", "<script>"])
def test_never(value: str | None) -> None:
    assert moment(value) is None
    assert "never" in when(value)
    assert "<time" not in since(value)


def test_text_from_an_engine_is_read_and_a_naive_time_is_utc() -> None:
    assert moment("2026-11-24T03:29:11.123456789Z") == datetime(2026, 11, 24, 3, 29, 11, 123456, UTC)
    assert moment("2026-11-24T03:29:11") == datetime(2026, 11, 24, 3, 29, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.42, "0.4 s"),
        (0.012, "12 ms"),
        (0, "0 ms"),
        (42, "42 s"),
        (timedelta(seconds=75), "1 min 15 s"),
        (8000, "2 h 13 min"),
        (-1, "0.0 s"),
        (None, "none"),
    ],
)
def test_duration(value: timedelta | float | None, words: str) -> None:
    assert words in duration(value)


def test_duration_from_milliseconds() -> None:
    assert duration(milliseconds=75_000) == "1 min 15 s"

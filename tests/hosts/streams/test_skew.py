"""Is a clock that is wrong told from lines that come late?"""

import datetime as dt

import pytest

from hosts.streams.skew import Skew

NOW = 1_767_225_600.0


def line(at: float) -> bytes:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z hello").encode()


@pytest.mark.parametrize(
    ("off", "said"), [(0.0, 0.0), (0.6, 0.0), (-0.6, 0.0), (5.0, 5.0), (-4.0, -4.0), (7200.0, 7200.0)]
)
def test_a_clock_that_is_off_by_a_second_or_more_is_told(off: float, said: float) -> None:
    skew = Skew()
    for number in range(20):
        skew.heard(line(NOW + number + off), NOW + number + 0.05 + (number % 3) / 10)
    assert skew.seconds == pytest.approx(said, abs=0.11)


def test_some_lines_of_old_times_say_nothing() -> None:
    skew = Skew()
    for number in range(20):
        skew.heard(line(NOW - 3600), NOW + number)
    skew.heard(line(NOW + 30), NOW + 30.04)
    assert skew.seconds == 0


def test_a_few_lines_say_nothing_yet() -> None:
    skew = Skew()
    for _number in range(3):
        skew.heard(line(NOW + 5), NOW)
    skew.heard(b"no time at all", NOW)
    assert skew.seconds == 0

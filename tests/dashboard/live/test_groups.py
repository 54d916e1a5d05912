"""Lines that go on with the one above are told so, log by log, whatever comes between them."""

from dashboard.live.groups import GOES_ON, Groups

TRACE = [b"ERROR no", b"Traceback (most recent call last):", b'  File "a.py"', b"OSError: no", b"next"]


def test_a_trace_goes_on_over_messages() -> None:
    groups = Groups()
    assert groups.marked(b"\1\1", TRACE[:2]) == bytes([1, 1 | GOES_ON])
    assert groups.marked(b"\1\1\1", TRACE[2:]) == bytes([1 | GOES_ON, 1 | GOES_ON, 1])


def test_logs_that_are_read_as_one_have_groups_of_their_own() -> None:
    lines = [TRACE[0], b"other", TRACE[1], b"  other too", TRACE[2]]
    found = Groups().marked(b"\1\1\1\1\1", lines, [7, 8, 7, 8, 7])
    assert found == bytes([1, 1, 1 | GOES_ON, 1 | GOES_ON, 1 | GOES_ON])


def test_nothing_goes_on_over_a_gap() -> None:
    groups = Groups()
    groups.marked(b"\1", [b"begins"], [3])
    groups.restart(3)
    assert groups.marked(b"\1", [b"  indented"], [3]) == b"\1"

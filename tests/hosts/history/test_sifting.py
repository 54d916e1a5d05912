"""What is found in kept lines is what a person may see: masked first, over the edges of chunks too, then filtered."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hosts.history import Line, read, sift
from hosts.history.writer import Writer
from hosts.lines.filters import Filter
from hosts.lines.redaction import Redactor
from hosts.models import KeptLog
from tests.hosts.history.conftest import LogMaker, source_of
from tests.hosts.history.made_up import START, batch

pytestmark = pytest.mark.django_db
BODY = b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ"
LINES = [
    b"plain Alpha beta",
    b"al\x1b[31mpha\x1b[0m coloured",
    b"password=canary-alpha",
    b"level=error msg=alpha",
    b"-----BEGIN RSA PRIVATE KEY-----",
    BODY,
    b"-----END RSA PRIVATE KEY-----",
    b"2026-01-31T12:00:00Z alpha in a time",
]
FILTERS = ["alpha", "Alpha", "alpha -beta", "canary", BODY.decode(), "level:error", "/al+pha/", "-alpha", "msg=alpha"]


def kept(make_log: LogMaker, numbers: list[int], chunk: int) -> Writer:
    writer = Writer(make_log())
    for start in range(0, len(numbers), chunk):
        some = numbers[start : start + chunk]
        writer.write([batch(*((START + start + place, LINES[number]) for place, number in enumerate(some)))])
        writer.seal()
    return writer


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    numbers=st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=30),
    chunk=st.integers(1, 9),
    text=st.sampled_from(FILTERS),
)
@example(numbers=[4, 0, 5], chunk=1, text=BODY.decode())
def test_against_an_oracle(make_log: LogMaker, numbers: list[int], chunk: int, text: str) -> None:
    KeptLog.objects.all().delete()
    source = source_of(kept(make_log, numbers, chunk).kept)
    wanted = Filter.parse(text)
    lines = [line for line in read([source]) if isinstance(line, Line)]
    # A chunk is masked with the 250 lines before it in mind: more than any of these.
    masked, _count = Redactor().masking().lines([line.stamped for line in lines])
    places = wanted.select(masked, bytes(line.kind for line in lines), source.name)
    expected = {lines[at].place: masked[at].partition(b" ")[2] for at in places}
    found = [item for item in sift([source], wanted, Redactor()) if isinstance(item, Line)]
    assert {line.place: line.text for line in found} == expected
    assert not any(b"canary" in line.text for line in found)


def test_the_rest_of_a_key_stays_hidden_when_its_beginning_was_dropped(make_log: LogMaker) -> None:
    writer = kept(make_log, [4, 5, 5, 5, 6, 0], 2)
    next(writer.folder.glob("00000001.zst")).unlink()
    items = list(sift([source_of(writer.kept)], Filter.parse("-nothing"), Redactor()))
    assert not [item for item in items if isinstance(item, Line) and BODY in item.text]

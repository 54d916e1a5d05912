"""Fields of structured lines: flat, bounded, and never an exception."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hosts.lines.fields import DEPTH, FIELDS, KEY_CHARACTERS, LINE_CHARACTERS, VALUE_CHARACTERS, Structured, structured
from hosts.lines.redaction import Redactor


def fields_of(text: bytes | str) -> dict[str, Any]:
    found = structured(text)
    assert found is not None
    return found.fields


def test_json() -> None:
    found = structured(
        '{"time":"2024-01-01T10:00:00Z","level":"info","msg":"done","http":{"status":200,"path":"/a"},'
        '"tags":["x",1],"ok":true,"none":null,"took":0.25,"empty":{}}'
    )
    assert found == Structured(
        "json",
        {
            "time": "2024-01-01T10:00:00Z",
            "level": "info",
            "msg": "done",
            "http.status": 200,
            "http.path": "/a",
            "tags": '["x",1]',
            "ok": True,
            "none": None,
            "took": 0.25,
            "empty": "{}",
        },
        "done",
        "2024-01-01T10:00:00Z",
    )


def test_an_object_at_the_end_of_a_line() -> None:
    found = structured('2024-01-01T10:00:00Z\tINFO\tStarting workers\t{"count": 1}')
    assert found
    assert (found.fields, found.message) == ({"count": 1}, "2024-01-01T10:00:00Z\tINFO\tStarting workers")
    assert fields_of('[2024-01-01] app.INFO: Matched {"route":"home"} []') == {"route": "home"}


def test_logfmt() -> None:
    found = structured(r'ts=2024-01-01T10:00:00Z level=info msg="said \"hi\"\n" took=12ms empty= quoted="" path=/a?b=c')
    assert found == Structured(
        "logfmt",
        {
            "ts": "2024-01-01T10:00:00Z",
            "level": "info",
            "msg": 'said "hi"\n',
            "took": "12ms",
            "empty": "",
            "quoted": "",
            "path": "/a?b=c",
        },
        'said "hi"\n',
        "2024-01-01T10:00:00Z",
    )


def test_pairs_behind_a_message() -> None:
    found = structured(b"\x1b[32mINFO\x1b[0m[0003] served   status=500, path=/api")
    assert found
    assert found.fields == {"status": "500", "path": "/api"}
    assert found.message == "INFO[0003] served"
    assert fields_of("status=500") == {"status": "500"}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello",
        "GET /x?a=b&c=d HTTP/1.1",
        "x = 1",
        "one pair=alone in a sentence",
        "{",
        "{}x" * 100,
        '{"torn": ',
        "[1, 2]",
        '"text"',
        '{"a":' * 50_000,
        '{"a":' + "[" * 30_000,
        '{"a":' + "9" * 5000 + "}",
        "a=b " + "x" * (LINE_CHARACTERS + 1),
    ],
)
def test_plain_lines(line: str) -> None:
    assert structured(line) is None


def test_bounds() -> None:
    many = structured(json.dumps({f"k{n}": n for n in range(FIELDS + 1)}))
    assert many
    assert (len(many.fields), many.complete) == (FIELDS, False)
    assert len(fields_of(" ".join(f"k{n}=1" for n in range(FIELDS + 50)))) == FIELDS
    long = structured(json.dumps({"k" * 500: "v" * 9000}))
    assert long
    assert [(len(key), len(str(value))) for key, value in long.fields.items()] == [(KEY_CHARACTERS, VALUE_CHARACTERS)]
    assert not long.complete
    deep: Any = 1
    for _level in range(50):
        deep = {"a": deep}
    assert list(fields_of(json.dumps(deep))) == [".".join("a" * DEPTH)]


def test_numbers_that_a_browser_would_spoil_are_text() -> None:
    assert fields_of('{"id":9007199254740993,"inf":1e999,"nan":NaN}') == {
        "id": "9007199254740993",
        "inf": "inf",
        "nan": "nan",
    }


def test_a_number_that_was_hidden_leaves_the_other_fields() -> None:
    masked, count = Redactor().mask_text('{"password":12345,"user":"ada","cards":[4111111111111111, 1]}')
    assert count == 2
    assert fields_of(masked) == {"password": "•••", "user": "ada", "cards": '["•••",1]'}
    assert structured('{"a":••• "') is None


def test_half_a_surrogate_pair() -> None:
    json.dumps(fields_of(r'{"a\ud800":"b\udfff"}'), ensure_ascii=False).encode()


PIECES = st.sampled_from(['{"', '"', ":", "a=", "=", '="', "\\", "}", "[", " ", ",", "\\ud800", "1e999", "\x1b[", "b"])


@settings(deadline=None)
@given(st.binary(max_size=300) | st.lists(PIECES | st.text(max_size=5), max_size=60).map("".join))
def test_any_line(line: bytes | str) -> None:
    found = structured(line)
    if found:
        assert found.fields
        assert len(found.fields) <= FIELDS
        json.dumps(found.fields, ensure_ascii=False, allow_nan=False).encode()
        f"{found.message}{found.time}".encode()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=30,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=10), VALUES, max_size=8))
def test_any_object(whole: dict[str, Any]) -> None:
    found = structured(json.dumps(whole, ensure_ascii=False))
    assert (found is not None) == bool(whole)


@pytest.mark.parametrize(
    "line", ['a="\\" ' * 9000, "a" * 65000 + "=", '{"a":"' * 10_000, "a=" * 32_000, '{"' * 32_000, ' {"a' * 16_000]
)
def test_a_hostile_line_takes_no_time(line: str) -> None:
    began = time.process_time()
    structured(line)
    assert time.process_time() - began < 0.5

"""The language of filters: what each term takes, what it says of mistakes, and that batches answer as lines do."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hosts.lines.filters import FILTER_CHARACTERS, Filter, FilterError

STAMP = b"2024-01-01T10:00:00.123456789Z "
STDOUT, STDERR, CUT = 1, 2, 0x80

JSON = (
    '{"level":"error","msg":"Failed","status":502,"path":"/api/users","user":"Ada","took":1.5,'
    '"http":{"code":404},"ok":true,"none":null}'
)
LOGFMT = 'level=warn msg="slow query" took=1.5s status=200 user=ada path=/health'

CASES = [
    # Words
    ("", "anything", True),
    ("timeout", "Connection TimeOut", True),
    ("TimeOut", "connection timeout", False),
    ("TimeOut", "connection TimeOut", True),
    ("connection timeout", "timeout of the connection", True),
    ("connection timeout", "timeout", False),
    ('"of the"', "timeout of the connection", True),
    ('"the of"', "timeout of the connection", False),
    ('"say \\"hi\\""', 'they say "hi"', True),
    ("-timeout", "connection", True),
    ("-timeout", "Timeout", False),
    ('-"of the"', "timeout of the connection", False),
    ("ärger", "GROSSER ÄRGER", True),
    ("Ärger", "ärger", False),
    ("/api/users", "GET /api/users", True),
    ("/api", "GET /API", True),
    ("/api /users", "GET /api then /users", True),
    ('"status=502"', "said status=502 there", True),
    ("10:02:11", "at 10:02:11", True),
    ("http://x/?a=b", "GET http://x/?a=b", True),
    ("a->b", "a->b", True),
    ("2024", "no date in the text", False),
    ('"Z no"', "no date", False),
    ("=x", "a =x b", True),
    # Patterns
    ("/time.?out/", "a time-out", True),
    ("/time.?out/", "a TIMEOUT", False),
    ("/TIME.?OUT/i", "a timeout", True),
    ("-/time.?out/", "a timeout", False),
    (r"/a\/b/", "a/b", True),
    ("/two words/", "now two words", True),
    ("/^date/", "date", True),
    ("/^2024/", "date", False),
    # Levels
    ("level:error", "ERROR boom", True),
    ("level:error", "INFO boom", False),
    ("level:warn,error", "WARNING boom", True),
    ("level=error", JSON, True),
    ("level>=warn", "FATAL: boom", True),
    ("level>=warn", "INFO: fine", False),
    ("level<warn", "INFO: fine", True),
    ("level<warn", "who knows", False),
    ("level>warn", "WARN x", False),
    ("level<=info", "DEBUG x", True),
    ("level:unknown", "who knows", True),
    ("level!=error", "who knows", True),
    ("level!=error", "ERROR x", False),
    ("-level:error", "ERROR x", False),
    ("level:WARNING", "WARN x", True),
    # Streams and sources
    ("stream:stdout", "x", True),
    ("stream:stderr", "x", False),
    ("stream!=stderr", "x", True),
    ("-stream:stdout", "x", False),
    ("stream:stdout,stderr", "x", True),
    ("source:web-1", "x", True),
    ("source:web", "x", False),
    ("source:web-*", "x", True),
    ("source:db,web-*", "x", True),
    ("-source:web-*", "x", False),
    ("source!=db", "x", True),
    ("source:web-?", "x", False),
    ("source:[a-z]*", "x", False),
    # Fields
    ("status>=500", JSON, True),
    ("status>=500", LOGFMT, False),
    ("status<500", LOGFMT, True),
    ("status=502", JSON, True),
    ("status=502.0", JSON, True),
    ("status!=502", JSON, False),
    ("status!=500", JSON, True),
    ("status!=500", "no fields", False),
    ("-status=502", JSON, False),
    ("-status=502", "no fields", True),
    ("path~^/api", JSON, True),
    ("path~^/api", LOGFMT, False),
    ("path!~^/api", LOGFMT, True),
    ("path!~^/api", "no fields", False),
    ("user=ada", JSON, True),
    ("user=Ada", LOGFMT, False),
    ("http.code=404", JSON, True),
    ("code=404", JSON, False),
    ("ok=true", JSON, True),
    ("none=null", JSON, True),
    ('msg="slow query"', LOGFMT, True),
    ("took>1s", LOGFMT, True),
    ("took>1m", LOGFMT, False),
    ("took>=1500ms", LOGFMT, True),
    ("took>1", LOGFMT, False),
    ("took>1", JSON, True),
    ("user>1", JSON, False),
    ("nothing=", JSON, False),
    ("status>=500 path~^/api user=ada -healthz", JSON, True),
]


@pytest.mark.parametrize(("text", "line", "passes"), CASES)
def test_a_filter(text: str, line: str, passes: bool) -> None:
    found = Filter.parse(text)
    assert found.matches(line.encode(), STDOUT, "web-1") is passes
    assert found.matches(STAMP + line.encode(), STDOUT | CUT, "web-1") is passes


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("ok -", 3, "leave out"),
        ('ok "never ends', 3, "no end"),
        ('""', 0, "nothing between"),
        ("level:loud", 6, "no level “loud”"),
        ("x level:", 8, "no level “”"),
        ("level>=warn,error", 7, "one level"),
        ("level>unknown", 6, "one level"),
        ("stream:stdin", 7, "no stream “stdin”"),
        ("stream>stdout", 6, "goes with"),
        ("source:", 7, "Say a value"),
        ("source:a,,b", 7, "Say a value"),
        ("status>=high", 8, "number or a duration"),
        ("a /x(/", 3, "cannot be read: missing )"),
        ("path~[", 5, "cannot be read: missing ]"),
        (r"/\pL{200}/", 1, "too large"),
        (r"/\pL/ -/\pL\d/ path!~\pN", 21, "too large together"),
        ("é" * 600, 0, "too large"),
        ("x" * (FILTER_CHARACTERS + 1), FILTER_CHARACTERS, "too long"),
        ("x " * 31, 61, "too many"),
    ],
)
def test_a_mistake_is_said_with_its_place(text: str, position: int, words: str) -> None:
    with pytest.raises(FilterError) as caught:
        Filter.parse(text)
    assert words in str(caught.value)
    assert caught.value.position == position
    assert str(caught.value) == caught.value.message % caught.value.values


def test_stderr() -> None:
    assert Filter.parse("stream:stderr").select([b"a", b"b", b"c"], bytes([STDERR, STDOUT, STDERR | CUT])) == [0, 2]


def test_colours_neither_hide_nor_are_found() -> None:
    line = STAMP + b"\x1b[31mERR\x1b[1mOR\x1b[0m in \x1b[32mcolour\x1b[0m"
    for text, passes in {
        '"error in colour"': True,
        "ERROR": True,
        "31m": False,
        "-31m": True,
        "/^ERROR in/": True,
        "level:error": True,
        "-colour": False,
        "2024": False,
    }.items():
        assert Filter.parse(text).matches(line) is passes, text


def test_words_to_mark() -> None:
    assert set(Filter.parse('one "two three" -four /five/ six=7').words) == {"one", "two three"}


TERMS = st.sampled_from([case[0] for case in CASES] + ["a", "-b", "A", "/a+/", "0", "-0", "é"])
TEXTS = st.sampled_from([case[1] for case in CASES]) | st.text("abA0é \x1b[m31Z:T-", max_size=12)


@settings(deadline=None)
@given(
    st.lists(TERMS, max_size=3).map(" ".join),
    st.lists(st.tuples(TEXTS, st.sampled_from([STDOUT, STDERR]), st.booleans())),
)
def test_a_batch_answers_as_its_lines_do(text: str, said: list[tuple[str, int, bool]]) -> None:
    found = Filter.parse(text)
    lines = [(STAMP if stamped else b"") + line.encode() for line, _kind, stamped in said]
    kinds = bytes(kind for _line, kind, _stamped in said)
    one_by_one = [place for place in range(len(lines)) if found.matches(lines[place], kinds[place], "web-1")]
    assert found.select(lines, kinds, "web-1") == one_by_one


@settings(deadline=None)
@given(TERMS, TEXTS)
def test_a_minus_turns_a_term_round(term: str, line: str) -> None:
    if not term or " " in term.strip('"-') or term.startswith("-"):
        return
    assert Filter.parse(f"-{term}").matches(line.encode()) is not Filter.parse(term).matches(line.encode())


PIECES = st.sampled_from(
    ['"', "/", "-", "level", ":", ">=", "=", "~", "stream:", "source:", "*", "\\", "(", " ", "a", "i", ","]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join), st.binary(max_size=60))
def test_any_text_is_a_filter_or_an_error(text: str, line: bytes) -> None:
    try:
        found = Filter.parse(text)
    except FilterError as error:
        mistake = error
    else:
        found.matches(line)
        return
    assert 0 <= mistake.position <= len(text)
    assert str(mistake)


@pytest.mark.parametrize(
    "text", ['"' + "\\" * 900, "/" * 1000, "a" * 999 + "=", "source:" + "*a" * 400, '-"' * 400, "level:" + "," * 900]
)
def test_a_hostile_filter_takes_no_time(text: str) -> None:
    began = time.process_time()
    with contextlib.suppress(FilterError):
        Filter.parse(text).matches(b"a" * 65536, source="a" * 200)
    assert time.process_time() - began < 0.5

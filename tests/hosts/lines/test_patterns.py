"""People's patterns by RE2: refused or linear, the same by the line as by the batch."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hosts.lines.patterns import PATTERN_CHARACTERS, Pattern, PatternError, literal


@pytest.mark.parametrize("source", ["a(b", "[", "*a", r"(a)\1", "(?=x)", "(?<!x)y", "a{2000}", r"\C", r"x\\\C"])
def test_what_re2_cannot_read_is_refused_with_its_reason(source: str) -> None:
    with pytest.raises(PatternError) as caught:
        Pattern(source)
    assert caught.value.reason


@pytest.mark.parametrize("source", [r"\pL{200}", "(?:a{100}){10}" * 10, "x" * (PATTERN_CHARACTERS + 1)])
def test_what_would_be_slow_is_refused(source: str) -> None:
    with pytest.raises(PatternError):
        Pattern(source)


@pytest.mark.parametrize(
    "source",
    [
        "(x+x+)+y",
        "(a|a)*b",
        "(a*)*c",
        "(.*)*x.*y.*z",
        "(a|b)*a(a|b){15}c",
        "(?:a?){300}a{300}b",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
    ],
)
def test_catastrophic_patterns_take_no_time(source: str) -> None:
    pattern, hostile = Pattern(source), b"abaab" * 4000
    began = time.process_time()
    pattern.matches(hostile)
    pattern.among([hostile] * 5)
    list(pattern.spans(hostile))
    assert time.process_time() - began < 1


def test_by_the_batch_every_line_is_a_text_of_its_own() -> None:
    assert Pattern("a$").among([b"a", b"b", b"", b"ba", b"ab"]) == [0, 3]
    assert Pattern("^$").among([b"", b"x", b""]) == [0, 2]
    assert Pattern(r"\Ab\z").among([b"ab", b"b", b"ba"]) == [1]
    assert Pattern("(?-m)^b").among([b"a", b"b"]) == [1]
    assert Pattern(r"a[\s\S]b").among([b"a", b"b", b"a b"]) == [2]
    assert Pattern(r"a\sb").among([b"a", b"b"]) == []
    assert Pattern("").among([]) == []


def test_spans() -> None:
    assert list(Pattern("a+").spans(b"xaaya")) == [(1, 3), (4, 5)]
    assert list(Pattern("key=(.)").spans(b"key=a key=b")) == [(4, 5), (10, 11)]
    assert list(Pattern("x*").spans(b"aa")) == []
    assert list(Pattern("a(b)?").spans(b"a ab")) == [(3, 4)]


def test_our_own_patterns_see_broken_text() -> None:
    assert list(Pattern("key=([^ ]+)", trusted=True).spans(b"key=\xffa\xe4 b")) == [(4, 7)]
    assert list(Pattern("key=([^ ]+)").spans(b"key=\xffa b")) == []


def test_any_case_by_unicodes_rules() -> None:
    assert literal("straße (1)").matches("STRAßE (1)".encode())
    assert literal("ärger").among(["ÄRGER".encode(), b"arger"]) == [0]
    assert not literal("a.b").matches(b"axb")


PARTS = st.sampled_from(["a", "b", ".", "^", "$", "a*", "(a|b)", "[^a]", r"\s", r"\b", "", "x?", r"\A", r"\z", "(?i)A"])
LINES = st.lists(st.text("abAx \t", max_size=6).map(str.encode), max_size=20)


@settings(deadline=None)
@given(st.lists(PARTS, max_size=5).map("".join), LINES)
def test_a_batch_answers_as_its_lines_do(source: str, lines: list[bytes]) -> None:
    try:
        pattern = Pattern(source)
    except PatternError:
        return
    one_by_one = [place for place, line in enumerate(lines) if pattern.matches(line)]
    assert pattern.among(lines) == one_by_one


@settings(deadline=None)
@given(st.text(max_size=30), st.binary(max_size=50))
def test_any_text_is_a_pattern_or_an_error(source: str, line: bytes) -> None:
    try:
        pattern = Pattern(source)
    except PatternError:
        return
    pattern.matches(line)
    assert all(0 <= begin < end <= len(line) for begin, end in pattern.spans(line))

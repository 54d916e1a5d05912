"""Credentials are hidden and the rest is kept: by built-in rules and own ones, by the line and by the batch."""

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hosts.lines.credentials import BUILT_IN
from hosts.lines.patterns import PatternError
from hosts.lines.redaction import MASK, RESULT_BYTES, Redactor, own_rule
from hosts.lines.text import plain
from tests.hosts.lines.secrets import HIDDEN, KEPT, KEY_HIDDEN, PRIVATE_KEY

STAMP = b"2024-01-01T10:00:00.123456789Z "
REDACTOR = Redactor()


def without_brackets(marked: str) -> str:
    return marked.replace("⟦", "").replace("⟧", "")


@pytest.mark.parametrize("marked", HIDDEN)
def test_a_credential_is_hidden_and_nothing_else(marked: str) -> None:
    expected = plain(re.sub("⟦.*?⟧", MASK, marked).encode()).decode()
    count = marked.count("⟦")
    assert REDACTOR.mask_text(without_brackets(marked)) == (expected, count)
    line = STAMP + without_brackets(marked).encode()
    assert REDACTOR.masking().lines([line]) == ([STAMP + expected.encode()], count)


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_credential_stays(text: str) -> None:
    assert REDACTOR.mask_text(text) == (text, 0)
    lines = [STAMP + text.encode()]
    same, count = REDACTOR.masking().lines(lines)
    assert same is lines
    assert count == 0


def test_every_built_in_rule_is_needed_for_some_line() -> None:
    """Each pattern finds something in the samples, and so none is dead."""
    texts = [plain(without_brackets(marked).encode()) for marked in HIDDEN]
    dead = [rule.pattern.source for rule in BUILT_IN if not rule.pattern.among(texts)]
    assert dead == []


def test_a_private_key_over_many_lines() -> None:
    lines = [STAMP + line.encode() for line in PRIVATE_KEY.split("\n")]
    expected = [STAMP + line.encode() for line in KEY_HIDDEN.split("\n")]
    assert REDACTOR.masking().lines(lines) == (expected, 3)
    one_by_one = REDACTOR.masking()
    assert [one_by_one.lines([line])[0][0] for line in lines] == expected


def test_a_key_that_never_ends_is_given_up() -> None:
    masking = REDACTOR.masking()
    masking.lines([b"-----BEGIN PRIVATE KEY-----"])
    masking.lines([b"hello"] * 300)
    assert masking.lines([b"AAAAC3Nz"]) == ([b"AAAAC3Nz"], 0)


BODY = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQ"
END = "-----END OPENSSH PRIVATE KEY-----"


@pytest.mark.parametrize("columns", [64, 70, 76])
def test_a_line_with_the_columns_of_a_key_is_hidden_by_itself(columns: int) -> None:
    assert REDACTOR.mask_text(f"  {BODY[:columns]}\r") == (f"  {MASK}\r", 1)
    assert REDACTOR.mask_text(BODY[: columns + 1])[1] == (columns + 1 in (64, 70, 76))


@pytest.mark.parametrize("prefix", ["", "web | ", '{"log": "'])
@pytest.mark.parametrize("size", [1, 2, 3, 9])
def test_what_begins_in_the_middle_of_a_key_shows_nothing_of_it(prefix: str, size: int) -> None:
    """Wherever it begins, and however many lines come at a time."""
    body = [BODY[:70], BODY[1:71], BODY[2:72], BODY[3:45]]
    lines = [STAMP + f"{prefix}{line}".encode() for line in (*body, END, "AAAAC3NzaC1lZDI1NTE5AAAA stays", "AAAA")]
    for first in range(4):
        masking, seen = REDACTOR.masking(torn=True), list[bytes]()
        for at in range(first, len(lines), size):
            seen += masking.lines(lines[at : at + size])[0]
        assert seen == [STAMP + f"{prefix}{MASK}".encode()] * (4 - first) + lines[4:]


def test_the_short_last_line_of_a_key_is_hidden_before_its_end_comes() -> None:
    for last in ("k3Jx==", "AAAAC3NzaC1lZDI1NTE5"):
        masking = REDACTOR.masking(torn=True)
        assert masking.lines([last.encode()]) == ([MASK.encode()], 1)
        assert masking.lines([END.encode(), b"AAAA="]) == ([END.encode(), b"AAAA="], 0)
    masking = REDACTOR.masking(torn=True)
    assert masking.lines([b"AAAA", END.encode()])[0] == [MASK.encode(), END.encode()]


def test_after_missing_lines_the_rest_of_a_key_is_hidden() -> None:
    masking = REDACTOR.masking(torn=True)
    masking.lines([b"hello"] * 300)
    masking.tear()
    assert masking.lines([BODY[:50].encode(), b"hello you"]) == ([MASK.encode(), b"hello you"], 1)


@pytest.mark.parametrize("text", [text for text in KEPT if "stands in 70" not in text])
def test_a_log_that_begins_with_no_key_is_shown_from_its_first_line(text: str) -> None:
    lines = [STAMP + text.encode(), STAMP + b"ready", STAMP + b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4"]
    assert REDACTOR.masking(torn=True).lines(lines) == (lines, 0)


def test_own_rules() -> None:
    redactor = Redactor([own_rule("Customers", r"customer=(\d+)"), own_rule("Ids", r"ID-[0-9]+$")])
    assert redactor.mask_text("customer=12 ID-7 ID-8") == ("customer=••• ID-7 •••", 2)
    assert redactor.mask_text("password=x customer=12") == ("password=••• customer=•••", 2)
    lines = [STAMP + b"ID-7", STAMP + b"ID-7 x", b"customer=\xff12", b"customer=12\xff"]
    masked, count = redactor.masking().lines(lines)
    assert masked == [STAMP + MASK.encode(), STAMP + b"ID-7 x", lines[2], "customer=•••\ufffd".encode()]
    assert count == 2
    with pytest.raises(PatternError):
        own_rule("Bad", "(")


def test_an_own_rule_never_touches_the_timestamp() -> None:
    masked, count = Redactor([own_rule("Digits", r"\d+")]).masking().lines([STAMP + b"1 and 2"])
    assert (masked, count) == ([STAMP + "••• and •••".encode()], 2)


def test_broken_text_protects_nothing() -> None:
    assert REDACTOR.mask(b"\xff password=p\xe4ss\xff ok")[0] == "\ufffd password=••• ok".encode()


def test_what_an_escape_holds_is_not_shown_either() -> None:
    masked, count = REDACTOR.mask(b"\x1b]8;;http://a:b@c/\x07link\x1b]8;;\x07 password=x")
    assert (masked, count) == ("link password=•••".encode(), 1)
    assert REDACTOR.mask(b"see \x1b]8;;http://a:b@c/\x07link\x1b]8;;\x07 here") == (b"see link here", 1)
    assert REDACTOR.mask(b"\x1b]0;password=x\x07") == (b"", 1)
    fine = b"\x1b]8;;http://c/\x07link\x1b]8;;\x07"
    assert REDACTOR.mask(fine) == (fine, 0)


OWN = [own_rule("a", "a+"), own_rule("b", "•(.)"), own_rule("c", "(x)y|z"), own_rule("d", ".$")]
PIECES = st.sampled_from(
    [
        *map(without_brackets, HIDDEN),
        "password",
        "=",
        ":",
        '"',
        "'",
        "\\",
        "•",
        "•••",
        "4111",
        "1111",
        " ",
        "-",
        "a",
        "x",
        "y",
        "eyJ",
        ".",
        "@",
        "://",
        "\x1b[1m",
        "Bearer ",
        "token",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=8).map("".join)


@settings(deadline=None)
@given(TEXTS, st.lists(st.sampled_from(OWN), unique=True, max_size=3))
@example("•" * 40 + "z" * 40, OWN)
def test_masking_again_changes_nothing(text: str, own: list[object]) -> None:
    redactor = Redactor(own)  # type: ignore[arg-type]
    once, count = redactor.mask_text(text)
    assert redactor.mask_text(once) == (once, 0)
    assert (count == 0) == (once == text)
    assert len(once.encode()) <= max(len(text.encode()), RESULT_BYTES)


@settings(deadline=None)
@given(st.binary(max_size=200), st.lists(st.sampled_from(OWN), unique=True, max_size=3))
def test_any_bytes(text: bytes, own: list[object]) -> None:
    redactor = Redactor(own)  # type: ignore[arg-type]
    once, _count = redactor.mask(text)
    assert redactor.mask(once) == (once, 0)


@settings(deadline=None)
@given(st.lists(TEXTS.map(str.encode), max_size=12), st.lists(st.sampled_from(OWN), unique=True, max_size=2))
def test_a_batch_is_masked_as_its_lines_are(lines: list[bytes], own: list[object]) -> None:
    redactor = Redactor(own)  # type: ignore[arg-type]
    lines = [line.replace(b"\n", b" ").replace(b"BEGIN", b"BEGUN") for line in lines]
    masked, count = redactor.masking().lines([STAMP + line for line in lines])
    one_by_one = [redactor.mask(line) for line in lines]
    assert list(masked) == [STAMP + line for line, _count in one_by_one]
    assert count == sum(each for _line, each in one_by_one)


def test_a_line_that_grows_is_cut() -> None:
    own = [own_rule(letter, letter) for letter in "abcdefgh"]
    grown, _count = Redactor(own).mask(b"x" * 65_000 + b"a b c d e f g h " * 30)
    assert len(grown) <= RESULT_BYTES
    grown.decode()


@pytest.mark.parametrize(
    "text",
    [
        "password=" * 7000,
        "4" * 65536,
        "4 " * 32000,
        "a" * 65536,
        "://" * 20000,
        "eyJ." * 16000,
        '"' * 65536,
        "\\" * 65536,
        "-----BEGIN PRIVATE KEY" * 2900,
        "a://b:" * 10000,
        "secret " * 9000 + "=",
    ],
)
def test_a_hostile_line_takes_no_time(text: str) -> None:
    began = time.process_time()
    REDACTOR.masking(torn=True).lines([text.encode()])
    assert time.process_time() - began < 2

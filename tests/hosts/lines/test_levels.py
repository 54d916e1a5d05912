"""Levels by shape, on lines as real programs write them."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hosts.lines.level_words import LEVELS
from hosts.lines.levels import level, levels
from hosts.lines.text import plain
from tests.hosts.lines.samples import SAMPLES

TABLE = [(line, said) for said, lines in SAMPLES.items() for line in lines]
STAMP = b"2024-01-01T10:00:00.123456789Z "
WORDS = st.sampled_from(
    [
        "INFO",
        "error",
        "[warn]",
        "level=",
        "lvl=info",
        '"',
        "{",
        '"level":',
        "}",
        "<3>",
        "[",
        "E0102 15:04:05",
        "\x1b[31m",
    ]
)


@pytest.mark.parametrize(("line", "said"), TABLE)
def test_the_level_of(line: str, said: str) -> None:
    assert level(line) == said
    assert level(line.encode()) == said


def test_there_are_enough_of_them() -> None:
    assert len(TABLE) > 200
    assert set(SAMPLES) == set(LEVELS)


def test_a_batch_is_each_line_without_its_timestamp() -> None:
    batch = [STAMP + line.encode() for line, _said in TABLE]
    assert [LEVELS[code] for code in levels(batch)] == [said for _line, said in TABLE]
    assert levels([]) == b""


@pytest.mark.parametrize("stamp", [b"", b"2024-01-01T10:00:00Z ", b"2024-01-01T10:00:00.12+02:00 "])
def test_timestamps_of_other_engines(stamp: bytes) -> None:
    assert LEVELS[levels([stamp + b"error: boom"])[0]] == "error"


@settings(deadline=None)
@given(st.lists(WORDS | st.text(max_size=12), max_size=12), st.sampled_from(["", " ", "\t"]))
def test_any_line_has_an_answer(parts: list[str], between: str) -> None:
    line = between.join(parts)
    assert level(line) in LEVELS


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_have_an_answer(line: bytes) -> None:
    assert level(line) in LEVELS
    assert LEVELS[levels([STAMP + line])[0]] == level(line)


@pytest.mark.parametrize(
    "line",
    [
        "[" * 65536,
        "{" * 65536,
        '{"level":' * 7000,
        "level=" * 10000,
        "\x1b]" * 30000,
        "a=" * 30000,
        '"' * 65536,
        "| " * 30000,
    ],
)
def test_a_hostile_line_takes_no_time(line: str) -> None:
    began = time.process_time()
    level(line)
    assert time.process_time() - began < 0.5


def test_plain_text_has_no_escapes() -> None:
    assert plain(b"\x1b[1;31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x1b\\ \x1b[2K\x1bMup") == b"red link up"

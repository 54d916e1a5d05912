"""The demultiplexer against a simple oracle: any lines, any cut of the bytes, and headers that lie."""

import contextlib
import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts.engine.frames import (
    CUT,
    ENGINE,
    LINE_LIMIT,
    STDERR,
    STDOUT,
    Batch,
    Frames,
    NotFrames,
    TerminalLines,
    stamp_of,
)

STAMP = b"2026-01-02T03:04:05.%09dZ "
Line = tuple[int, bytes]

texts = st.one_of(
    st.binary(max_size=40).map(lambda text: text.replace(b"\n", b"\x00")),
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass").replace(b"\n", b" ")),
    st.sampled_from([b"\r", b"\x01\0\0\0\0\0\0\x02", b"2026-01-02T03:04:05Z ", b"x" * 300]),
)
messages = st.lists(st.tuples(st.sampled_from([STDOUT, STDERR]), texts), max_size=30)


def frame(kind: int, payload: bytes) -> bytes:
    return struct.pack(">BxxxI", kind, len(payload)) + payload


def fed(demultiplexer: Frames | TerminalLines, data: bytes, cuts: list[int]) -> list[Line]:
    """What comes out when the bytes arrive cut at these places."""
    found: list[Line] = []
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for start, stop in itertools.pairwise(edges):
        found += pairs(demultiplexer.feed(data[start:stop]))
    return found + pairs(demultiplexer.flush())


def pairs(batch: Batch) -> list[Line]:
    assert all(type(line) is bytes for line in batch.lines)
    return list(zip(batch.kinds, batch.lines, strict=True))


cut_places = st.lists(st.integers(0, 10_000), max_size=12)


@given(messages, cut_places)
def test_one_message_a_frame_gives_one_line_each(said: list[Line], cuts: list[int]) -> None:
    stamped = [(kind, STAMP % number + text) for number, (kind, text) in enumerate(said)]
    data = b"".join(frame(kind, text + b"\n") for kind, text in stamped)
    assert fed(Frames(), data, cuts) == stamped


@given(messages, st.lists(st.integers(1, 7), min_size=1, max_size=5), cut_places)
def test_a_message_in_pieces_is_one_line_where_its_last_piece_came(
    said: list[Line], lengths: list[int], cuts: list[int]
) -> None:
    """Pieces of stdout and stderr take turns, as two writers' do; each repeats its message's timestamp."""
    queues: dict[int, list[tuple[bytes, Line | None]]] = {STDOUT: [], STDERR: []}
    for number, (kind, text) in enumerate(said):
        stamp, length = STAMP % number, lengths[number % len(lengths)]
        pieces = [text[at : at + length] for at in range(0, len(text), length)] or [b""]
        queues[kind] += [(frame(kind, stamp + piece), None) for piece in pieces[:-1]]
        queues[kind].append((frame(kind, stamp + pieces[-1] + b"\n"), (kind, stamp + text)))
    data, expected = b"", []
    while any(queues.values()):
        for queue in queues.values():
            if queue:
                piece, line = queue.pop(0)
                data += piece
                expected += [line] if line else []
    assert fed(Frames(), data, cuts) == expected


@given(st.lists(texts, max_size=20), st.integers(1, 50), cut_places)
def test_without_timestamps_frames_may_be_cut_anywhere(said: list[bytes], length: int, cuts: list[int]) -> None:
    text = b"".join(line + b"\n" for line in said)
    data = b"".join(frame(STDERR, text[at : at + length]) for at in range(0, len(text), length))
    assert fed(Frames(timestamps=False), data, cuts) == [(STDERR, line) for line in said]


@given(st.lists(texts, max_size=20), cut_places)
def test_a_terminals_bytes_are_divided_at_newlines(said: list[bytes], cuts: list[int]) -> None:
    stamped = [STAMP % number + text + b"\r" for number, text in enumerate(said)]
    data = b"".join(line + b"\n" for line in stamped)
    assert fed(TerminalLines(), data, cuts) == [(STDOUT, line) for line in stamped]


@given(st.binary(max_size=400), cut_places)
def test_any_bytes_give_lines_or_are_refused(data: bytes, cuts: list[int]) -> None:
    for demultiplexer in (Frames(), Frames(timestamps=False)):
        with contextlib.suppress(NotFrames):
            fed(demultiplexer, data, cuts)
    assert b"\n".join(line for _kind, line in fed(TerminalLines(), data, cuts)) == data.removesuffix(b"\n")


@pytest.mark.parametrize("extra", [0, 1, 70_000, 3 << 20])
@pytest.mark.parametrize("chunk", [1000, 65_536, 262_144])
def test_a_line_beyond_the_limit_is_cut_and_marked(extra: int, chunk: int) -> None:
    long = STAMP % 1 + b"a" * (LINE_LIMIT + extra)
    data = frame(STDOUT, long + b"\n") + frame(STDERR, STAMP % 2 + b"next\n")
    found = fed(Frames(), data, list(range(0, len(data), chunk)))
    mark = CUT if extra else 0
    assert found == [(STDOUT | mark, long[: LINE_LIMIT + len(STAMP % 1)]), (STDERR, STAMP % 2 + b"next")]
    bare = fed(TerminalLines(), long + b"\nnext\n", list(range(0, len(long), chunk)))
    assert bare == [(STDOUT | mark, long[: LINE_LIMIT + len(STAMP % 1)]), (STDOUT, b"next")]


def test_a_cut_leaves_no_half_of_a_character() -> None:
    for lead in range(4):
        text = b"." * lead + "🐋".encode() * (LINE_LIMIT // 4 + 1)
        [(kind, line)] = fed(Frames(), frame(STDOUT, text + b"\n"), [])
        assert kind == STDOUT | CUT
        assert line.decode() == "." * lead + "🐋" * ((LINE_LIMIT - lead) // 4)


def test_a_header_that_claims_4_gib_holds_little_and_still_gives_lines() -> None:
    demultiplexer = Frames()
    batch = demultiplexer.feed(struct.pack(">BxxxI", STDOUT, 0xFFFFFFFF) + STAMP % 1 + b"one\nand two\n")
    assert pairs(batch) == [(STDOUT, STAMP % 1 + b"one"), (STDOUT, STAMP % 1 + b"and two")]
    for _ in range(64):
        assert not demultiplexer.feed(b"never ends " * 10_000).lines
    held = max(len(line.text) for line in demultiplexer._begun.values()) + len(demultiplexer._rest)
    assert held <= LINE_LIMIT


def test_a_line_that_never_ends_is_held_in_bounds() -> None:
    terminal = TerminalLines()
    for _ in range(100):
        assert not terminal.feed(b"x" * 60_000).lines
    assert len(terminal._rest) < LINE_LIMIT + 1000
    frames = Frames()
    for _ in range(1000):
        assert not frames.feed(frame(STDERR, STAMP % 7 + b"y" * 16_384)).lines
    assert len(frames._begun[STDERR].text) == LINE_LIMIT


def test_the_pieces_of_a_long_line_on_a_terminal_lose_their_repeated_timestamp() -> None:
    stamp, piece = STAMP % 9, b"z" * 16_384
    data = stamp + piece + stamp + piece + stamp + b"end\r\n"
    assert fed(TerminalLines(), data, [5000, 17_000]) == [(STDOUT, stamp + piece + piece + b"end\r")]


def test_a_message_with_another_timestamp_does_not_go_on_with_the_unfinished_one() -> None:
    data = frame(STDOUT, STAMP % 1 + b"killed in the mid") + frame(STDOUT, STAMP % 2 + b"started\n")
    assert fed(Frames(), data, []) == [(STDOUT, STAMP % 1 + b"killed in the mid"), (STDOUT, STAMP % 2 + b"started")]


def test_what_the_engine_says_itself_is_told_apart() -> None:
    assert fed(Frames(), frame(3, b"error grabbing logs\n"), []) == [(ENGINE, b"error grabbing logs")]


@pytest.mark.parametrize(
    "data", [b"HTTP/1.1 200 OK\r\n\r\nhello", b"\x04\0\0\0\0\0\0\x01a", b"\x01\0\0\x01\0\0\0\x01a"]
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(NotFrames):
        Frames().feed(data)


def test_a_broken_stream_says_where_to_read_again() -> None:
    frames = Frames()
    frames.feed(frame(STDERR, STAMP % 2 + b"second ") + frame(STDOUT, STAMP % 1 + b"first ") + b"\x01\0\0")
    assert frames.restart() == STAMP % 1
    assert fed(frames, frame(STDOUT, STAMP % 1 + b"first whole\n"), []) == [(STDOUT, STAMP % 1 + b"first whole")]


@pytest.mark.parametrize(
    ("line", "stamp"),
    [
        (b"2026-01-02T03:04:05.123456789Z text", b"2026-01-02T03:04:05.123456789Z "),
        (b"2026-01-02T03:04:05.1+01:00 text", b"2026-01-02T03:04:05.1+01:00 "),
        (b"2026-01-02T03:04:05Z", b""),
        (b"2026-01-02 03:04:05 text", b""),
        (b"", b""),
    ],
)
def test_a_timestamp_is_known_by_its_shape(line: bytes, stamp: bytes) -> None:
    assert stamp_of(line) == stamp

"""What is written is read as it was, wherever the chunks end, and after a crash each line is there once."""

import errno
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hosts.engine.frames import CUT, ENGINE, STDERR, STDOUT, Batch
from hosts.history import Line, places, read, tail
from hosts.history import writer as writing
from hosts.history.block import Block, Damaged, Sealed, block_of, sealed
from hosts.history.columns import UNTIMED, columns_of, stamp
from hosts.history.writer import Dropped, Writer, alone, is_want_of_room
from hosts.models import KeptChunk, KeptLog
from tests.hosts.history.conftest import LogMaker, source_of
from tests.hosts.history.made_up import SECOND, START, batch, counted
from tests.testbed.process import wait_until

LINES = st.lists(
    st.tuples(
        st.sampled_from([STDOUT, STDERR, STDOUT | CUT]),
        st.integers(START - 5 * SECOND, START + 5 * SECOND),
        st.binary(max_size=60).map(lambda text: text.replace(b"\n", b"")),
    ),
    min_size=1,
    max_size=80,
)


def stored(kept: KeptLog) -> list[bytes]:
    found = list(read([source_of(kept)]))
    assert all(isinstance(line, Line) for line in found), found
    return [line.stamped for line in found if isinstance(line, Line)]


@given(LINES)
def test_a_chunk_gives_back_what_went_in(lines: list[tuple[int, int, bytes]]) -> None:
    whole = Batch(bytearray(kind for kind, _at, _text in lines), [stamp(at) + text for _kind, at, text in lines])
    columns = columns_of([whole])
    assert list(zip(columns.kinds, columns.times, columns.texts, strict=True)) == lines
    head, data = sealed(7, block_of(columns))
    again = Sealed(data)
    assert again.head == head
    assert (head.number, head.lines) == (7, len(lines))
    assert (head.first_at, head.last_at) == (min(at for _, at, _ in lines), max(at for _, at, _ in lines))
    assert again.block() == block_of(columns)


@given(LINES, st.data())
@settings(max_examples=60)
def test_any_damage_to_a_chunk_is_seen(lines: list[tuple[int, int, bytes]], data: st.DataObject) -> None:
    whole = Batch(bytearray(kind for kind, _at, _text in lines), [stamp(at) + text for _kind, at, text in lines])
    _head, file = sealed(1, block_of(columns_of([whole])))
    at = data.draw(st.integers(0, len(file) - 1))
    # Of the head itself, what is not repeated in the row is covered by what it must agree with.
    broken = file[:at] + bytes([file[at] ^ data.draw(st.integers(1, 255))]) + file[at + 1 :]
    for bad in (broken, file[:at]):
        try:
            found = Sealed(bad)
            same = found.block() == Sealed(file).block()
        except Damaged:
            continue
        assert same or found.head != Sealed(file).head


def test_lines_that_bear_no_usual_time() -> None:
    whole = Batch(
        bytearray([STDOUT, ENGINE, STDOUT, STDOUT, STDERR]),
        [
            stamp(START) + b"usual",
            b"the engine speaks",
            b"no time at all",
            b"2026-11-24T12:00:00.5+02:00 podman's",
            b"9999-11-24T12:00:00.000000000Z beyond all clocks",
        ],
    )
    columns = columns_of([whole])
    podman = 1_795_514_400_500_000_000
    assert list(columns.times) == [START, START, podman, podman]
    assert columns.texts == [b"usual", b"no time at all", b"podman's", whole.lines[4]]
    assert [bool(kind & UNTIMED) for kind in columns.kinds] == [False, True, False, True]


def test_chunks_are_sealed_as_they_fill(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "CHUNK_BYTES", 1000)
    wanted = []
    for start in range(0, 1000, 10):
        some = counted(range(start, start + 10))
        wanted += some.lines
        writer.write([some])
    rows = list(KeptChunk.objects.order_by("number"))
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) > 5
    assert stored(writer.kept) == wanted
    first = rows[0]
    file = places.file_of(writer.folder, 1)
    assert (first.size, first.first_at) == (file.stat().st_size, START)
    if shutil.which("zstd"):
        text = subprocess.run(["zstd", "-dcq", file], check=True, capture_output=True).stdout
        assert text.split(b"\n") == [line[31:] for line in wanted[: first.lines]]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 400), max_size=6), lost=st.integers(1, 400), sealed_at=st.integers(0, 40))
def test_a_crash_in_the_middle_of_a_record(make_log: LogMaker, cuts: list[int], lost: int, sealed_at: int) -> None:
    """The open chunk is cut somewhere; the next writer keeps the whole records and says where to go on."""
    KeptLog.objects.all().delete()
    kept, at = make_log(), 0
    writer = Writer(kept)
    for size in [10, *cuts]:
        writer.write([counted(range(at, at + size), step=1)])
        at += size
        if at % 41 == sealed_at:
            writer.seal()
    everything = counted(range(at + 50), step=1)
    path = writer.folder / tail.NAME
    if path.exists():
        os.truncate(path, max(0, path.stat().st_size - lost))
    again = Writer(kept)
    resume = again.resume()
    since = int(resume.since.replace(".", "")) if resume.since else 0
    comes = [line for line, number in zip(everything.lines, range(at + 50), strict=True) if START + number >= since]
    again.write([Batch(bytearray([STDOUT]) * len(comes), comes)])
    assert stored(kept) == everything.lines
    again.seal()
    assert stored(kept) == everything.lines


@pytest.mark.parametrize("step", ["_write_for_good", "_add_row", "remove"])
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_while_a_chunk_is_sealed(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    writer.write([counted(range(100))])
    owner = {"_write_for_good": writing, "_add_row": Writer, "remove": tail.Tail}[step]
    real = getattr(owner, step)

    def dies(*arguments: object) -> None:
        if after:
            real(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, dies)
        with pytest.raises(KeyboardInterrupt):
            writer.seal()
    assert len(stored(writer.kept)) == 100, "a reader sees each line once at any moment"
    again = Writer(writer.kept)
    again.resume()
    again.write([counted(range(80, 120))])
    again.seal()
    assert stored(writer.kept) == counted(range(120)).lines
    assert not list(writer.folder.glob("*.new"))


def test_the_rows_are_made_again_from_the_files(writer: Writer) -> None:
    for start in range(0, 50, 10):
        writer.write([counted(range(start, start + 10))])
        writer.seal()
    before = list(KeptChunk.objects.order_by("number").values_list("number", "lines", "first_at", "last_at", "crc"))
    KeptChunk.objects.filter(number__in=[2, 5]).delete()
    places.file_of(writer.folder, 1).unlink()
    places.file_of(writer.folder, 4).write_bytes(b"nonsense")
    KeptChunk.objects.filter(number=4).delete()
    Writer(writer.kept)
    after = list(KeptChunk.objects.order_by("number").values_list("number", "lines", "first_at", "last_at", "crc"))
    assert after == [row for row in before if row[0] not in (1, 4)]


def test_a_disk_without_room(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.resume()
    writer.write([counted(range(10))])
    size = (writer.folder / tail.NAME).stat().st_size
    real = os.write

    def half(file: int, data: memoryview) -> int:
        if len(data) > 100:
            return real(file, data[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half)
        with pytest.raises(OSError, match="No space"):
            writer.write([counted(range(10, 40))])
    assert (writer.folder / tail.NAME).stat().st_size == size
    with pytest.raises(OSError, match="No space"):
        writer.write([counted(range(40, 50))])
    assert stored(writer.kept) == counted(range(10)).lines, "nothing is kept behind a hole"
    writer.resume()
    writer.write([counted(range(50))])
    assert stored(writer.kept) == counted(range(50)).lines


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_disk_that_is_really_full(make_log: LogMaker, history_folder: Path) -> None:
    history_folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", history_folder], check=True)
    try:
        writer = Writer(make_log())
        writer.resume()
        at, full = 0, False
        while not full:
            noise = ((START + n, b"%s %d" % (os.urandom(200).hex().encode(), n)) for n in range(at, at + 500))
            try:
                writer.write([batch(*noise)])
                at += 500
            except OSError as error:
                full = is_want_of_room(error)
                assert full
        there = stored(writer.kept)
        assert at <= len(there) <= at + 500
        assert there[-1].endswith(b" %d" % (len(there) - 1))
        again = Writer(writer.kept)
        assert stored(again.kept) == there
    finally:
        wait_until(lambda: subprocess.run(["umount", history_folder]).returncode == 0)


def test_a_log_that_is_dropped(writer: Writer) -> None:
    writer.write([counted(range(10))])
    KeptLog.objects.update(dropping=True)
    with pytest.raises(Dropped):
        writer.seal()
    KeptLog.objects.all().delete()
    with pytest.raises(Dropped):
        Writer(writer.kept).seal()


@pytest.mark.django_db(transaction=True)
def test_a_host_that_is_removed_while_its_lines_are_sealed(writer: Writer) -> None:
    writer.write([counted(range(10))])
    writer.kept.host.delete()
    with pytest.raises(Dropped):
        writer.seal()


def test_one_process_writes() -> None:
    with alone() as first, alone() as second:
        assert (first, second) == (True, False)
    with alone() as third:
        assert third


def test_equal_times_and_times_that_go_back(writer: Writer) -> None:
    times = [0, 0, 5, 3, 3, 3, 4, 9, 9, 8, 9]
    lines = [(START + at, b"same" if at in (3, 9) else b"text %d" % at) for at in times]
    writer.resume()
    writer.write([batch(*lines[:6])])
    for cut in range(6, len(lines)):
        again = Writer(writer.kept)
        again.resume()
        again.write([batch(*lines[:cut])])
        assert stored(writer.kept) == batch(*lines[:cut]).lines
    assert isinstance(block_of(columns_of([batch(*lines)])), Block)

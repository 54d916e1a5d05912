"""Checkpoints are signed every ten seconds or hundred records, go to the file and to syslog, and trouble is told."""

import base64
import os
import re
import socket
import stat
from pathlib import Path

import pytest
from pytest_django import Settings

from dashboard import env, keys
from hosts.access import Actor, Target
from hosts.audit import checkpoints, notary, record
from hosts.audit.checkpoints import Checkpoint
from hosts.audit.notary import Notary
from hosts.audit.notes import NoteError, Verifier
from hosts.audit.tree import Tree
from hosts.models import AuditLeaf
from tests.hosts.audit.test_formats import SUMDB, SUMDB_NOTES

pytestmark = pytest.mark.django_db


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watcher(clock: Clock, checkpoints: Path) -> Notary:
    made = Notary(clock)
    made.look()
    return made


def write(count: int = 1) -> None:
    for number in range(count):
        record.begin(Actor.nobody("ada"), "container.stop", "", Target("container", name=f"web-{number}"), {})


def sizes(file: Path) -> list[int]:
    found = list(checkpoints.read(file, verifiers()))
    assert all(isinstance(one, Checkpoint) for one in found), found
    return [one.size for one in found if isinstance(one, Checkpoint)]


def verifiers() -> list[Verifier]:
    return [signer.verifier for signer in notary.signers()]


def test_public_checkpoints_are_read(tmp_path: Path) -> None:
    file = tmp_path / "sumdb"
    for note in SUMDB_NOTES.values():
        checkpoints.append(file, note)
    found = list(checkpoints.read(file, [Verifier.parse(SUMDB)]))
    assert [one.size for one in found if isinstance(one, Checkpoint)] == list(SUMDB_NOTES)
    for one, note in zip(found, SUMDB_NOTES.values(), strict=True):
        assert isinstance(one, Checkpoint)
        assert one.text == note.partition("\n\n")[0] + "\n"
        assert base64.b64encode(one.root).decode() == note.splitlines()[2]


@pytest.mark.parametrize("text", ["", "a\n", "a\n1\n", "\n1\nAAAA\n", "a\n01\n" + "A" * 43 + "=\n", "a\n1\nAAAA\n",
                                  "a\n-1\n" + "A" * 43 + "=\n", "a\n1\n" + "A" * 43 + "=\n\nmore\n"])  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


def test_every_ten_seconds_if_there_is_something_new(watcher: Notary, clock: Clock, checkpoints: Path) -> None:
    watcher.look()
    assert not checkpoints.exists(), "there is nothing to sign"
    write()
    watcher.look()
    write()
    clock.now += 9.9
    watcher.look()
    assert sizes(checkpoints) == [1]
    clock.now += 0.2
    watcher.look()
    clock.now += 100
    watcher.look()
    assert sizes(checkpoints) == [1, 2]
    assert stat.S_IMODE(checkpoints.stat().st_mode) == 0o600


def test_every_hundred_records(watcher: Notary, checkpoints: Path) -> None:
    write()
    watcher.look()
    write(99)
    watcher.look()
    assert sizes(checkpoints) == [1]
    write()
    watcher.look()
    assert sizes(checkpoints) == [1, 101]


def test_a_checkpoint_is_the_tree_of_the_leaves(watcher: Notary, checkpoints: Path) -> None:
    write(5)
    watcher.look()
    tree = Tree()
    for digest in AuditLeaf.objects.order_by("sequence").values_list("hash", flat=True):
        tree.add(bytes(digest))
    origin, size, root, time, blank, signature = checkpoints.read_text().splitlines()[:6]
    assert (origin, size, root, blank) == (notary.signers()[0].name, "5", base64.b64encode(tree.root()).decode(), "")
    assert re.fullmatch(r"time \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time)
    assert signature.startswith(f"— {origin} ")


def test_only_new_leaves_are_read(
    watcher: Notary, clock: Clock, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(300)
    watcher.look()
    added: list[bytes] = []
    add = Tree.add

    def counted(tree: Tree, leaf: bytes) -> None:
        added.append(leaf)
        add(tree, leaf)

    monkeypatch.setattr(Tree, "add", counted)
    write(3)
    clock.now += 11
    watcher.look()
    assert len(added) == 3
    assert sizes(checkpoints) == [300, 303]


def test_what_a_cut_off_write_left_is_passed_over(watcher: Notary, clock: Clock, checkpoints: Path) -> None:
    write()
    watcher.look()
    with checkpoints.open("a") as file:
        file.write("quayside-0/audit\n2\nAAAA")
    write()
    restarted = Notary(clock)
    restarted.look()
    restarted.look()
    first, torn, second = checkpoints_in(checkpoints)
    assert isinstance(first, Checkpoint)
    assert isinstance(second, Checkpoint)
    assert (first.size, second.size) == (1, 2)
    assert torn == "torn"


def checkpoints_in(file: Path) -> list[Checkpoint | str]:
    found = checkpoints.read(file, verifiers())
    return [one if isinstance(one, Checkpoint) else "forged" if one.forged else "torn" for one in found]


def test_a_file_that_was_taken_away_gets_the_last_checkpoint_again(watcher: Notary, checkpoints: Path) -> None:
    write()
    watcher.look()
    note = checkpoints.read_text()
    checkpoints.unlink()
    watcher.look()
    assert checkpoints.read_text() == note


def test_a_file_that_cannot_be_written_stops_nothing_and_is_told(
    settings: Settings, clock: Clock, checkpoints: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    settings.AUDIT_CHECKPOINTS = tmp_path / "file" / "checkpoints"
    watcher = Notary(clock)
    assert watcher.look().trouble == "file"
    told = notary.state()
    assert told is not None
    assert told.trouble == "file"
    write()
    (tmp_path / "file").unlink()
    watcher.look()
    assert watcher.look().trouble == ""
    assert sizes(tmp_path / "file" / "checkpoints") == [1]


def test_a_full_disk_leaves_the_file_whole(watcher: Notary, clock: Clock, checkpoints: Path) -> None:
    write()
    watcher.look()
    before = checkpoints.read_text()
    write()
    clock.now += 11

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", full)
        found = watcher.look()
    assert (found.trouble, found.reason, found.signed, found.size) == ("file", "No space left on device", 1, 2)
    assert checkpoints.read_text() == before
    clock.now += 11
    assert watcher.look().trouble == ""
    assert sizes(checkpoints) == [1, 2]


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+nonsense", "\xff"])
def test_a_damaged_key_is_told(text: str, settings: Settings, clock: Clock, checkpoints: Path, tmp_path: Path) -> None:
    (tmp_path / "audit.key").write_text(text, encoding="latin-1")
    settings.AUDIT_KEYS = lambda: keys.audit_keys(tmp_path / "audit.key")
    write()
    watcher = Notary(clock)
    assert watcher.look().trouble == "key"
    assert watcher.look().trouble == "key"
    (tmp_path / "audit.key").unlink()
    watcher.look()
    assert watcher.look().trouble == "", "a new one is made"


@pytest.mark.parametrize("kind", ["udp", "tcp", "datagram", "stream"])
def test_syslog_has_a_copy(kind: str, settings: Settings, watcher: Notary, checkpoints: Path, tmp_path: Path) -> None:
    family = socket.AF_INET if kind in ("udp", "tcp") else socket.AF_UNIX
    streams = kind in ("tcp", "stream")
    with socket.socket(family, socket.SOCK_STREAM if streams else socket.SOCK_DGRAM) as server:
        server.settimeout(20)
        server.bind(("127.0.0.1", 0) if family == socket.AF_INET else str(tmp_path / "log"))
        if streams:
            server.listen()
        port = server.getsockname()[1] if family == socket.AF_INET else 0
        settings.AUDIT_SYSLOG = f"{kind}://127.0.0.1:{port}" if port else str(tmp_path / "log")
        write()
        assert watcher.look().trouble == ""
        line = _accepted(server) if streams else server.recv(8192)
    assert line.startswith(b"<86>")
    assert line.isascii()
    assert line.count(b"\n") == streams
    copy = tmp_path / "syslog"
    copy.write_bytes(b"Nov 28 10:00:00 quay cron[3]: nothing\n\n" + line.rstrip() + b"\n")
    assert [one for one in checkpoints_in(copy) if isinstance(one, Checkpoint)] == checkpoints_in(checkpoints)


def _accepted(server: socket.socket) -> bytes:
    line, _address = server.accept()
    with line:
        line.settimeout(20)
        return line.makefile("rb").read()


def test_a_syslog_that_is_away_is_told_and_gets_it_later(
    settings: Settings, watcher: Notary, clock: Clock, checkpoints: Path, tmp_path: Path
) -> None:
    settings.AUDIT_SYSLOG = str(tmp_path / "log")
    write()
    assert watcher.look().trouble == "syslog"
    assert sizes(checkpoints) == [1], "the file has it"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.settimeout(20)
        server.bind(str(tmp_path / "log"))
        assert watcher.look().trouble == "syslog", "not at once"
        clock.now += 11
        assert watcher.look().trouble == ""
        assert b"checkpoint" in server.recv(8192)
    assert sizes(checkpoints) == [1]


@pytest.mark.parametrize("value", ["syslog.example.com", "http://a:514", "udp://", "tcp://a:99999", "udp://a/b"])
def test_an_address_that_is_none_is_refused_in_words(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_SYSLOG", value)
    with pytest.raises(env.SettingError, match="AUDIT_SYSLOG must be"):
        env.audit_syslog()

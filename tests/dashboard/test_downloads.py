"""Logs taken away: whole, masked, filtered, of one and of many, with kept lines, and true about what is missing."""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from pytest_django.fixtures import Settings

from hosts.engine.cursor import nanoseconds
from hosts.engine.frames import STDOUT, Batch
from hosts.history.columns import stamp
from hosts.history.writer import Writer
from hosts.models import AuditEvent, Container, Host, HostState, KeptLog
from tests import cast, rows
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.wire import Wire

Run = Callable[..., str]
SCRIPT = r"""
echo one
sleep 0.2; printf 'WARN oops password=canary-5772 \377\n' >&2; sleep 0.2
printf '\033]0;title\007three\r\n'"""
OTHER = "sleep 0.1; echo uno; sleep 0.2; echo due; sleep 0.2; echo tre"
SECOND = 1_000_000_000
NOWHERE = "unix:///nowhere/docker.sock"


@pytest.fixture
def harbour(db: None, engine: Engine, settings: Settings, tmp_path: Path) -> Host:
    settings.DATA_DIR = tmp_path
    return rows.host("harbour", url=engine.url)


@pytest.fixture
def talker(harbour: Host, engine: Engine, run_container: Run) -> Container:
    made = run_container(BASE_IMAGE, "sh", "-c", SCRIPT)
    engine.docker("wait", made)
    return rows.container(harbour, "talker", engine_id=made, state="exited", exit_code=0, project="shop")


@pytest.fixture
def vera(client: Client, db: None) -> Client:
    client.force_login(cast.vera())
    return client


def address(container: Container) -> str:
    return f"/hosts/harbour/containers/{container.engine_id}/logs/download/"


def content_of(answer: Any, watch: Callable[[bytes], object] = len) -> bytes:
    """What comes; `watch` is called with each part."""
    assert answer.status_code == 200, answer.content

    async def collected() -> bytes:
        parts = []
        async for part in answer:
            parts.append(part)
            await asyncio.to_thread(watch, part)
        return b"".join(parts)

    return async_to_sync(collected)()


def objects(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


def keep(host: Host, container: str, name: str, lines: list[bytes], **columns: Any) -> KeptLog:
    kept = KeptLog.objects.create(host=host, engine_id=container, name=name, days=9, bytes_each=1 << 30, **columns)
    Writer(kept).write([Batch(bytearray([STDOUT]) * len(lines), lines)])
    return kept


def numbered(words: str, *numbers: int) -> list[bytes]:
    """Lines of a second each, long ago."""
    return [stamp(1_600_000_000 * SECOND + number * SECOND) + f"{words} {number}".encode() for number in numbers]


def test_a_download_is_what_docker_logs_says(vera: Client, talker: Container, engine: Engine) -> None:
    answer = vera.get(address(talker), {"timestamps": "1"})
    assert re.fullmatch(r'attachment; filename="harbour-talker-\d{8}T\d{6}Z\.log"', answer["Content-Disposition"])
    lines = content_of(answer).decode("utf-8", "replace").splitlines()
    theirs = engine.docker("logs", "--timestamps", talker.engine_id).replace("canary-5772", "•••").splitlines()
    assert sorted(lines) == sorted(theirs)
    assert content_of(vera.get(address(talker), {"tail": "1"})) == b"\x1b]0;title\x07three\r\n"
    events = AuditEvent.objects.filter(noun="container").values_list("action", "inputs")
    assert list(events) == [
        ("container.logs.download", {"format": "plain", "tail": 1}),
        ("container.logs.download", {"format": "plain", "tail": "all"}),
    ]


def test_a_file_that_begins_in_the_middle_of_a_key_has_nothing_of_it(
    vera: Client, harbour: Host, engine: Engine, run_container: Run
) -> None:
    key = "\n".join(["-----BEGIN OPENSSH PRIVATE KEY-----", *["b3BlbnNzaC1rZXktdjEAAAAABG5vbmU" * 2 + "AbCdEfGh"] * 3])
    rest = f"echo web: {'AAAAC3NzaC1lZDI1NTE5' * 3}; echo k3Jx; echo -----END OPENSSH PRIVATE KEY-----"
    script = f'echo "{key}"; sleep 1.1; {rest}'
    made = run_container(BASE_IMAGE, "sh", "-c", script)
    engine.docker("wait", made)
    keys = rows.container(harbour, "keys", engine_id=made, state="exited", exit_code=0)
    stamps = engine.docker("logs", "--timestamps", made).splitlines()
    for asked in ({"tail": "5"}, {"tail": "3"}, {"tail": "2"}, {"since": stamps[4].split()[0]}):
        lines = content_of(vera.get(address(keys), asked)).decode().splitlines()
        assert lines[-1] == "-----END OPENSSH PRIVATE KEY-----"
        assert set(lines[:-1]) <= {"•••", "web: •••"}
        assert len(lines) == int(asked.get("tail", 3))


def test_lines_as_objects(vera: Client, talker: Container) -> None:
    first, second, third = objects(content_of(vera.get(address(talker), {"format": "jsonl"})))
    assert {key: first[key] for key in ("host", "container", "stream", "line")} == {
        "host": "harbour",
        "container": "talker",
        "stream": "stdout",
        "line": "one",
    }
    assert nanoseconds(f"{first['time']} ".encode())
    assert (second["stream"], second["level"]) == ("stderr", "warn")
    assert second["line"] == "WARN oops password=••• \N{REPLACEMENT CHARACTER}"
    assert third["line"] == "\x1b]0;title\x07three"


def test_a_filter_sees_what_is_masked_alone(vera: Client, talker: Container) -> None:
    assert content_of(vera.get(address(talker), {"filter": "level:warn"})).startswith(b"WARN oops")
    assert content_of(vera.get(address(talker), {"filter": "canary"})) == b""
    assert vera.get(address(talker), {"filter": "/(/"}).status_code == 400


def test_a_period_begins_and_ends_where_it_says(vera: Client, talker: Container) -> None:
    times = [line["time"] for line in objects(content_of(vera.get(address(talker), {"format": "jsonl"})))]
    between = {"format": "jsonl", "since": times[1][:26] + "Z", "until": times[1][:26] + "Z"}
    between["until"] = between["until"].replace(times[1][20:26], f"{min(999_999, int(times[1][20:26]) + 1):06}")
    assert [line["time"] for line in objects(content_of(vera.get(address(talker), between)))] == [times[1]]
    late = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    assert vera.get(address(talker), late).status_code == 400


def test_kept_lines_come_before_those_of_the_engine_and_none_twice(
    vera: Client, talker: Container, engine: Engine, harbour: Host
) -> None:
    theirs = engine.docker("logs", "--timestamps", talker.engine_id).splitlines()
    stdout = sorted(line.encode() for line in theirs if "canary" not in line)
    keep(harbour, talker.engine_id, "talker", [*numbered("old", 1, 2), stdout[0]])
    assert [line["line"] for line in objects(content_of(vera.get(address(talker), {"format": "jsonl"})))][:4] == [
        "old 1",
        "old 2",
        "one",
        "WARN oops password=••• \N{REPLACEMENT CHARACTER}",
    ]
    late = vera.get(address(talker), {"format": "jsonl", "since": "2021-01-01T00:00:00Z"})
    assert objects(content_of(late))[0]["line"] == "one"


def test_lines_that_may_be_missing_between_are_told(vera: Client, talker: Container, harbour: Host) -> None:
    keep(harbour, talker.engine_id, "talker", numbered("old", 1))
    lines = content_of(vera.get(address(talker))).splitlines()
    assert lines[0] == b"old 1"
    assert lines[1].startswith(b"[Quayside: Lines may be missing here")
    assert lines[2] == b"one"


def test_a_removed_container_is_what_was_kept(vera: Client, harbour: Host, engine: Engine) -> None:
    gone = rows.engine_id("long gone")
    keep(harbour, gone, "web", numbered("old password=x", 1, 2, 3))
    url = f"/hosts/harbour/containers/{gone}/logs/download/"
    assert content_of(vera.get(url)) == "".join(f"old password=••• {each}\n" for each in (1, 2, 3)).encode()
    assert content_of(vera.get(url, {"tail": "2"})).count(b"\n") == 2


def test_what_breaks_off_says_so_in_every_format(vera: Client, talker: Container, harbour: Host) -> None:
    keep(harbour, talker.engine_id, "talker", numbered("old", 1))
    Host.objects.update(url=NOWHERE)
    *lines, last = content_of(vera.get(address(talker))).decode().splitlines()
    assert lines == ["old 1"]
    assert last.startswith("[Quayside: This file is not whole")
    assert "/nowhere/docker.sock" in last
    told = objects(content_of(vera.get(address(talker), {"format": "jsonl"})))
    assert [each.get("truncated") for each in told] == [None, True]
    archive = zipfile.ZipFile(io.BytesIO(content_of(vera.get(address(talker), {"format": "zip"}))))
    assert archive.namelist() == ["harbour-talker.log", "TRUNCATED.txt"]
    assert "/nowhere/docker.sock" in archive.read("TRUNCATED.txt").decode()
    assert b"not whole" in archive.read("harbour-talker.log").splitlines()[-1]


@pytest.mark.parametrize("kind", ["plain", "jsonl", "zip"])
def test_an_engine_that_goes_in_the_middle(
    vera: Client, harbour: Host, engine: Engine, run_container: Run, kind: str
) -> None:
    made = run_container(BASE_IMAGE, "awk", 'BEGIN { for (i = 0; i < 100000; i++) print i " the same again" }')
    engine.docker("wait", made)
    container = rows.container(harbour, "long", engine_id=made, state="exited")
    with Wire(engine.socket) as wire:
        Host.objects.update(url=f"tcp://127.0.0.1:{wire.port}")
        data = content_of(vera.get(address(container), {"format": kind}), lambda _part: wire.cut())
    if kind == "zip":
        archive = zipfile.ZipFile(io.BytesIO(data))
        assert "TRUNCATED.txt" in archive.namelist()
        data = archive.read("harbour-long.log")
    lines = data.splitlines()
    assert b"not whole" in lines[-1] or json.loads(lines[-1])["truncated"]
    assert 1 < len(lines) < 100_000, "some lines, and the word that the others are missing"


def test_a_host_that_is_away_is_not_asked(vera: Client, talker: Container) -> None:
    Host.objects.update(state=HostState.DOWN, state_reason="Nobody listens there.")
    assert b"Nobody listens there." in content_of(vera.get(address(talker)))


def test_revealing_credentials_is_a_right_and_a_record(client: Client, vera: Client, talker: Container) -> None:
    assert vera.get(address(talker), {"unmasked": "1"}).status_code == 403
    assert vera.get("/logs/download/", {"project": "shop", "unmasked": "1"}).status_code == 403
    client.force_login(cast.ada())
    assert b"canary-5772" in content_of(client.get(address(talker), {"unmasked": "1"}))
    assert b"canary-5772" in content_of(client.get("/logs/download/", {"project": "shop", "unmasked": "1"}))
    assert [
        (event.action, event.ending.outcome) for event in AuditEvent.objects.exclude(noun="person").order_by("pk")
    ] == [
        ("logs.unmasked", "refused"),
        ("logs.unmasked", "refused"),
        ("logs.unmasked", "succeeded"),
        ("container.logs.download", "succeeded"),
        ("logs.unmasked", "succeeded"),
        ("container.logs.download", "succeeded"),
    ]


@pytest.fixture
def other(harbour: Host, engine: Engine, talker: Container, run_container: Run) -> Container:
    made = run_container(BASE_IMAGE, "sh", "-c", OTHER)
    engine.docker("wait", made)
    return rows.container(harbour, "../Other", engine_id=made, state="exited", exit_code=0, project="shop")


def test_many_logs_are_one_file_in_time(vera: Client, talker: Container, other: Container) -> None:
    answer = vera.get("/logs/download/", {"project": "shop", "timestamps": "1"})
    assert 'filename="shop-2' in answer["Content-Disposition"]
    lines = content_of(answer).decode("utf-8", "replace").splitlines()
    assert [line[:30] for line in lines] == sorted(line[:30] for line in lines)
    assert [line.partition(" | ")[2] for line in lines if "../Other | " in line] == ["uno", "due", "tre"]
    assert sum("talker | " in line for line in lines) == 3


def test_removed_containers_are_among_many_where_they_are_asked_for(
    vera: Client, talker: Container, harbour: Host
) -> None:
    keep(harbour, rows.engine_id("before"), "talker", numbered("old", 1, 2), project="shop")
    with_removed = content_of(vera.get("/logs/download/?project=shop&gone=1&format=jsonl"))
    assert [line["line"] for line in objects(with_removed)][:3] == ["old 1", "old 2", "one"]
    assert b"old" not in content_of(vera.get("/logs/download/?project=shop"))


def test_a_zip_has_a_file_for_each(vera: Client, talker: Container, other: Container) -> None:
    archive = zipfile.ZipFile(io.BytesIO(content_of(vera.get("/logs/download/?project=shop&format=zip"))))
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == ["harbour-Other.log", "harbour-talker.log"]
    assert [line[31:] for line in archive.read("harbour-Other.log").splitlines()] == [b"uno", b"due", b"tre"]


def test_what_is_left_out_of_many_is_told(client: Client, vera: Client, talker: Container) -> None:
    answer = vera.get("/logs/download/", {"on": [f"harbour:{talker.engine_id[:12]}", "harbour:nobody"]})
    assert (
        content_of(answer).decode("utf-8", "replace").splitlines()[-1].startswith("[Quayside: This file is not whole")
    )
    assert vera.get("/logs/download/?project=nobody").status_code == 404
    client.force_login(cast.stan())
    assert client.get(address(talker)).status_code == 404
    assert client.get("/logs/download/?project=shop").status_code == 404

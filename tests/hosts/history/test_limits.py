"""What goes first: the oldest chunks, of whoever has too much; and nothing that is left behind stays for ever."""

import os
import time
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from hosts.history import Line, limits, places, read
from hosts.history.rules import wanted
from hosts.history.writer import Writer, seal_what_was_left
from hosts.models import Host, KeepRule, KeptChunk, KeptLog
from tests import rows
from tests.hosts.history.conftest import LogMaker, source_of
from tests.hosts.history.made_up import SECOND, START, counted

DAY = 86_400 * SECOND


def fill(kept: KeptLog, chunks: int, first: int = 0) -> Writer:
    """So many chunks of ten lines, a chunk a day."""
    writer = Writer(kept)
    for number in range(first, first + chunks):
        writer.write([counted([number], step=DAY), counted(range(1, 10), step=SECOND)])
        writer.seal()
        KeptChunk.objects.filter(log=kept, number=writer.kept.sealed).update(
            first_at=START + number * DAY, last_at=START + number * DAY + 9
        )
    return writer


def numbers(kept: KeptLog) -> list[int]:
    there = list(KeptChunk.objects.filter(log=kept).order_by("number").values_list("number", flat=True))
    assert places.numbers_in(places.folder_of(kept)) == there, "rows and files tell the same"
    return there


def test_lines_that_are_too_old(make_log: LogMaker) -> None:
    short, long = make_log("short", days=3), make_log("long", days=30)
    for kept in (short, long):
        fill(kept, 10)
    limits.drop_what_is_too_much(now=START + 10 * DAY)
    assert (numbers(short), numbers(long)) == ([8, 9, 10], list(range(1, 11)))
    short.refresh_from_db()
    assert short.dropped_at == START + 6 * DAY + 9
    assert Writer(short).resume().since, "where to go on is known even when all is dropped"


def test_lines_of_one_container_that_are_too_many(make_log: LogMaker) -> None:
    kept, other = make_log("one"), make_log("two")
    for each in (kept, other):
        fill(each, 6)
    sizes = dict(KeptChunk.objects.filter(log=kept).values_list("number", "size"))
    kept.bytes_each = sizes[5] + sizes[6] + 1
    kept.save()
    limits.drop_what_is_too_much(now=START)
    assert (numbers(kept), numbers(other)) == ([5, 6], list(range(1, 7)))


def test_lines_of_all_that_are_too_many(make_log: LogMaker, settings: Settings) -> None:
    one, two = make_log("one"), make_log("two")
    fill(one, 6)
    fill(two, 3, first=3)
    settings.HISTORY_BYTES = limits.usage().size * 5 // 9
    limits.drop_what_is_too_much(now=START)
    assert limits.usage().size <= settings.HISTORY_BYTES
    assert numbers(one)[-1] == 6, "the newest are the last to go"
    assert numbers(one)[0] >= 4
    assert numbers(two)[-1] == 3


def test_all_lines_dropped_and_nothing_read_again(make_log: LogMaker) -> None:
    kept = make_log()
    fill(kept, 2)
    limits.drop_what_is_too_much(now=START + 100 * DAY)
    assert numbers(kept) == []
    again = Writer(KeptLog.objects.get(pk=kept.pk))
    since = again.resume().since
    assert since == f"{(START + DAY + 9) // SECOND}.{(START + DAY + 10) % SECOND:09d}"
    again.write([counted([200], step=DAY)])
    (line,) = read([source_of(kept)])
    assert isinstance(line, Line)
    assert line.place == (3, 0), "numbers are never used again"


def test_what_is_dropped_or_has_nothing_left_goes(make_log: LogMaker, harbour: Host) -> None:
    rows.container(harbour, "alive", engine_id=rows.engine_id("alive"))
    dropped, gone, alive = (
        make_log("dropped", dropping=True),
        make_log("gone", dropped_at=1),
        make_log("alive", dropped_at=1),
    )
    for kept in (dropped, gone, alive):
        Writer(kept)
    limits.remove_what_is_dropped()
    assert list(KeptLog.objects.all()) == [alive]
    assert [places.folder_of(kept).exists() for kept in (dropped, gone, alive)] == [False, False, True]


def test_folders_that_belong_to_nobody(make_log: LogMaker, history_folder: Path) -> None:
    mine = Writer(make_log()).folder
    fresh, old = history_folder / "99" / "fresh.1", history_folder / "99" / "old.2"
    for folder in (fresh, old):
        folder.mkdir(parents=True)
    for folder in (old, mine):
        os.utime(folder, (time.time() - 100_000,) * 2)
    limits.remove_strange_folders()
    assert [folder.exists() for folder in (mine, fresh, old)] == [True, True, False]


def test_growing_chunks_that_were_left_behind(make_log: LogMaker, harbour: Host) -> None:
    rows.container(harbour, "alive", engine_id=rows.engine_id("alive"))
    for name in ("alive", "gone"):
        Writer(make_log(name)).write([counted(range(3))])
    for kept in KeptLog.objects.all():
        seal_what_was_left(kept, before=START - 1)
    assert list(KeptChunk.objects.values_list("log__name", flat=True)) == ["gone"]
    for kept in KeptLog.objects.all():
        seal_what_was_left(kept, before=START + 1)
    assert KeptChunk.objects.count() == 2


@pytest.mark.django_db
def test_whom_the_rules_name(harbour: Host) -> None:
    other = rows.host("other")
    off = rows.host("off", enabled=False)
    rows.container(harbour, "plain")
    rows.container(harbour, "shop", project="shop", labels={"tier": "web"})
    rows.container(other, "shop", project="shop", labels={"tier": "db", "com.example.keep": "1"})
    rows.container(other, "gone", project="shop", gone_at=timezone.now())
    rows.container(off, "shop", project="shop")

    def named(**rule: object) -> list[tuple[str, str, int, int]]:
        KeepRule.objects.create(**{"days": 5, "bytes_each": 50, **rule})
        hosts = dict(Host.objects.values_list("pk", "name"))
        return sorted((hosts[one.host_id], one.name, one.days, one.bytes_each) for one in wanted())

    assert wanted() == []
    assert named(kind="label", value="com.example.keep") == [("other", "shop", 5, 50)]
    assert named(kind="label", value="tier=web", days=9) == [("harbour", "shop", 9, 50), ("other", "shop", 5, 50)]
    assert named(kind="label", value="tier=none") == [("harbour", "shop", 9, 50), ("other", "shop", 5, 50)]
    assert named(kind="project", value="shop", days=1, bytes_each=70) == [
        ("harbour", "shop", 9, 70),
        ("other", "shop", 5, 70),
    ]
    assert [name for _host, name, _days, _bytes in named(kind="host", host=harbour)] == ["plain", "shop", "shop"]

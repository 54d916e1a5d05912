"""The bytes that are hashed: named, versioned, of every column, and the same before and after each database."""

import json
import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import DatabaseError, connection

from hosts.access import Actor, Target
from hosts.audit import record
from hosts.audit.canonical import FIELDS, VERSION, canonical
from hosts.audit.verifying import Verifying
from hosts.models import AuditEnding, AuditEvent, AuditLeaf, Outcome
from hosts.models.audit import NotRecorded
from tests.hosts.audit.conftest import Place, write

INPUTS: dict[str, Any] = {
    "ñ": "“quoted” \\ / \u2028 🐳",
    "numbers": [0, -0.0, 1.0, 1.5, 1e16, 1e22, 1.5e300, 1e-7, 5e-324, 0.1, 2**70, -3],
    "b": {"z": None, "a": [True, False, [], {}]},
    "a": "",
}


def test_every_column_is_in_them() -> None:
    """A column that comes is not left out: it needs a version of its own."""
    for model, kind in ((AuditEvent, "event"), (AuditEnding, "ending")):
        assert sorted(field.attname for field in model._meta.concrete_fields) == sorted(FIELDS[VERSION][kind])


def test_version_1_is_for_ever() -> None:
    at = datetime(2026, 11, 28, 12, 0, 0, 500, tzinfo=timezone(timedelta(hours=2)))
    row: dict[str, Any] = dict.fromkeys(FIELDS[1]["event"], "x") | {"id": 7, "at": at, "actor_id": None, "host_id": 3}
    row["inputs"] = {"n": 1e3, "é": [1.5]}
    assert canonical("event", row, 1) == (
        b'{"action":"x","actor_id":null,"actor_kind":"x","actor_name":"x","address":"x","at":"2026-11-28T10:00:00.000500Z"'
        b',"capability":"x","host_id":3,"host_name":"x","id":7,"inputs":{"n":1000,"\\u00e9":[1.5]},"kind":"event",'
        b'"noun":"x","object_id":"x","object_name":"x","request_id":"x","v":1}'
    )
    ending = {
        "id": 1,
        "event_id": 7,
        "at": at.astimezone(UTC),
        "outcome": "failed",
        "message": "no",
        "milliseconds": 12,
    }
    assert canonical("ending", ending, 1) == (
        b'{"at":"2026-11-28T10:00:00.000500Z","event_id":7,"id":1,"kind":"ending","message":"no","milliseconds":12,'
        b'"outcome":"failed","v":1}'
    )


def test_what_is_written_is_read_back_the_same(place: Place) -> None:
    event = record.begin(Actor.nobody("zoë"), "container.stop", "", Target("container", name="🐳"), INPUTS)
    record.end(event, Outcome.FAILED, "“it” is not there\n\ttab")
    assert json.loads(json.dumps(AuditEvent.objects.get(pk=event.pk).inputs["b"])) == INPUTS["b"]
    assert Verifying([]).run().bad == []


def test_a_record_and_its_leaf_stand_together_or_not_at_all(place: Place) -> None:
    open_event = record.begin(Actor.nobody("ada"), "container.stop", "", Target("container", name="web"), {})
    for count, (kind, key) in enumerate([("ending", 9), *(("event", key) for key in range(10, 20))]):
        place.tamper(
            "INSERT INTO hosts_auditleaf (sequence, kind, record_id, version, hash) "
            f"SELECT {17 + count}, '{kind}', {key}, 1, hash FROM hosts_auditleaf WHERE sequence = 0"
        )
    with pytest.raises(DatabaseError, match="leaf"):
        record.end(open_event, Outcome.SUCCEEDED)
    with pytest.raises(NotRecorded):
        write(51)
    assert AuditEvent.objects.count() == 9
    assert AuditEnding.objects.count() == 8


def test_writers_at_once_leave_no_gap_and_no_fork(place: Place) -> None:
    wrong: list[BaseException] = []

    def run(number: int) -> None:
        try:
            with place.in_use():
                for count in range(10):
                    write(100 * number + count)
        except BaseException as error:  # noqa: BLE001 - told below
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    connection.close()
    assert AuditLeaf.objects.count() == 16 + 8 * 10 * 2
    verdict = Verifying([]).run()
    assert verdict.bad == []
    assert verdict.leaves == 176

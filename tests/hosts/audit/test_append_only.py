"""The trail is added to and never changed: not by the ORM, not by SQL; and without it nothing is done."""

import pytest
from django.db import DatabaseError, connection, transaction

from hosts.access import Actor, Target
from hosts.audit import record
from hosts.models import AuditEnding, AuditEvent, ImmutableError, Outcome
from hosts.models.audit import NotRecorded
from hosts.operations.base import find
from hosts.operations.perform import perform

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> AuditEvent:
    found = record.begin(Actor.shell(), "host.add", "host.manage", Target("host", name="harbour"), {"url": "unix:///x"})
    record.end(found, Outcome.SUCCEEDED)
    return found


def test_the_orm_refuses(event: AuditEvent) -> None:
    for model in (AuditEvent, AuditEnding):
        one = model.objects.get()
        for attempt in (
            one.save,
            one.delete,
            model.objects.all().delete,
            lambda model=model: model.objects.update(pk=9),
            lambda model=model, one=one: model.objects.bulk_update([one], ["at"]),
        ):
            with pytest.raises(ImmutableError):
                attempt()


@pytest.mark.parametrize("table", ["hosts_auditevent", "hosts_auditending"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses(event: AuditEvent, table: str, statement: str) -> None:
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert AuditEvent.objects.count() == AuditEnding.objects.count() == 1


def test_an_event_has_one_ending(event: AuditEvent) -> None:
    assert not record.end(event, Outcome.FAILED, "again")
    assert AuditEnding.objects.get().outcome == Outcome.SUCCEEDED


def test_what_cannot_be_recorded_is_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = find("registry.add")
    assert operation is not None
    ran: list[object] = []
    monkeypatch.setattr(type(operation), "run", lambda self, call: ran.append(call))

    def no_disk(*args: object, **kwargs: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(AuditEvent.objects, "create", no_disk)
    data = {"server": "registry.test", "username": "ada", "password": "let-me-in", "over": "all"}
    with pytest.raises(NotRecorded, match="nothing was done"):
        perform(Actor.shell(), operation, Target("console"), data)
    assert not ran


def test_what_is_done_but_not_written_down_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = find("registry.add")
    assert operation is not None

    def no_disk(*args: object, **kwargs: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(AuditEnding.objects, "create", no_disk)
    data = {"server": "registry.test", "username": "ada", "password": "let-me-in", "over": "all"}
    result = perform(Actor.shell(), operation, Target("console"), data)
    assert result.outcome == Outcome.UNKNOWN
    assert "could not be written to the trail" in result.message

"""Nobody fills the trail by being refused, and how often they were still stands in it."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from dashboard.targets import resolve
from hosts.access import Permissions
from hosts.audit import tally
from hosts.models import AuditEvent, RefusalTally, Role
from hosts.operations.base import find
from hosts.operations.perform import perform_bulk
from hosts.operations.sweep import sweep
from tests import cast, rows

pytestmark = pytest.mark.django_db


def refused(client: Client, *refs: str, operation: str = "container.stop") -> int:
    return client.post(f"/do/{operation}", {"on": refs, "_sure": "1"}, headers={"HX-Request": "true"}).status_code


@pytest.fixture(autouse=True)
def slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the test takes, it is within one minute."""
    monkeypatch.setattr("hosts.audit.tally.WINDOW", timedelta(hours=1))


def stops() -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(action="container.stop")


def a_minute_later() -> None:
    RefusalTally.objects.update(since=timezone.now() - tally.WINDOW - timedelta(seconds=1))


def test_hundreds_of_refused_clicks_are_two_records_a_host_that_say_how_many(client: Client) -> None:
    vera = cast.vera()
    client.force_login(vera)
    hosts = [rows.host(name) for name in ("harbour", "citadel")]
    refs = [
        f"container:{host.name}:{rows.container(host, name).engine_id}" for host in hosts for name in ("one", "two")
    ]
    for _click in range(3):
        assert refused(client, *refs) == 403
    operation, targets = find("container.stop"), [resolve(ref, Permissions(cast.actor(vera))) for ref in refs]
    assert operation is not None
    for _click in range(297):
        assert perform_bulk(cast.actor(vera), operation, targets, {}).outcome == "refused"
    assert stops().count() == 2, "one a host"
    sweep()
    assert stops().count() == 2, "the minute is not over"
    a_minute_later()
    sweep()
    sweep()
    summed = stops().filter(inputs__times=299).order_by("host_name")
    assert stops().count() == 4
    assert [(event.host_name, event.actor_name, event.action) for event in summed] == [
        ("citadel", "vera", "container.stop"),
        ("harbour", "vera", "container.stop"),
    ]
    assert summed[0].inputs["objects"] == 598
    assert sorted(name.split()[0] for name in summed[0].inputs["on"]) == ["one", "two"]
    assert summed[0].ending.outcome == "refused"
    assert summed[0].ending.message.startswith("Refused 299 times more: You need the role")
    assert not RefusalTally.objects.exists()


def test_the_next_minute_begins_with_a_record_again(client: Client) -> None:
    client.force_login(cast.vera())
    ref = f"container:harbour:{rows.container(rows.host()).engine_id}"
    for _minute in range(2):
        for _click in range(5):
            refused(client, ref)
        a_minute_later()
    refused(client, ref)
    times = stops().order_by("pk").values_list("inputs__times", flat=True)
    assert list(times) == [None, 4, None, 4, None]


def test_who_what_and_where_are_counted_apart(client: Client) -> None:
    refs = [f"container:{name}:{rows.container(rows.host(name)).engine_id}" for name in ("harbour", "citadel")]
    for person in (cast.person("vito", Role.VIEWER), cast.vera()):
        client.force_login(person)
        for ref in refs:
            for operation in ("container.stop", "container.kill"):
                refused(client, ref, operation=operation)
    assert AuditEvent.objects.filter(ending__outcome="refused").count() == 8


def test_another_input_is_the_same_refusal(client: Client) -> None:
    """Who looks for an address that may be pulled from is counted, and the first names stand in the record."""
    client.force_login(cast.otto())
    rows.host()
    for port in range(1000, 1060):
        data = {"on": "host:harbour:", "reference": f"10.0.0.7:{port}/x", "_sure": "1"}
        assert client.post("/do/image.pull", data, headers={"HX-Request": "true"}).status_code == 422
    a_minute_later()
    sweep()
    first, summed = AuditEvent.objects.filter(action="image.pull").order_by("pk")
    assert first.inputs["reference"] == "10.0.0.7:1000/x"
    assert summed.inputs["times"] == 59
    assert len(summed.inputs["on"]) == 50
    assert summed.inputs["on"][0].startswith("10.0.0.7:1001/x")

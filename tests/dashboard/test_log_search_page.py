"""The page that searches logs works from a plain GET: what is kept of removed containers is found, and masked."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from hosts.history.writer import Writer
from hosts.models import AuditEvent, HostGroup, KeptLog, Role
from tests import cast, rows
from tests.hosts.history.made_up import SECOND, batch

# Not within a transaction: the lines are read and searched by threads.
pytestmark = pytest.mark.django_db(transaction=True)
ID = rows.engine_id("gone")


@pytest.fixture(autouse=True)
def kept(settings: Settings, tmp_path: Path) -> KeptLog:
    settings.DATA_DIR = tmp_path
    log = KeptLog.objects.create(
        host=rows.host(), engine_id=ID, name="gone", project="shop", labels={"tier": "back"}, days=9, bytes_each=1 << 30
    )
    lines = (b"<i>OutOfMemory</i> %d password=canary-%d" % (each, each) for each in range(1, 31))
    Writer(log).write([batch(*((SECOND * each, line) for each, line in enumerate(lines, 1)))])
    return log


def found(client: Client, query: str) -> list[str]:
    return [hit["text"] for hit in client.get(f"/logs/search/?plain=1&since=all&{query}").context.get("hits", [])]


def test_kept_lines_are_found_masked_and_recorded(client: Client) -> None:
    client.force_login(cast.vera())
    assert found(client, "filter=outofmemory")[:2] == [f"<i>OutOfMemory</i> {n} password=•••" for n in (30, 29)]
    assert len(found(client, "filter=OutOfMemory&project=shop&label=tier%3Dback&q=gon")) == 30
    assert found(client, "filter=canary") == found(client, "filter=OutOfMemory&project=other") == []
    assert found(client, "filter=OutOfMemory&label=tier%3Dfront") == found(client, "filter=x&state=running") == []
    assert len(found(client, "filter=OutOfMemory&since=1970-01-01T00:00:10Z&until=1970-01-01T00:00:12Z")) == 2
    page = client.get("/logs/search/?plain=1&since=all&filter=OutOfMemory").text
    assert "&lt;i&gt;OutOfMemory" in page
    assert f"/hosts/harbour/containers/{ID}/logs/kept/?at=1970-01-01T00%3A00%3A30.000000000Z#marked" in page
    event = AuditEvent.objects.filter(action="container.logs.search").first()
    assert event is not None
    assert (event.actor_name, event.object_id, event.inputs["filter"]) == ("vera", ID, "OutOfMemory")


def test_what_cannot_be_understood_is_said_at_the_field(client: Client) -> None:
    client.force_login(cast.vera())
    assert client.get("/logs/search/?plain=1&filter=%2F(%2F").context["problem"]
    assert client.get("/logs/search/?plain=1&filter=a&since=noon").context["problem"]
    assert client.get("/logs/search/?plain=1&filter=a&host=nowhere").status_code == 400


def test_who_may_not_finds_nothing(client: Client) -> None:
    client.force_login(cast.person("greta", Role.VIEWER, HostGroup.objects.create(name="elsewhere")))
    assert found(client, "filter=OutOfMemory") == []

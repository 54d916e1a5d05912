"""The audit page: filters, one record, exports that are records themselves, and who may read which part."""

import csv
import io
import json

import pytest
from django.core.cache import cache
from django.test import Client

from hosts.access import Actor, Target
from hosts.audit import record
from hosts.models import AuditEvent, HostGroup, Outcome, Role
from tests import cast, rows
from tests.answers import content_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail() -> list[AuditEvent]:
    edge = rows.host("edge", HostGroup.objects.create(name="edge"))
    core = rows.host("core")
    found = []
    for name, action, host, outcome in (
        ("ada", "container.stop", edge, Outcome.SUCCEEDED),
        ("otto", "container.remove", core, Outcome.REFUSED),
        ("otto", "image.pull", core, None),
    ):
        target = Target("container", host, "f" * 64, "=cmd|<b>web</b>")
        event = record.begin(Actor.nobody(name, "127.0.0.9"), action, "", target, {"timeout": 3})
        if outcome:
            record.end(event, outcome, "because <i>so</i>")
        found.append(event)
    return found


def rows_of(client: Client, query: str = "") -> list[str]:
    response = client.get(f"/audit/?{query}")
    assert response.status_code == 200
    return [event.action for event in response.context["page"]]


def exported(client: Client, address: str) -> str:
    return content_of(client.get(address)).decode()


def test_it_filters_sorts_and_escapes(client: Client, trail: list[AuditEvent]) -> None:
    client.force_login(cast.ada())
    assert rows_of(client, "who=otto") == ["image.pull", "container.remove"]
    assert rows_of(client, "outcome=refused") == ["container.remove"]
    assert rows_of(client, "outcome=open") == ["image.pull"]
    assert rows_of(client, "host=edge") == ["container.stop"]
    assert rows_of(client, "q=otto+remove") == ["container.remove"]
    assert rows_of(client, "who=otto&sort=action") == ["container.remove", "image.pull"]
    assert rows_of(client, "until=2001-01-01T00:00") == []
    for sort in ("at", "who", "action", "host", "object", "outcome", "took"):
        assert sorted(rows_of(client, f"host=core&sort=-{sort}")) == ["container.remove", "image.pull"]
    page = client.get("/audit/").text
    assert "<b>web</b>" not in page
    assert "<i>so</i>" not in page


@pytest.mark.parametrize(
    "query", ["sort=colour", "page=0", "page=x", "since=yesterday", "outcome=maybe", f"q={'x' * 300}"]
)
def test_a_bad_query_is_answered_in_words(client: Client, query: str) -> None:
    client.force_login(cast.ada())
    response = client.get(f"/audit/?{query}")
    assert response.status_code == 400
    assert "Traceback" not in response.text


def test_one_record_shows_everything(client: Client, trail: list[AuditEvent]) -> None:
    client.force_login(cast.ada())
    page = client.get(f"/audit/{trail[0].pk}/").text
    for word in ("ada", "127.0.0.9", "container.stop", "edge", "f" * 64, "timeout", "because &lt;i&gt;so"):
        assert word in page
    assert client.get("/audit/999999/").status_code == 404


def test_exports_hold_the_same_rows_and_are_recorded(client: Client, trail: list[AuditEvent]) -> None:
    client.force_login(cast.ada())
    text = exported(client, "/audit/export.csv?who=otto")
    table = list(csv.DictReader(io.StringIO(text)))
    assert [line["action"] for line in table] == ["image.pull", "container.remove"]
    assert table[0]["object_name"].startswith("'="), "a spreadsheet must not take it for a formula"
    lines = exported(client, "/audit/export.jsonl?who=otto").splitlines()
    assert [json.loads(line)["inputs"] for line in lines] == [{"timeout": 3}, {"timeout": 3}]
    exports = AuditEvent.objects.filter(action="audit.export").order_by("pk")
    assert [(event.actor_name, event.object_name, event.inputs) for event in exports] == [
        ("ada", "csv", {"who": "otto"}),
        ("ada", "jsonl", {"who": "otto"}),
    ]


def test_a_groups_administrator_reads_their_hosts_only(client: Client, trail: list[AuditEvent]) -> None:
    client.force_login(cast.person("greta", Role.ADMINISTRATOR, HostGroup.objects.get()))
    assert rows_of(client) == ["container.stop"]
    assert client.get(f"/audit/{trail[1].pk}/").status_code == 404


@pytest.mark.parametrize("who", [cast.otto, cast.vera, cast.stan])
def test_others_are_refused(client: Client, who: object) -> None:
    client.force_login(who())  # type: ignore[operator]
    for address in ("/audit/", "/audit/1/", "/audit/export.csv"):
        assert client.get(address).status_code == 403


def test_who_administers_a_group_finds_and_exports_the_part_of_their_hosts(
    client: Client, trail: list[AuditEvent]
) -> None:
    client.force_login(cast.person("greta", Role.ADMINISTRATOR, HostGroup.objects.get(name="edge")))
    assert 'href="/audit/"' in client.get("/hosts/").text
    events = [json.loads(line)["action"] for line in exported(client, "/audit/export.jsonl").splitlines()]
    assert sorted(set(events)) == ["audit.export", "container.stop"]
    event = AuditEvent.objects.get(action="audit.export")
    assert (event.host_name, event.actor_name, event.ending.outcome) == ("edge", "greta", "succeeded")


@pytest.mark.parametrize("trouble", ["", "short", "file"])
def test_it_says_how_the_chain_is(client: Client, trail: list[AuditEvent], trouble: str) -> None:
    """On its own page always, on the overview in trouble; to those alone who see the whole of it."""
    titles = {"short": "Audit records are missing", "file": "Audit checkpoints can&#x27;t be written"}
    cache.set("audit.state", {"size": 12, "signed": 9, "at": "2026-11-28T10:00:00Z", "trouble": trouble})
    try:
        client.force_login(cast.ada())
        page, overview = client.get("/audit/").text, client.get("/").text
        assert ("3 entries since" in page) is (trouble == "")
        for name, title in titles.items():
            assert (title in page) is (title in overview) is (name == trouble)
        client.force_login(cast.person("greta", Role.ADMINISTRATOR, HostGroup.objects.get()))
        for address in ("/", "/audit/"):
            text = client.get(address).text
            assert "entries since" not in text
            assert not any(title in text for title in titles.values())
    finally:
        cache.delete("audit.state")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59", "0001-01-01"]
)
def test_a_time_outside_of_all_years_is_refused_in_words(time: str) -> None:
    client = Client()
    client.force_login(cast.ada())
    for name in ("since", "until"):
        assert client.get("/audit/", {name: time}).status_code in (200, 400)

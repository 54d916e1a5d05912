"""Kept lines can be read when their container is gone: paged into the past, filtered, masked, recorded, by who may."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from dashboard.pages import kept_log
from hosts.history.writer import Writer
from hosts.models import AuditEvent, HostGroup, KeptLog, Role
from tests import cast, rows
from tests.hosts.history.made_up import SECOND, batch

pytestmark = pytest.mark.django_db
ID = rows.engine_id("gone")
ADDRESS = f"/hosts/harbour/containers/{ID}/logs/kept/"


@pytest.fixture(autouse=True)
def kept(settings: Settings, tmp_path: Path) -> KeptLog:
    settings.DATA_DIR = tmp_path
    log = KeptLog.objects.create(host=rows.host(), engine_id=ID, name="gone", days=30, bytes_each=1 << 30)
    writer = Writer(log)
    numbers = range(1, 31)
    writer.write([batch(*((SECOND * each, b"line %d password=canary-%d" % (each, each)) for each in numbers))])
    return log


def lines(client: Client, query: str = "") -> list[str]:
    return [line["text"] for line in client.get(f"{ADDRESS}{query}").context["page"].lines]


def test_they_are_paged_from_the_newest_into_the_past(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_log, "LINES_ON_A_PAGE", 12)
    client.force_login(cast.vera())
    seen: list[str] = []
    query = ""
    for _page in range(4):
        context = client.get(f"{ADDRESS}{query}").context
        seen = [line["text"] for line in context["page"].lines] + seen
        if not context["earlier"]:
            break
        query = f"?{context['earlier']}"
    assert seen == [f"line {number} password=\u2022\u2022\u2022" for number in range(1, 31)]


def test_they_are_masked_filtered_and_recorded(client: Client) -> None:
    client.force_login(cast.vera())
    assert lines(client, "?filter=%22line+7%22") == ["line 7 password=\u2022\u2022\u2022"]
    assert lines(client, "?filter=canary") == [], "a filter finds nothing that is hidden"
    assert "canary" not in client.get(ADDRESS).text
    events = AuditEvent.objects.filter(action="container.logs.kept")
    assert [(event.actor_name, event.object_id) for event in events] == [("vera", ID)] * 3
    assert client.get(f"{ADDRESS}?filter=%2F(%2F").context["filter_problem"]


def test_who_may_not_finds_nothing(client: Client) -> None:
    client.force_login(cast.person("greta", Role.VIEWER, HostGroup.objects.create(name="elsewhere")))
    assert client.get(ADDRESS).status_code == 404


@pytest.mark.parametrize("query", ["?before=x", "?before=1", "?before=1.-2", "?before=" + "9" * 30])
def test_a_place_that_is_none_is_refused_in_words(client: Client, query: str) -> None:
    client.force_login(cast.ada())
    assert client.get(f"{ADDRESS}{query}").status_code == 400


def test_the_list_of_kept_logs_leads_there(client: Client) -> None:
    client.force_login(cast.ada())
    assert ADDRESS in client.get("/history/").text


def test_a_line_is_shown_among_those_around_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_log, "LINES_ON_A_PAGE", 6)
    client.force_login(cast.vera())
    context = client.get(f"{ADDRESS}?at=1970-01-01T00:00:20.000000000Z").context
    shown = context["page"].lines
    assert [line["text"].split(" p")[0] for line in shown if line["marked"]] == ["line 20"]
    assert [line["text"].split(" p")[0] for line in shown][-4:] == ["line 20", "line 21", "line 22", "line 23"]
    assert "canary" not in str(shown)
    assert context["later"] == "1970-01-01T00:00:23.000000000Z"
    assert client.get(f"{ADDRESS}?at=noon").status_code == 400

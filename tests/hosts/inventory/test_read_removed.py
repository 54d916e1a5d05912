"""Kept logs of removed containers are found as the list of containers finds its rows, and only where one may read."""

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from hosts.access import Permissions
from hosts.inventory.read.containers import CONTAINERS
from hosts.inventory.read.query import parse
from hosts.inventory.read.removed import removed_logs
from hosts.models import Host, HostGroup, KeptLog
from tests import cast, rows

pytestmark = pytest.mark.django_db


def keep(on: Host, name: str, **columns: object) -> KeptLog:
    told = {"engine_id": rows.engine_id(on.name, name), "days": 9, "bytes_each": 1 << 30, **columns}
    return KeptLog.objects.create(host=on, name=name, **told)


@pytest.fixture
def harbour() -> Host:
    near = rows.host("harbour", HostGroup.objects.create(name="near"))
    keep(near, "shop-web", project="shop", service="web", labels={"tier": "front"})
    keep(near, "old-db", project="shop", service="db", labels={"tier": "back"})
    keep(near, "dropped", project="shop", dropping=True)
    keep(near, "living", project="shop")
    rows.container(near, "living", project="shop")
    rows.container(near, "old-db", project="shop", gone_at=timezone.now(), image="postgres:17")
    keep(rows.host("buoy"), "far", project="shop")
    return near


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("project=shop", {"shop-web", "old-db", "far"}),
        ("project=shop&host=harbour", {"shop-web", "old-db"}),
        ("hosts=near", {"shop-web", "old-db"}),
        ("service=web", {"shop-web"}),
        ("label=tier=back", {"old-db"}),
        ("q=SHOP web", {"shop-web"}),
        ("project=other", set()),
        ("image=postgres:17", {"old-db"}),
    ],
)
def test_who_is_gone_and_kept(harbour: Host, asked: str, names: set[str]) -> None:
    query = parse(QueryDict(f"{asked}&gone=1"), CONTAINERS)
    found = removed_logs(query, Permissions(cast.actor(cast.vera())), 10)
    assert {kept.name for kept, _host in found} == names


def test_a_stranger_finds_none_and_a_group_only_its_own(harbour: Host) -> None:
    query = parse(QueryDict("project=shop&gone=1"), CONTAINERS)
    assert removed_logs(query, Permissions(cast.actor(cast.stan())), 10) == []
    greta = cast.vera(HostGroup.objects.get(name="near"))
    assert {host.name for _kept, host in removed_logs(query, Permissions(cast.actor(greta)), 10)} == {"harbour"}


def test_the_page_offers_them_and_the_list_leads_there(harbour: Host, client: Client) -> None:
    client.force_login(cast.vera())
    page = client.get("/logs/?project=shop&plain=1").text
    assert 'href="?project=shop&amp;gone=1"' in page
    with_removed = client.get("/logs/?project=shop&gone=1&plain=1").text
    assert 'data-query="project=shop&amp;gone=1"' in with_removed
    assert 'href="?project=shop"' in with_removed
    assert "/logs/?project=shop&amp;gone=1" in client.get("/containers/?project=shop&gone=1").text

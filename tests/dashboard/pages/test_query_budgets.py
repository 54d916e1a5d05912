"""How many queries each page may cost, whatever it lists: the numbers stand in tests/query_budgets.json."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hosts.models import Container, HostEvent, HostGroup, User
from tests import cast, rows

pytestmark = pytest.mark.django_db
BUDGETS: dict[str, int] = json.loads(Path(__file__, "../../../query_budgets.json").resolve().read_text())


@pytest.fixture
def person() -> User:
    """Ten hosts with forty containers each, seen by somebody whose role counts in one group: the dearest case."""
    group = HostGroup.objects.create(name="all")
    for number in range(10):
        host = rows.host(f"host-{number}", group, state="down" if number == 3 else "up")
        made = [rows.container(host, f"web-{each}", save=False, project=f"p{each % 5}") for each in range(40)]
        Container.objects.bulk_create(made)
        for name in ("nginx:1.27", "redis:7"):
            rows.image(host, name)
        rows.connect(rows.network(host, "front"), *Container.objects.filter(host=host)[:3])
        rows.connect(rows.volume(host, "data"), *Container.objects.filter(host=host)[:3])
        HostEvent.objects.create(
            host=host, at=host.added_at, kind="container", action="start", engine_id="a" * 64, name="web-1"
        )
    return cast.otto(group)


@pytest.mark.parametrize("address", list(BUDGETS))
def test_a_page_costs_what_it_may(person: User, client: Client, address: str) -> None:
    where, _space, part = address.partition(" ")
    client.force_login(person)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(where, headers={"HX-Request": "true", "HX-Target": part} if part else {})
    assert answer.status_code == 200
    asked = [query["sql"] for query in queries]
    assert len(asked) == BUDGETS[address], "\n".join(asked)

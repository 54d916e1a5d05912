"""Lists of the inventory: each filter, each sort, paging, counts, and whose rows a person sees at all."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from hosts.access import Permissions
from hosts.inventory.read.containers import CONTAINERS
from hosts.inventory.read.hosts import HOSTS, host_listing
from hosts.inventory.read.images import IMAGES
from hosts.inventory.read.lists import Listing, listing, project_names
from hosts.inventory.read.networks import NETWORKS
from hosts.inventory.read.query import parse
from hosts.inventory.read.spec import Spec
from hosts.inventory.read.volumes import VOLUMES
from hosts.models import Host, HostGroup, User
from tests import cast, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return cast.ada()


def ask(user: User, spec: Spec, query: str = "") -> Listing:
    return listing(spec, parse(QueryDict(query), spec), Permissions(cast.actor(user)))


def names(user: User, spec: Spec, query: str = "") -> list[str]:
    return [row.name for row in ask(user, spec, query).rows]


@pytest.fixture
def harbour() -> Host:
    """Three containers of every kind of difference, with what they use."""
    now = timezone.now()
    north = rows.host("harbour")
    shop = {"com.docker.compose.project": "shop", "tier": "front"}
    web = rows.container(
        north, "web", project="shop", service="web", health="healthy", ports="0.0.0.0:8080->80/tcp", labels=shop,
        started_at=now - timedelta(hours=3), restarts=2,
    )  # fmt: skip
    db = rows.container(
        north, "db", image="postgres:16", project="shop", service="db", health="unhealthy",
        started_at=now - timedelta(hours=1), labels={"com.docker.compose.project": "shop"},
    )  # fmt: skip
    rows.container(
        north, "old-tool", image="busybox:1", state="exited", exit_code=3, started_at=now - timedelta(days=9),
        finished_at=now - timedelta(days=8),
    )  # fmt: skip
    rows.container(north, "vanished", gone_at=now)
    rows.image(north, "nginx:1.27", size=200)
    rows.image(north, "postgres:16", size=100)
    rows.image(north, "", size=5)
    rows.connect(rows.network(north, "shop_default", project="shop", subnets="10.0.0.0/24"), web, db)
    rows.network(north, "bridge", predefined=True, driver="bridge")
    rows.network(north, "swarm", driver="overlay")
    rows.connect(rows.volume(north, "data"), db)
    rows.volume(north, "left-over", driver="nfs")
    return north


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["db", "old-tool", "web"]),
        ("q=OLD", ["old-tool"]),
        ("q=postgres", ["db"]),
        ("q=8080", ["web"]),
        ("q=tier%3Dfront", ["web"]),
        ("q=shop db", ["db"]),
        ("q=100%25", []),
        ("q=_", []),
        ("state=running", ["db", "web"]),
        ("state=exited&state=running", ["db", "old-tool", "web"]),
        ("state=dead", []),
        ("health=unhealthy", ["db"]),
        ("health=healthy&state=exited", []),
        ("project=shop", ["db", "web"]),
        ("image=busybox%3A1", ["old-tool"]),
        ("network=shop_default", ["db", "web"]),
        ("network=nowhere", []),
        ("volume=data", ["db"]),
        ("label=tier", ["web"]),
        ("label=tier%3Dfront&label=com.docker.compose.project", ["web"]),
        ("label=tier%3Dback", []),
        ("host=harbour", ["db", "old-tool", "web"]),
        ("gone=1", ["db", "old-tool", "vanished", "web"]),
        ("group=project", ["db", "web", "old-tool"]),
        ("group=project&sort=-name", ["web", "db", "old-tool"]),
        ("q=&state=&sort=&page=", ["db", "old-tool", "web"]),
    ],
)
def test_containers_are_filtered(ada: User, harbour: Host, query: str, expected: list[str]) -> None:
    assert names(ada, CONTAINERS, query) == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("name", ["db", "old-tool", "web"]),
        ("state", ["old-tool", "web", "db"]),
        ("image", ["old-tool", "web", "db"]),
        ("project", ["old-tool", "db", "web"]),
        ("service", ["old-tool", "db", "web"]),
        ("since", ["old-tool", "web", "db"]),
    ],
)
def test_containers_are_sorted_both_ways(ada: User, harbour: Host, column: str, expected: list[str]) -> None:
    assert names(ada, CONTAINERS, f"sort={column}") == expected
    assert names(ada, CONTAINERS, f"sort=-{column}") == expected[::-1]


@pytest.mark.parametrize("spec", [CONTAINERS, IMAGES, NETWORKS, VOLUMES], ids=lambda spec: spec.noun)
def test_every_column_sorts_both_ways_and_loses_no_row(ada: User, harbour: Host, spec: Spec) -> None:
    everything = {row.pk for row in ask(ada, spec).rows}
    for column in spec.columns:
        for sign in ("", "-"):
            assert {row.pk for row in ask(ada, spec, f"sort={sign}{column.name}").rows} == everything


@pytest.mark.parametrize("spec", [CONTAINERS, IMAGES, NETWORKS, VOLUMES], ids=lambda spec: spec.noun)
def test_a_page_of_rows_asks_nothing_more_per_row(
    ada: User, harbour: Host, spec: Spec, django_assert_num_queries: Any
) -> None:
    shown = ask(ada, spec).rows
    with django_assert_num_queries(0):
        for row in shown:
            for name in spec.light:
                getattr(row, name)
            assert row.host.name == "harbour"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=size", [5, 100, 200]),
        ("sort=-size", [200, 100, 5]),
        ("used=yes&sort=size", [100, 200]),
        ("used=no", [5]),
        ("dangling=yes", [5]),
        ("dangling=no&sort=size", [100, 200]),
        ("used=yes&used=no&sort=size", [5, 100, 200]),
        ("q=NGINX", [200]),
    ],
)
def test_images_are_filtered_and_sorted(ada: User, harbour: Host, query: str, expected: list[int]) -> None:
    assert [row.size for row in ask(ada, IMAGES, query).rows] == expected


def test_an_image_counts_its_containers_on_its_own_host(ada: User, harbour: Host) -> None:
    same = "sha256:" + rows.engine_id("harbour", "nginx:1.27")
    rows.image(rows.host("other"), "twin", engine_id=same)
    found = {(row.host.name, row.name): row.used_by for row in ask(ada, IMAGES, "sort=-used").rows}
    assert found["harbour", "nginx:1.27"] == 1
    assert found["other", "twin"] == 0


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"bridge": 0, "shop_default": 2, "swarm": 0}),
        ("used=yes", {"shop_default": 2}),
        ("used=no", {"bridge": 0, "swarm": 0}),
        ("driver=overlay", {"swarm": 0}),
        ("project=shop", {"shop_default": 2}),
    ],
)
def test_networks_are_filtered_and_counted(ada: User, harbour: Host, query: str, expected: dict[str, int]) -> None:
    assert {row.name: row.used_by for row in ask(ada, NETWORKS, query).rows} == expected


def test_volumes_are_filtered_and_counted(ada: User, harbour: Host) -> None:
    assert {row.name: row.used_by for row in ask(ada, VOLUMES).rows} == {"data": 1, "left-over": 0}
    assert names(ada, VOLUMES, "used=no") == ["left-over"]
    assert names(ada, VOLUMES, "driver=nfs&used=yes") == []
    assert names(ada, VOLUMES, "sort=-used") == ["data", "left-over"]


def test_a_container_that_is_gone_uses_nothing(ada: User, harbour: Host) -> None:
    db = harbour.containers.get(name="db")
    db.gone_at = timezone.now()
    db.save()
    assert {row.name: row.used_by for row in ask(ada, VOLUMES).rows} == {"data": 0, "left-over": 0}
    assert names(ada, IMAGES, "used=yes") == ["nginx:1.27"]


def test_a_network_known_by_name_only_is_counted(ada: User, harbour: Host) -> None:
    """A container that was never started knows its networks by name."""
    made = rows.container(harbour, "never-ran", state="created")
    made.links.create(host=harbour, kind="network", other_id="swarm", name="swarm")
    assert {row.name: row.used_by for row in ask(ada, NETWORKS).rows}["swarm"] == 1
    assert names(ada, CONTAINERS, "network=swarm") == ["never-ran"]


def test_counts_say_what_each_choice_would_leave(ada: User, harbour: Host) -> None:
    assert ask(ada, CONTAINERS).counts["state"] == {"running": 2, "exited": 1}
    narrowed = ask(ada, CONTAINERS, "state=running&health=healthy")
    assert narrowed.total == 1
    assert narrowed.counts["state"] == {"running": 1}
    assert narrowed.counts["health"] == {"healthy": 1, "unhealthy": 1}
    assert ask(ada, IMAGES, "used=no").counts["used"] == {"yes": 2, "no": 1}


def test_a_page_is_cut_out_in_sql_and_no_row_is_missed_or_doubled(ada: User) -> None:
    host = rows.host()
    for number in range(60):
        rows.container(host, "same-name", engine_id=rows.engine_id(number))
    pages = [ask(ada, CONTAINERS, f"size=25&page={number}") for number in (1, 2, 3)]
    assert [len(page.rows) for page in pages] == [25, 25, 10]
    assert len({row.pk for page in pages for row in page.rows}) == 60
    assert ask(ada, CONTAINERS, "size=25&page=99").page == 3


def test_a_project_is_summed_up_over_all_pages(ada: User, harbour: Host) -> None:
    for number in range(30):
        rows.container(harbour, f"job-{number:02}", project="batch", state="exited")
    found = ask(ada, CONTAINERS, "group=project&size=25&page=2")
    assert {row.project for row in found.rows} == {"batch", "shop", ""}
    assert found.projects["batch"].states == {"exited": 30}
    assert found.projects["shop"].total == 2
    assert found.rows[-1].project == ""


def test_projects_to_choose_from_are_those_that_are_there(harbour: Host) -> None:
    rows.container(harbour, "ghost", project="gone-project", gone_at=timezone.now())
    assert project_names(CONTAINERS, [harbour]) == ["shop"]


def test_a_person_sees_only_rows_of_hosts_they_may(harbour: Host) -> None:
    group = HostGroup.objects.create(name="south")
    rows.container(rows.host("pier", group), "south-web")
    vera = cast.vera(group)
    assert names(vera, CONTAINERS) == ["south-web"]
    assert names(vera, CONTAINERS, "q=web") == ["south-web"]
    assert names(vera, IMAGES) == []
    assert ask(vera, CONTAINERS).counts["state"] == {"running": 1}
    assert names(cast.stan(), CONTAINERS) == []


def test_a_group_without_hosts_opens_nothing(harbour: Host) -> None:
    assert names(cast.vera(HostGroup.objects.create(name="empty")), CONTAINERS) == []


def test_hosts_are_listed_with_what_runs_there(ada: User, harbour: Host) -> None:
    rows.host("pier", state="down", tags=["prod"])
    found = {row.name: row for row in _hosts(ada).rows}
    assert (found["harbour"].containers_running, found["harbour"].containers_all) == (2, 3)
    assert (found["harbour"].containers_unhealthy, found["harbour"].images_all) == (1, 3)
    assert found["pier"].containers_all == 0


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["harbour", "pier"]),
        ("q=PIER", ["pier"]),
        ("q=28.2", ["harbour"]),
        ("q=south", ["pier"]),
        ("state=down", ["pier"]),
        ("group=south", ["pier"]),
        ("tag=prod", ["pier"]),
        ("tag=pro", []),
        ("sort=state", ["pier", "harbour"]),
        ("sort=-memory", ["harbour", "pier"]),
        ("sort=-containers", ["harbour", "pier"]),
    ],
)
def test_hosts_are_filtered_and_sorted(ada: User, harbour: Host, query: str, expected: list[str]) -> None:
    rows.host("pier", HostGroup.objects.create(name="south"), state="down", tags=["prod"], info={"memory": 1})
    Host.objects.filter(pk=harbour.pk).update(info={"memory": 20, "version": "28.2"})
    assert [row.name for row in _hosts(ada, query).rows] == expected


def test_every_column_of_hosts_sorts_both_ways(ada: User, harbour: Host) -> None:
    rows.host("pier")
    for column in HOSTS.columns:
        for sign in ("", "-"):
            assert len(_hosts(ada, f"sort={sign}{column.name}").rows) == 2


def _hosts(user: User, query: str = "") -> Listing:
    return host_listing(parse(QueryDict(query), HOSTS), Permissions(cast.actor(user)))

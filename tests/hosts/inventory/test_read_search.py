"""The search box finds any object by name or id, over the hosts that a person may see."""

import pytest
from django.utils import timezone

from hosts.access import Permissions
from hosts.inventory.read.search import MOST, Found, search
from hosts.models import Host, HostGroup, User
from tests import cast, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def harbour() -> Host:
    host = rows.host("harbour")
    rows.container(host, "web-1", project="shop", labels={"team": "redis-fans"})
    rows.container(host, "redis", image="redis:7")
    rows.image(host, "redis:7", tags=["redis:7", "cache:stable"])
    rows.network(host, "redis_default")
    rows.volume(host, "redis-data")
    rows.volume(host, "redis-gone", gone_at=timezone.now())
    return host


def find(user: User, text: str) -> Found:
    return search(text, Permissions(cast.actor(user)))


def named(found: Found) -> dict[str, list[str]]:
    return {noun: [row.name for row in listed] for noun, listed in found.rows.items()}


def test_each_kind_is_found_by_a_part_of_its_name(harbour: Host) -> None:
    ada = cast.ada()
    assert named(find(ada, "REDIS")) == {
        "container": ["redis"],
        "image": ["redis:7"],
        "network": ["redis_default"],
        "volume": ["redis-data"],
    }
    assert [host.name for host in find(ada, "harb").hosts] == ["harbour"]
    assert find(ada, "sho").projects == ["shop"]


def test_an_image_is_found_by_any_of_its_tags(harbour: Host) -> None:
    assert named(find(cast.ada(), "cache:stable"))["image"] == ["redis:7"]


def test_the_beginning_of_an_id_finds_it(harbour: Host) -> None:
    row = harbour.containers.get(name="redis")
    assert named(find(cast.ada(), row.engine_id[:12]))["container"] == ["redis"]


def test_the_exact_name_comes_first_and_no_kind_floods(harbour: Host) -> None:
    for number in range(20):
        rows.container(harbour, f"a-redis-{number:02}")
    found = named(find(cast.ada(), "redis"))["container"]
    assert found[0] == "redis"
    assert len(found) == MOST


@pytest.mark.parametrize("text", ["", "   ", "%", "nothing-like-it", "'; drop table--"])
def test_what_finds_nothing_finds_nothing(harbour: Host, text: str) -> None:
    assert not find(cast.ada(), text)


def test_a_stranger_finds_nothing_and_a_viewer_only_their_group(harbour: Host) -> None:
    group = HostGroup.objects.create(name="south")
    rows.container(rows.host("pier", group), "redis-of-the-pier")
    assert not find(cast.stan(), "redis")
    assert named(find(cast.vera(group), "redis"))["container"] == ["redis-of-the-pier"]

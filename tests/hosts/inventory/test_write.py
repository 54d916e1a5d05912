"""The mirror in SQL: only what differs is written, what is gone stays a while, links follow, any engine's word fits."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hosts import facts, models
from hosts.access import Capability
from hosts.engine.connect import open_engine
from hosts.facts import Noun
from hosts.inventory import write
from tests import rows
from tests.hosts.engine import ways
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

pytestmark = pytest.mark.django_db


@pytest.fixture
def harbour() -> models.Host:
    return rows.host("harbour")


def container(name: str = "web", **changes: Any) -> facts.Container:
    made = facts.Container(
        id=rows.engine_id(name),
        name=name,
        image="nginx:1.27",
        image_id="sha256:1",
        command="nginx",
        created=datetime(2024, 5, 6, tzinfo=UTC),
        state="running",
        started=datetime(2024, 5, 7, tzinfo=UTC),
        ports=(facts.Port(80, "tcp", 8080, "0.0.0.0"),),
        labels={"com.docker.compose.project": "Shop", "com.docker.compose.service": "front"},
        networks=(facts.Attachment("shop_default", "n" * 64, "10.0.0.2"),),
        mounts=(facts.Mount("volume", "shop_data", "/data"), facts.Mount("bind", "/srv", "/srv")),
    )
    return dataclasses.replace(made, **changes)


def row(fact: facts.Container) -> models.Container:
    return models.Container.objects.get(engine_id=fact.id)


def written_queries(act: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        act()
    return [query["sql"] for query in captured if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]


def test_every_column_of_a_container(harbour: models.Host) -> None:
    assert write.apply(harbour, Noun.CONTAINER, container()) == 1
    found = row(container())
    assert (found.host, found.name, found.state, found.project, found.service) == (
        harbour,
        "web",
        "running",
        "Shop",
        "front",
    )
    assert found.ports == "0.0.0.0:8080->80/tcp"
    assert found.started_at == datetime(2024, 5, 7, tzinfo=UTC)
    for words in (
        "web",
        "nginx:1.27",
        found.engine_id,
        "com.docker.compose.project=shop",
        "8080->80/tcp",
        "shop_default",
    ):
        assert words in found.haystack
    links = models.Link.objects.filter(container=found).order_by("kind").values_list("kind", "other_id", "name")
    assert list(links) == [("network", "n" * 64, "shop_default"), ("volume", "shop_data", "shop_data")]


def test_the_same_again_writes_nothing(harbour: models.Host) -> None:
    write.apply(harbour, Noun.CONTAINER, container())
    assert written_queries(lambda: write.apply(harbour, Noun.CONTAINER, container())) == []
    assert write.apply(harbour, Noun.CONTAINER, container(state="exited", exit_code=0)) == 1
    assert row(container()).state == "exited"
    assert models.Container.objects.count() == 1


def test_links_follow_the_container(harbour: models.Host) -> None:
    write.apply(harbour, Noun.CONTAINER, container())
    pk = row(container()).pk
    write.apply(harbour, Noun.CONTAINER, container(networks=(facts.Attachment("other", ""),), mounts=()))
    assert list(models.Link.objects.values_list("container_id", "other_id")) == [(pk, "other")]
    write.apply(harbour, Noun.CONTAINER, [container(networks=()), container("second")])
    assert set(models.Link.objects.values_list("container__name", flat=True)) == {"web", "second"}


def test_what_is_gone_stays_a_while_and_may_return(harbour: models.Host) -> None:
    write.apply(harbour, Noun.CONTAINER, [container(), container("second")])
    present = {Noun.CONTAINER: frozenset({container().id})}
    assert write.sync(harbour, write.Snapshot(present)) == {Noun.CONTAINER}
    assert row(container()).gone_at is None
    assert row(container("second")).gone_at is not None
    assert write.sync(harbour, write.Snapshot(present)) == set()
    write.drop_old(harbour)
    assert models.Container.objects.count() == 2
    assert write.apply(harbour, Noun.CONTAINER, container("second")) == 1
    assert row(container("second")).gone_at is None
    models.Container.objects.update(gone_at=timezone.now() - write.KEPT_WHEN_GONE - timedelta(minutes=1))
    write.drop_old(harbour)
    assert models.Container.objects.count() == 0
    assert models.Link.objects.count() == 0


def test_a_noun_that_was_not_asked_for_stays(harbour: models.Host) -> None:
    write.apply(harbour, Noun.VOLUME, facts.Volume("data", "local", "/x", "local", None))
    assert write.sync(harbour, write.Snapshot({Noun.CONTAINER: frozenset()})) == set()
    assert models.Volume.objects.get().gone_at is None


def test_hosts_do_not_mix(harbour: models.Host) -> None:
    other = rows.host("other")
    for each in (harbour, other):
        write.apply(each, Noun.CONTAINER, container())
    write.mark_gone(other, Noun.CONTAINER, [container().id])
    assert models.Container.objects.get(host=harbour).gone_at is None


def test_the_other_nouns(harbour: models.Host) -> None:
    write.apply(
        harbour,
        Noun.IMAGE,
        [
            facts.Image("sha256:1", ("nginx:1", "nginx:2"), ("nginx@sha256:9",), None, 5, architecture="amd64"),
            facts.Image("sha256:2", (), (), None, 7),
        ],
    )
    write.apply(harbour, Noun.NETWORK, facts.Network("n", "bridge", "bridge", "local", None, subnets=("10.0.0.0/8",)))
    write.apply(harbour, Noun.VOLUME, facts.Volume("data", "local", "/x/data", "local", None))
    tagged, dangling = models.Image.objects.order_by("engine_id")
    assert (tagged.name, tagged.tags, tagged.size, tagged.dangling) == ("nginx:1", ["nginx:1", "nginx:2"], 5, False)
    assert "nginx:2" in tagged.haystack
    assert (dangling.name, dangling.dangling) == ("", True)
    network = models.Network.objects.get()
    assert (network.predefined, network.subnets) == (True, "10.0.0.0/8")
    assert models.Volume.objects.get().mountpoint == "/x/data"


def test_a_list_of_images_does_not_forget_what_only_inspect_tells(harbour: models.Host) -> None:
    write.apply(harbour, Noun.IMAGE, facts.Image("sha256:1", ("a:1",), (), None, 5, architecture="amd64", os="linux"))
    assert write.apply(harbour, Noun.IMAGE, facts.Image("sha256:1", ("a:1",), (), None, 5)) == 0
    write.apply(harbour, Noun.IMAGE, facts.Image("sha256:1", ("a:2",), (), None, 5))
    assert models.Image.objects.get().facts["architecture"] == "amd64"


def test_an_engine_that_names_an_id_twice(harbour: models.Host) -> None:
    write.apply(harbour, Noun.CONTAINER, [container(), container(state="exited")])
    assert row(container()).state == "exited"


def test_a_thousand_containers(harbour: models.Host) -> None:
    many = [container(f"web-{number}") for number in range(1000)]
    assert write.apply(harbour, Noun.CONTAINER, many) == 1000
    assert models.Link.objects.count() == 2000
    present = {Noun.CONTAINER: frozenset(each.id for each in many)}
    again = written_queries(lambda: write.sync(harbour, write.Snapshot(present, {Noun.CONTAINER: tuple(many)})))
    assert again == []


class TestToInspect:
    """Which listed containers need a closer look."""

    @pytest.fixture(autouse=True)
    def known(self, harbour: models.Host) -> None:
        write.apply(harbour, Noun.CONTAINER, [container(), container("done", state="exited", exit_code=0)])

    @pytest.mark.parametrize("changes", [{}, {"ports": ()}, {"started": None}, {"labels": {}}])
    def test_not_what_is_as_it_was(self, harbour: models.Host, changes: dict[str, Any]) -> None:
        assert write.to_inspect(harbour, [dataclasses.replace(container(), **changes)], after_a_gap=False) == []

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": "renamed"},
            {"state": "paused"},
            {"health": "unhealthy"},
            {"networks": ()},
            {"image_id": "sha256:2"},
            {"exit_code": 1},
        ],
    )
    def test_what_differs(self, harbour: models.Host, changes: dict[str, Any]) -> None:
        assert write.to_inspect(harbour, [dataclasses.replace(container(), **changes)], after_a_gap=False) == [
            container().id
        ]

    def test_what_is_new_or_was_gone(self, harbour: models.Host) -> None:
        write.mark_gone(harbour, Noun.CONTAINER, [container().id])
        listed = [container(), container("new")]
        assert write.to_inspect(harbour, listed, after_a_gap=False) == [each.id for each in listed]

    def test_after_a_gap_what_runs_too(self, harbour: models.Host) -> None:
        listed = [container(), container("done", state="exited", exit_code=0)]
        assert write.to_inspect(harbour, listed, after_a_gap=True) == [container().id]


@pytest.mark.django_db(transaction=True)
def test_refresh_asks_the_engine(engine: Engine, run_container: Callable[..., str]) -> None:
    harbour = rows.host("real", url=engine.url)
    made = run_container("--volume=refreshed:/data", BASE_IMAGE, "sleep", "1000")
    with open_engine(ways.permit(harbour, Capability.CONTAINER_OPERATE)) as opened:
        found = write.refresh(opened, Noun.CONTAINER, made)
        assert isinstance(found, models.Container)
        assert (found.state, found.gone_at) == ("running", None)
        assert models.Link.objects.filter(container=found, kind="volume", name="refreshed").exists()
        opened.containers.remove(made, force=True)
        found = write.refresh(opened, Noun.CONTAINER, made)
        assert found is not None
        assert found.gone_at is not None
        assert write.refresh(opened, Noun.VOLUME, "refreshed") is not None
        opened.volumes.remove("refreshed")
        assert write.refresh(opened, Noun.CONTAINER, "f" * 64) is None

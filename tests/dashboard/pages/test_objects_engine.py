"""The page of one object as a real engine describes it now."""

import re
import time
from collections.abc import Callable
from dataclasses import asdict

import pytest
from django.utils import timezone

from hosts.access import Actor, Capability, Grant, Target, grant
from hosts.engine.connect import open_engine
from hosts.facts import Noun
from hosts.inventory.write import mark_gone, refresh
from hosts.models import Host, HostState, Row
from tests import cast, rows
from tests.dashboard.pages.conftest import Browse
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

pytestmark = pytest.mark.django_db
Known = Callable[[Noun, str], Row]


@pytest.fixture
def harbour(engine: Engine) -> Host:
    return rows.host("harbour", url=engine.url)


@pytest.fixture
def known(harbour: Host) -> Known:
    """`known(noun, id)` is the row that the inventory has of it."""

    def fetch(noun: Noun, object_id: str) -> Row:
        answer = grant(Actor.shell(), Capability.HOST_VIEW, Target("host", harbour))
        assert isinstance(answer, Grant)
        with open_engine(answer) as opened:
            row = refresh(opened, noun, object_id)
        assert row is not None
        return row

    return fetch


def test_a_container_tells_everything(run_container: Callable[..., str], known: Known, browse: Browse) -> None:
    made = run_container(
        "--name=talker", "--env=GREETING=hello", "--env=DB_PASSWORD=hunter2", "--memory=64m", "--cpus=0.5",
        "--restart=on-failure:3", "--cap-drop=NET_RAW", "--read-only", "--volume=pages-data:/data:ro", "--user=1000",
        "--label=com.docker.compose.project=talk", "--health-cmd=echo fine", "--health-interval=1s",
        "--network=none", BASE_IMAGE, "sh", "-c", "sleep 600",
    )  # fmt: skip
    known(Noun.CONTAINER, made)
    ada, address = cast.ada(), f"/hosts/harbour/containers/{made}/"
    page = "".join(browse(ada, f"{address}{part}").text for part in ("", "environment/", "mounts/", "inspect/"))
    for words in (
        "running", "GREETING", "DB_PASSWORD", "•••", "67.1 MB", "0.5", "when it fails, at most 3 times",
        "NET_RAW", "read-only", "pages-data", "/data", "1000", "talk", "sleep 600", "HostConfig",
    ):  # fmt: skip
        assert words in page
    assert "hunter2" not in page
    assert "hello" not in page
    assert "/do/container.stop" in page


def test_health_checks_show_what_they_said(
    run_container: Callable[..., str], known: Known, browse: Browse, engine: Engine
) -> None:
    made = run_container("--health-cmd=echo not today; exit 1", "--health-interval=1s", BASE_IMAGE, "sleep", "600")
    deadline = time.monotonic() + 20
    while not engine.inspect(made)["State"]["Health"]["Log"]:
        assert time.monotonic() < deadline, "the engine ran no health check"
        time.sleep(0.2)
    known(Noun.CONTAINER, made)
    ada, address = cast.ada(), f"/hosts/harbour/containers/{made}/"
    assert "not today" in browse(ada, address).text
    page = browse(ada, f"{address}health/").text
    for words in ("failed with code 1", "not today", "echo not today; exit 1", "1 s"):
        assert words in page


def test_what_ended_says_how(engine: Engine, known: Known, browse: Browse) -> None:
    row = known(Noun.CONTAINER, "failed")
    page = browse(cast.ada(), f"/hosts/harbour/containers/{row.engine_id}/").text
    assert "code 3" in page
    assert "/do/container.start" in page


def test_an_image_tells_its_layers_and_who_uses_it(engine: Engine, known: Known, browse: Browse) -> None:
    web, image = known(Noun.CONTAINER, "web"), known(Noun.IMAGE, BASE_IMAGE)
    page = browse(cast.ada(), f"/hosts/harbour/images/{image.engine_id.removeprefix('sha256:')}/").text
    for words in (
        BASE_IMAGE.split(":")[0],
        "Layers",
        "<progress",
        "linux",
        f"/hosts/harbour/containers/{web.engine_id}/",
    ):
        assert words in page


def test_a_network_tells_who_is_in_it_and_where(
    engine: Engine, run_container: Callable[..., str], known: Known, browse: Browse
) -> None:
    network = engine.docker("network", "create", "--subnet=10.254.7.0/24", "--internal", "pages-net").strip()
    try:
        made = run_container("--network=pages-net", "--ip=10.254.7.9", BASE_IMAGE, "sleep", "600")
        known(Noun.CONTAINER, made)
        known(Noun.NETWORK, network)
        page = browse(cast.ada(), f"/hosts/harbour/networks/{network}/").text
        for words in ("10.254.7.0/24", "10.254.7.9", "internal", f"/hosts/harbour/containers/{made}/"):
            assert words in page
        engine.remove_container(made)
    finally:
        engine.docker("network", "rm", "pages-net")


def test_a_volume_tells_who_mounts_it(
    engine: Engine, run_container: Callable[..., str], known: Known, browse: Browse
) -> None:
    engine.docker("volume", "create", "--label=keep=yes", "pages-books")
    made = run_container(
        "--volume=pages-books:/books", "--network=none", BASE_IMAGE, "sh", "-c", "echo 0123456789 > /books/a; sleep 600"
    )
    known(Noun.CONTAINER, made)
    row = known(Noun.VOLUME, "pages-books")
    ada = cast.ada()
    assert "not measured" in browse(ada, "/hosts/harbour/volumes/pages-books/").text
    answer = grant(Actor.shell(), Capability.HOST_VIEW, Target("host", row.host))
    assert isinstance(answer, Grant)
    with open_engine(answer) as opened:
        Host.objects.update(usage=[asdict(line) for line in opened.usage()], usage_at=timezone.now())
    page = browse(ada, "/hosts/harbour/volumes/pages-books/").text
    assert re.search(r'title="\d+ bytes"', page)
    for words in ("keep", "yes", "pages-books/_data", f"/hosts/harbour/containers/{made}/"):
        assert words in page


def test_what_the_engine_has_no_more_is_shown_as_last_known(
    run_container: Callable[..., str], known: Known, browse: Browse, engine: Engine, harbour: Host
) -> None:
    made = run_container("--name=short-lived", BASE_IMAGE, "sleep", "600")
    known(Noun.CONTAINER, made)
    engine.remove_container(made)
    page = browse(cast.ada(), f"/hosts/harbour/containers/{made}/").text
    assert "The engine has this no more" in page
    assert "short-lived" in page
    mark_gone(harbour, Noun.CONTAINER, [made])
    assert "This has been removed" in browse(cast.otto(), f"/hosts/harbour/containers/{made}/").text


def test_an_engine_that_cannot_be_reached_leaves_the_page_readable(
    known: Known, browse: Browse, harbour: Host, engine: Engine
) -> None:
    row = known(Noun.CONTAINER, "web")
    Host.objects.filter(pk=harbour.pk).update(url="unix:///nowhere/docker.sock", state=HostState.UP)
    answer = browse(cast.ada(), f"/hosts/harbour/containers/{row.engine_id}/")
    assert answer.status_code == 200
    assert "harbour did not answer" in answer.text
    assert "web" in answer.text


def test_the_engine_is_asked_again_only_when_something_changed(
    engine: Engine, known: Known, browse: Browse, harbour: Host
) -> None:
    row = known(Noun.CONTAINER, "web")
    ada = cast.ada()
    page = browse(ada, f"/hosts/harbour/containers/{row.engine_id}/").text
    found = re.search(r'id="live" data-live="[^"]*" data-live-url="([^"]+)"', page)
    assert found
    address = found[1].replace("&amp;", "&")
    assert browse(ada, address, "live").status_code == 304
    rows.container(harbour, "shop-neighbour", project=row.project)
    assert browse(ada, address, "live").status_code == 200

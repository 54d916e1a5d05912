"""The page of one object when no engine needs to be asked: found by what people type, and shown as last known."""

from typing import Any

import pytest
from django.utils import timezone

from dashboard.pages import details
from hosts.models import Container, Host, HostGroup, HostState, Role
from tests import cast, rows
from tests.dashboard.pages.conftest import Browse

pytestmark = pytest.mark.django_db
FACTS: dict[str, Any] = {
    "command": "nginx -g 'daemon off;'",
    "labels": {"tier": "front"},
    "ports": [{"private": 80, "protocol": "tcp", "public": 8080, "ip": "0.0.0.0"}],
    "networks": [{"network": "front", "network_id": "", "address": "10.0.0.2", "mac": "", "aliases": ["web"]}],
    "mounts": [{"kind": "volume", "source": "data", "destination": "/srv", "read_only": True, "driver": "local"}],
}


@pytest.fixture
def web() -> Container:
    """A container on a host that does not answer, with an image, a network and a volume."""
    host = rows.host("harbour", url="tcp://10.1.2.3:2376", state=HostState.DOWN, state_reason="Nobody answers.")
    web = rows.container(host, "web", facts=FACTS, project="shop")
    rows.container(host, "db", project="shop")
    rows.image(host, "nginx:1.27")
    rows.connect(rows.network(host, "front"), web)
    rows.connect(rows.volume(host, "data"), web)
    return web


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Any:
        raise AssertionError("an engine that is known to be silent was asked")

    monkeypatch.setattr(details, "open_engine", refuse)


def test_a_silent_hosts_container_is_shown_as_last_known(web: Container, browse: Browse) -> None:
    page = browse(cast.ada(), f"/hosts/harbour/containers/{web.engine_id}/").text
    for words in ("Nobody answers.", "last known", "tier", "front", "10.0.0.2", "read-only", "daemon off"):
        assert words in page
    assert "http://10.1.2.3:8080/" in page
    assert "/do/container.stop" not in page


def test_a_container_links_to_all_that_it_uses(web: Container, browse: Browse) -> None:
    page = browse(cast.ada(), f"/hosts/harbour/containers/{web.engine_id}/").text
    image, network, db = (web.host.images.get(), web.host.networks.get(), web.host.containers.get(name="db"))
    for address in (
        f"/hosts/harbour/images/{image.engine_id.removeprefix('sha256:')}/",
        f"/hosts/harbour/networks/{network.engine_id}/",
        "/hosts/harbour/volumes/data/",
        f"/hosts/harbour/containers/{db.engine_id}/",
        "/containers/?project=shop",
    ):
        assert f'href="{address}"' in page


@pytest.mark.parametrize("noun", ["images", "networks", "volumes"])
def test_what_a_container_uses_links_back(web: Container, browse: Browse, noun: str) -> None:
    row = getattr(web.host, noun).get()
    page = browse(cast.ada(), f"/hosts/harbour/{noun}/{row.engine_id.removeprefix('sha256:')}/").text
    assert f'href="/hosts/harbour/containers/{web.engine_id}/"' in page
    assert "last known" in page


def test_the_live_part_is_answered_alone(web: Container, browse: Browse) -> None:
    page = browse(cast.ada(), f"/hosts/harbour/containers/{web.engine_id}/", "live").text
    assert page.lstrip().startswith('<div id="live"')


def test_what_went_wrong_is_tried_again_at_each_nudge(web: Container, browse: Browse) -> None:
    address = f"/hosts/harbour/containers/{web.engine_id}/"
    assert f'data-live-url="{address}"' in browse(cast.ada(), address).text


@pytest.mark.parametrize("typed", ["web", "{id:.12}", "{id:.5}"])
def test_a_name_or_the_beginning_of_an_id_leads_to_the_one_address(web: Container, browse: Browse, typed: str) -> None:
    answer = browse(cast.ada(), f"/hosts/harbour/containers/{typed.format(id=web.engine_id)}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/hosts/harbour/containers/{web.engine_id}/")


@pytest.mark.parametrize("typed", ["nginx:1.27", "sha256:{id}", "{id:.12}"])
def test_an_image_is_found_by_its_name_and_its_id(web: Container, browse: Browse, typed: str) -> None:
    whole = web.host.images.get().engine_id.removeprefix("sha256:")
    answer = browse(cast.ada(), f"/hosts/harbour/images/{typed.format(id=whole)}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/hosts/harbour/images/{whole}/")


def test_a_beginning_that_two_ids_share_names_neither(web: Container, browse: Browse) -> None:
    rows.container(web.host, "twin-1", engine_id="abcdef" + "1" * 58)
    rows.container(web.host, "twin-2", engine_id="abcdef" + "2" * 58)
    assert browse(cast.ada(), "/hosts/harbour/containers/abcdef/").status_code == 404


@pytest.mark.parametrize("noun", ["containers", "images", "networks", "volumes"])
@pytest.mark.parametrize("typed", ["nothing", "..", "%2e%2e%2fimages", "a%00b", "%0a", "x" * 300, "<script>"])
def test_what_is_not_there_is_told_in_words(web: Container, browse: Browse, noun: str, typed: str) -> None:
    answer = browse(cast.ada(), f"/hosts/harbour/{noun}/{typed}/")
    assert answer.status_code == 404
    assert "<script>" not in answer.text


def test_what_is_gone_is_told_to_be(web: Container, browse: Browse) -> None:
    web.gone_at = timezone.now()
    web.save()
    page = browse(cast.ada(), f"/hosts/harbour/containers/{web.engine_id}/").text
    assert "This has been removed" in page


@pytest.mark.parametrize("noun", ["containers", "images", "networks", "volumes"])
def test_a_host_that_a_person_may_not_see_is_not_there(web: Container, browse: Browse, noun: str) -> None:
    row = getattr(web.host, noun).first()
    vera = cast.vera(HostGroup.objects.create(name="empty"))
    for address in (f"/hosts/harbour/{noun}/{row.engine_id.removeprefix('sha256:')}/", "/hosts/harbour/"):
        assert browse(vera, address).status_code == 404


def test_hostile_facts_are_text(web: Container, browse: Browse) -> None:
    bad = "<script>alert(1)</script>"
    web.facts = {
        **FACTS,
        "command": bad,
        "error": bad,
        "labels": {bad: bad},
        "mounts": [{**FACTS["mounts"][0], "source": bad, "destination": bad}],
        "networks": [{**FACTS["networks"][0], "network": bad, "address": bad, "aliases": [bad]}],
    }
    web.name = web.image = web.project = bad
    web.save()
    page = browse(cast.ada(), f"/hosts/harbour/containers/{web.engine_id}/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_row_without_facts_has_a_page(browse: Browse) -> None:
    """Such as one that an older version wrote."""
    host: Host = rows.host("harbour", state=HostState.DOWN)
    for noun, row in (
        ("containers", rows.container(host)),
        ("images", rows.image(host, "")),
        ("networks", rows.network(host)),
        ("volumes", rows.volume(host)),
    ):
        address = f"/hosts/harbour/{noun}/{row.engine_id.removeprefix('sha256:')}/"
        assert browse(cast.person(noun, Role.VIEWER), address).status_code == 200

"""The page of one object when no engine needs to be asked: found by what people type, and shown as last known."""

from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone

from dashboard.pages import details, published
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
    ada, address = cast.ada(), f"/hosts/harbour/containers/{web.engine_id}/"
    page = browse(ada, address).text
    for words in ("Nobody answers.", "last known", "front", "10.0.0.2", "read-only", "daemon off"):
        assert words in page
    assert "tier" in browse(ada, f"{address}labels/").text
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


SECTIONS = {
    "environment": "Environment",
    "mounts": "/srv",
    "networks": "10.0.0.2",
    "health": "None has run yet",
    "labels": "tier",
    "inspect": "nothing to show here",
}


@pytest.mark.parametrize("section", SECTIONS)
def test_each_part_of_a_container_has_an_address(web: Container, browse: Browse, section: str) -> None:
    ada, address = cast.ada(), f"/hosts/harbour/containers/{web.engine_id}/"
    page = browse(ada, f"{address}{section}/").text
    assert SECTIONS[section] in page
    assert f'href="{address}{section}/" aria-current="page"' in page
    assert "nginx" in page, "its header is the same on each"
    assert browse(ada, f"/hosts/harbour/containers/web/{section}/")["Location"] == f"{address}{section}/"


def test_a_part_that_there_is_none_of(web: Container, browse: Browse) -> None:
    assert browse(cast.ada(), f"/hosts/harbour/containers/{web.engine_id}/secrets/").status_code == 404


def test_what_ended_badly_says_why_and_what_to_do(web: Container, browse: Browse) -> None:
    web.state, web.exit_code, web.facts = "exited", 137, {**FACTS, "oom_killed": True}
    web.save()
    ada, address = cast.ada(), f"/hosts/harbour/containers/{web.engine_id}/"
    page = browse(ada, address).text
    for words in (
        "Ended with code 137 (out of memory)",
        "the kernel killed it",
        "Raise its memory limit",
        "Read its log",
    ):
        assert words in page
    web.exit_code, web.facts = 143, FACTS
    web.save()
    assert "That is a normal stop." in browse(ada, address).text


def test_a_sibling_is_one_click_away_on_each_part(web: Container, browse: Browse) -> None:
    db = web.host.containers.get(name="db")
    page = browse(cast.ada(), f"/hosts/harbour/containers/{web.engine_id}/labels/").text
    assert f'href="/hosts/harbour/containers/{db.engine_id}/labels/"' in page


@pytest.mark.parametrize(
    ("url", "port", "link"),
    [
        ("tcp://10.1.2.3:2376", {"private": 80, "public": 8080, "ip": "0.0.0.0"}, "http://10.1.2.3:8080/"),
        ("tcp://10.1.2.3:2376", {"private": 80, "public": 8080, "ip": "::"}, "http://10.1.2.3:8080/"),
        ("ssh://root@deck.test", {"private": 8443, "public": 443, "ip": ""}, "https://deck.test:443/"),
        ("tcp://[fd00::3]:2376", {"private": 80, "public": 8080, "ip": "::"}, "http://[fd00::3]:8080/"),
        ("tcp://10.1.2.3:2376", {"private": 80, "public": 8080, "ip": "10.9.9.9"}, "http://10.9.9.9:8080/"),
        ("tcp://10.1.2.3:2376", {"private": 80, "public": 8080, "ip": "127.0.0.1"}, ""),
        ("tcp://10.1.2.3:2376", {"private": 5432, "public": 5432, "ip": "0.0.0.0"}, ""),
        ("tcp://10.1.2.3:2376", {"private": 53, "public": 53, "ip": "0.0.0.0", "protocol": "udp"}, ""),
        ("tcp://10.1.2.3:2376", {"private": 80}, ""),
    ],
)
def test_a_published_port_is_a_link_where_a_browser_can_open_it(
    rf: RequestFactory, url: str, port: dict[str, Any], link: str
) -> None:
    found = published.ports(rf.get("/"), Host(name="deck", url=url), [port])  # type: ignore[arg-type]
    assert [each.url for each in found] == [link]


def test_a_port_on_ipv4_and_ipv6_is_said_once(rf: RequestFactory) -> None:
    both = [{"private": 80, "public": 8080, "ip": ip} for ip in ("0.0.0.0", "::")]
    assert len(published.ports(rf.get("/"), Host(url="tcp://10.1.2.3:1"), both)) == 1  # type: ignore[arg-type]


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

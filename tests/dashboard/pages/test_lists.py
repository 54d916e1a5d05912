"""Lists in the browser: what is asked for shows, bad queries are told in words, buttons are for who may press them."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from hosts.models import Host, HostGroup, HostState
from tests import cast, rows
from tests.dashboard.pages.conftest import Browse

pytestmark = pytest.mark.django_db

LISTS = ("containers", "images", "networks", "volumes")
HOSTILE = """<script>alert(1)</script>"'{{ 7|add:7 }}<img src=x onerror=alert(1)>"""


@pytest.fixture
def harbour() -> Host:
    host = rows.host("harbour")
    web = rows.container(host, "web", project="shop", ports="0.0.0.0:8080->80/tcp, [::]:8080->80/tcp", health="healthy")
    rows.container(host, "broken", image="busybox:1", state="exited", exit_code=3)
    rows.image(host, "nginx:1.27", size=1_240_000)
    rows.connect(rows.network(host, "front"), web)
    rows.connect(rows.volume(host, "data"), web)
    return host


def names(page: str) -> list[str]:
    return re.findall(r'<td class="cell-name"><a class="cut" href="[^"]*" title="([^"]*)"', page)


def test_containers_show_what_they_are(harbour: Host, browse: Browse) -> None:
    page = browse(cast.ada(), "/containers/").text
    assert names(page) == ["broken", "web"]
    for words in ("running", "healthy", "code 3", "nginx", "8080", "harbour", "shop", "of 2"):
        assert words in page
    assert page.count("<b>8080</b>") == 1, "the same port on IPv6 is not said twice"


def test_the_same_list_stands_inside_a_host(harbour: Host, browse: Browse) -> None:
    rows.container(rows.host("pier"), "elsewhere")
    page = browse(cast.ada(), "/hosts/harbour/containers/").text
    assert names(page) == ["broken", "web"]
    assert 'aria-current="page">Containers' in page


@pytest.mark.parametrize("noun", LISTS)
def test_htmx_gets_the_live_part_alone(harbour: Host, browse: Browse, noun: str) -> None:
    page = browse(cast.ada(), f"/{noun}/?q=e", part="live").text
    assert page.lstrip().startswith('<div id="live"')
    assert f"host.{harbour.pk}" in page
    assert "<html" not in page


def test_filters_sort_and_page_stay_in_the_address(harbour: Host, browse: Browse) -> None:
    page = browse(cast.ada(), "/containers/?q=web&sort=-name&state=running&size=25").text
    assert names(page) == ["web"]
    assert 'name="q" value="web"' in page
    for kept in ('name="sort" value="-name"', 'name="state" value="running"', 'name="size" value="25"'):
        assert f'<input type="hidden" form="filters" {kept}>' in page
    assert 'aria-sort="descending"' in page


def test_rows_stand_under_their_project(harbour: Host, browse: Browse) -> None:
    page = browse(cast.ada(), "/containers/?group=project").text
    assert (
        page.index("project=shop") < page.index('title="web"') < page.index("No project") < page.index('title="broken"')
    )


def test_columns_can_be_chosen(harbour: Host, browse: Browse) -> None:
    page = browse(cast.ada(), "/containers/?cols=created&cols=id").text
    heads = re.findall(
        r'aria-sort="\w+"><a class="sort"[^>]*>(\w+)|<th scope="col" class="sortable"><a class="sort"[^>]*>(\w+)', page
    )
    assert ["".join(head) for head in heads] == ["Name", "Created", "Id"]


@pytest.mark.parametrize("noun", [*LISTS, "hosts"])
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sort=colour", "no column “colour”"),
        ("page=0", "a number from 1 on"),
        ("page=abc", "a number from 1 on"),
        ("size=7", "25, 50, 100 or 200"),
        ("q=" + "x" * 300, "longer than 200 characters"),
        ("q=a%00b", "cannot be printed"),
        ("cols=colour", "no column “colour”"),
    ],
)
def test_what_cannot_be_understood_is_told_in_words(browse: Browse, noun: str, query: str, words: str) -> None:
    answer = browse(cast.ada(), f"/{noun}/?{query}")
    assert answer.status_code == 400
    assert words in answer.text


def test_an_unknown_host_and_a_hidden_one_are_answered_alike(harbour: Host, browse: Browse) -> None:
    vera = cast.vera(HostGroup.objects.create(name="empty"))
    for name in ("harbour", "nowhere"):
        answer = browse(vera, f"/containers/?host={name}")
        assert (answer.status_code, f"There is no host “{name}”" in answer.text) == (400, True)
        answer = browse(vera, f"/hosts/{name}/containers/")
        assert answer.status_code == 404


@pytest.mark.parametrize("noun", [*LISTS, "hosts"])
def test_what_an_engine_says_is_text_and_nothing_else(browse: Browse, noun: str) -> None:
    host = rows.host("harbour", tags=[HOSTILE], info={"version": HOSTILE, "os": HOSTILE, "product": HOSTILE})
    labels = {HOSTILE: HOSTILE}
    rows.container(host, HOSTILE, image=HOSTILE, ports=HOSTILE, project=HOSTILE, state=HOSTILE[:20], labels=labels)
    rows.image(host, HOSTILE)
    rows.network(host, HOSTILE, driver=HOSTILE, subnets=HOSTILE, project=HOSTILE)
    rows.volume(host, HOSTILE, driver=HOSTILE, mountpoint=HOSTILE)
    ada = cast.ada()
    for query in ("", "?group=project" if noun not in ("hosts", "images") else "", "?q=%3Cscript%3E"):
        page = browse(ada, f"/{noun}/{query}").text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "{{ 7|add:7 }}" in page


def test_nothing_matches_says_how_to_see_all(harbour: Host, browse: Browse) -> None:
    page = browse(cast.ada(), "/containers/?q=zzz&sort=-name").text
    assert "Nothing matches" in page
    assert 'href="?sort=-name"' in page


def test_without_hosts_it_says_what_to_do_next(browse: Browse) -> None:
    assert "/do/host.add" in browse(cast.ada(), "/containers/").text
    page = browse(cast.vera(), "/containers/").text
    assert "/do/host.add" not in page
    assert "An administrator can give you a role" in page


@pytest.mark.parametrize("noun", LISTS)
def test_a_list_without_rows_says_where_they_come_from(browse: Browse, noun: str) -> None:
    rows.host()
    assert f"No {noun}" in browse(cast.ada(), f"/{noun}/").text


def test_what_is_gone_shows_only_when_asked_for(harbour: Host, browse: Browse) -> None:
    rows.container(harbour, "vanished", gone_at=timezone.now())
    ada = cast.ada()
    assert "vanished" not in browse(ada, "/containers/").text
    page = browse(ada, "/containers/?gone=1").text
    assert "vanished" in page
    assert "removed" in page


@pytest.mark.parametrize("state", [HostState.DOWN, HostState.REFUSED, HostState.CHANGED, HostState.DISABLED])
def test_rows_of_a_silent_host_are_marked_and_cannot_be_acted_on(browse: Browse, state: HostState) -> None:
    rows.container(rows.host("harbour", state=state), "web")
    page = browse(cast.ada(), "/containers/").text
    assert "Last known, not live" in page
    assert 'class="is-stale"' in page
    assert "/do/container.stop?on=" not in page


def test_buttons_are_for_who_may_press_them(harbour: Host, browse: Browse) -> None:
    group = HostGroup.objects.create(name="south")
    rows.container(rows.host("pier", group), "south-web")
    stop = "/do/container.stop?on=container%3A"
    assert f"{stop}harbour" in browse(cast.ada(), "/containers/").text
    assert stop not in browse(cast.vera(), "/containers/").text
    assert 'name="on"' not in browse(cast.person("viewer"), "/containers/").text
    otto = cast.otto(group)
    page = browse(otto, "/containers/").text
    assert names(page) == ["south-web"]
    assert f"{stop}pier" in page


def test_only_what_is_offered_has_a_button(harbour: Host, browse: Browse) -> None:
    page = browse(cast.ada(), "/containers/?q=broken").text
    assert 'formaction="/do/container.start"' in page
    assert "/do/container.stop?on=" not in page


def test_a_rows_menu_holds_the_rest(harbour: Host, browse: Browse) -> None:
    web = harbour.containers.get(name="web")
    page = browse(cast.ada(), f"/menu/?on=container:harbour:{web.engine_id}").text
    for name in ("container.pause", "container.kill", "container.remove"):
        assert f"/do/{name}" in page
    assert "container.start" not in page
    assert "Nothing can be done here" in browse(cast.vera(), f"/menu/?on=container:harbour:{web.engine_id}").text


@pytest.mark.parametrize("ref", ["", "x", "container", "container:nowhere:abc", "container:harbour:zzz", "person:1:1"])
def test_the_menu_of_nothing_is_not_found(harbour: Host, browse: Browse, ref: str) -> None:
    assert browse(cast.ada(), f"/menu/?on={ref}").status_code == 404


@pytest.mark.parametrize("noun", [*LISTS, "hosts"])
def test_a_list_is_only_read(noun: str) -> None:
    client = Client()
    client.force_login(cast.ada())
    assert client.post(f"/{noun}/").status_code == 405


def test_an_image_links_to_the_containers_made_from_it(harbour: Host, browse: Browse) -> None:
    ada = cast.ada()
    page = browse(ada, "/images/").text
    link = re.search(r'href="(/containers/\?image=[^"]+)"', page)
    assert link
    assert names(browse(ada, link[1].replace("&amp;", "&")).text) == ["web"]


@pytest.mark.parametrize(("noun", "parameter"), [("networks", "network"), ("volumes", "volume")])
def test_a_network_and_a_volume_link_to_their_containers(
    harbour: Host, browse: Browse, noun: str, parameter: str
) -> None:
    ada = cast.ada()
    link = re.search(rf'href="(/containers/\?{parameter}=[^"]+)"', browse(ada, f"/{noun}/").text)
    assert link
    assert names(browse(ada, link[1].replace("&amp;", "&")).text) == ["web"]

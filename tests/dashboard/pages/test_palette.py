"""The palette finds objects, pages, views and operations by words in any order: what a person may see and do."""

import re

import pytest

from hosts.models import Host, HostGroup, Job, SavedView, User
from tests import cast, rows
from tests.dashboard.pages.conftest import Browse

pytestmark = pytest.mark.django_db


@pytest.fixture
def harbour() -> Host:
    host = rows.host("harbour", HostGroup.objects.create(name="north"))
    rows.container(host, "web", project="shop")
    rows.container(host, "worker", state="exited")
    rows.container(host, "webhook", state="paused")
    rows.image(host, "nginx:1.27")
    rows.volume(host, "web-data")
    return host


def hits(browse: Browse, user: User, query: str) -> list[str]:
    """The name of each hit, in the order in which they stand there."""
    text = browse(user, f"/search/?fragment=1&{query}").text
    return [re.sub(r"\s+", " ", name) for name in re.findall(r'class="hit-name">([^<]*)<', text)]


@pytest.mark.parametrize("words", ["restart+web", "web+restart", "WEB+rest", "restart+container+web"])
def test_an_operation_is_found_by_its_words_in_any_order(harbour: Host, browse: Browse, words: str) -> None:
    found = hits(browse, cast.otto(), f"q={words}")
    assert found[0] == "Restart web"
    assert "Restart webhook" not in found, "a paused container is not offered to be restarted"
    assert "Restart worker" not in found


def test_it_opens_the_operations_own_form(harbour: Host, browse: Browse) -> None:
    otto = cast.otto()
    link = re.search(r'hx-get="(/do/container\.stop\?on=[^"]+)"', browse(otto, "/search/?fragment=1&q=stop+web").text)
    assert link
    assert "Stop web" in browse(otto, link[1].replace("&amp;", "&")).text


def test_a_viewer_finds_the_thing_and_not_what_they_may_not_do(harbour: Host, browse: Browse) -> None:
    vera = cast.vera()
    assert hits(browse, vera, "q=restart+web") == []
    assert hits(browse, vera, "q=web")[:2] == ["web", "webhook"]
    assert hits(browse, vera, "q=logs+web")[0] == "Logs of web"
    assert hits(browse, vera, "q=add+host") == []
    assert hits(browse, cast.ada(), "q=add+host") == ["Add host"]


def test_a_host_that_is_away_is_asked_for_nothing(harbour: Host, browse: Browse) -> None:
    Host.objects.update(state="down")
    assert hits(browse, cast.otto(), "q=stop+web") == []


def test_a_stranger_and_another_groups_viewer_find_nothing(harbour: Host, browse: Browse) -> None:
    south = HostGroup.objects.create(name="south")
    for user in (cast.stan(), cast.otto(south)):
        assert hits(browse, user, "q=web") == []
        assert hits(browse, user, "q=restart+web") == []
        assert hits(browse, user, "on=container:harbour:" + rows.engine_id("harbour", "web")) == []
        recent = "recent=container:harbour:" + rows.engine_id("harbour", "web")
        assert "web" not in hits(browse, user, recent)


def test_pages_and_lists_of_one_host(harbour: Host, browse: Browse) -> None:
    ada = cast.ada()
    assert hits(browse, ada, "q=volu")[0] == "Volumes"
    text = browse(ada, "/search/?fragment=1&q=images+harb").text
    assert 'href="/hosts/harbour/images/"' in text
    assert "People" in hits(browse, ada, "q=peop")
    assert "People" not in hits(browse, cast.vera(), "q=peop")


def test_a_saved_view_is_found_by_its_name(harbour: Host, browse: Browse) -> None:
    ada, vera = cast.ada(), cast.vera()
    SavedView.objects.create(owner=ada, page="containers", name="Broken ones", query="state=dead")
    assert hits(browse, ada, "q=broken")[0] == "Broken ones"
    assert hits(browse, vera, "q=broken") == []


def test_what_was_used_last_comes_first_and_what_is_gone_is_not_named(harbour: Host, browse: Browse) -> None:
    otto = cast.otto()
    hook, web = (rows.engine_id("harbour", name) for name in ("webhook", "web"))
    keys = [
        f"container:harbour:{hook}",
        f"container.restart@container:harbour:{web}",
        "container:harbour:" + "0" * 64,
        "container:nowhere:1",
        "page:volumes",
        "host:harbour:",
        "nonsense",
        "container.fly@container:harbour:1",
    ]
    query = "&".join(f"recent={key}" for key in keys)
    assert hits(browse, otto, query)[:4] == ["webhook", "Restart web", "Volumes", "harbour"]
    assert hits(browse, otto, f"q=web&recent={keys[0]}")[:2] == ["webhook", "web"]
    assert hits(browse, otto, f"q=unpause&recent={keys[0]}") == ["Unpause webhook"]


def test_one_objects_operations(harbour: Host, browse: Browse) -> None:
    on, otto, vera = "on=container:harbour:" + rows.engine_id("harbour", "web"), cast.otto(), cast.vera()
    assert hits(browse, otto, on)[:3] == ["Logs", "Stop", "Restart"]
    assert hits(browse, vera, on) == ["Logs"]
    assert hits(browse, vera, "on=host:harbour:") == []
    assert "Pull" in hits(browse, otto, "on=host:harbour:")


def test_hostile_names_stay_text(harbour: Host, browse: Browse) -> None:
    rows.container(harbour, "<img src=x onerror=alert(1)>")
    text = browse(cast.otto(), "/search/?fragment=1&q=stop+onerror").text
    assert "&lt;img" in text
    assert "<img" not in text


def test_jobs_and_people_are_found_by_who_may_see_them(harbour: Host, browse: Browse) -> None:
    ada, vera = cast.ada(), cast.vera(HostGroup.objects.create(name="south"))
    job = Job.objects.create(operation="image.pull", title="Pull team/zebra:1", actor={}, host=harbour, noun="host")
    text = browse(ada, "/search/?fragment=1&q=zebra").text
    assert f'href="/jobs/{job.pk}/"' in text
    assert f'href="/people/#person-{vera.pk}"' in browse(ada, "/search/?fragment=1&q=ver").text
    assert hits(browse, vera, "q=zebra") == []
    assert hits(browse, vera, "q=ada") == []
    assert browse(ada, f"/search/?fragment=1&recent=job::{job.pk}&recent=person::{vera.pk}").status_code == 200

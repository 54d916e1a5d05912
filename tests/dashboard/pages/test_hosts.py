"""A host's own page, the list of hosts, the overview, and the search box."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hosts.models import Host, HostEvent, HostGroup, HostState, Job, JobState
from tests import cast, rows
from tests.dashboard.pages.conftest import Browse

pytestmark = pytest.mark.django_db
INFO = {
    "product": "Docker",
    "version": "28.2.1",
    "api_version": "1.50",
    "os": "Debian GNU/Linux 13",
    "cpus": 8,
    "memory": 33_000_000_000,
    "root_dir": "/var/lib/docker",
}


@pytest.fixture
def harbour() -> Host:
    host = rows.host("harbour", HostGroup.objects.create(name="north"), tags=["prod"], info=INFO, engine_id="OLD:ID")
    web = rows.container(host, "web", health="unhealthy")
    rows.container(host, "loop", state="restarting")
    rows.container(host, "done", state="exited")
    rows.image(host, "nginx:1.27", size=2_000_000)
    HostEvent.objects.create(
        host=host, at=timezone.now(), kind="container", action="start", engine_id=web.engine_id, name="web"
    )
    return host


def test_the_page_says_how_the_host_is_and_what_it_has(harbour: Host, browse: Browse) -> None:
    page = browse(cast.ada(), "/hosts/harbour/").text
    for words in (
        "28.2.1",
        "Debian GNU/Linux 13",
        "33 GB",
        "north",
        "prod",
        "of 3 containers",
        "2 MB",
        "Not measured yet",
    ):
        assert words in page
    web = harbour.containers.get(name="web")
    assert f'href="/hosts/harbour/containers/{web.engine_id}/"' in page, "an event leads to what it happened to"
    assert 'href="/hosts/harbour/containers/?health=unhealthy&amp;state=running"' in page


def test_disk_usage_shows_as_of_when_it_was_measured(harbour: Host, browse: Browse) -> None:
    harbour.usage = [{"kind": "image", "total": 9, "active": 4, "size": 5_000_000, "reclaimable": 1_000_000}]
    harbour.usage_at = timezone.now()
    harbour.save()
    page = browse(cast.ada(), "/hosts/harbour/").text
    for words in ("4 / 9", "5 MB", "1 MB", "As of", 'action="/do/host.usage"'):
        assert words in page
    assert 'action="/do/host.usage"' not in browse(cast.vera(), "/hosts/harbour/").text


def test_another_engine_is_told_with_what_to_do(harbour: Host, browse: Browse) -> None:
    Host.objects.filter(pk=harbour.pk).update(state=HostState.CHANGED, seen_engine_id="NEW:ID")
    page = browse(cast.ada(), "/hosts/harbour/").text
    for words in ("Another engine answers", "OLD:ID", "NEW:ID", "/do/host.trust"):
        assert words in page
    assert "/do/host.trust" not in browse(cast.otto(), "/hosts/harbour/").text


@pytest.mark.parametrize("state", [HostState.DOWN, HostState.REFUSED, HostState.DISABLED, HostState.UNKNOWN])
def test_a_host_in_trouble_says_so(browse: Browse, state: HostState) -> None:
    rows.host("harbour", state=state, state_reason="Nobody answers at 10.0.0.4." if state != "disabled" else "")
    page = browse(cast.ada(), "/hosts/harbour/").text
    assert "Nobody answers" in page or state in (HostState.DISABLED, HostState.UNKNOWN)
    assert "last known" in page or state is HostState.UNKNOWN


def test_hosts_are_listed_with_their_engines(harbour: Host, browse: Browse) -> None:
    page = browse(cast.ada(), "/hosts/?sort=-memory").text
    for words in ("harbour", "28.2.1", "1 / 3", "33 GB", "north", "/do/host.add"):
        assert words in page
    assert "/do/host.add" not in browse(cast.otto(), "/hosts/").text


def test_the_overview_adds_up_and_links_to_the_lists(harbour: Host, browse: Browse) -> None:
    rows.container(rows.host("pier", state=HostState.DOWN, state_reason="Nobody answers."), "api")
    ada = cast.ada()
    Job.objects.create(operation="image.pull", title="Pull: nginx", person=ada, actor={}, noun="host", state="running")
    page = browse(ada, "/").text
    for words in ("of 4 containers", "Pull: nginx", "Nobody answers.", 'href="/containers/?state=restarting"'):
        assert words in page
    assert page.index("pier") < page.index('href="/hosts/harbour/"'), "what needs somebody comes first"
    assert browse(ada, "/", "live").text.lstrip().startswith('<div id="live"')


def test_the_overview_tells_what_needs_a_look_most_urgent_first(harbour: Host, browse: Browse) -> None:
    now = timezone.now()
    long_ago = now - timedelta(days=3)
    rows.container(harbour, "killed", state="exited", exit_code=137, finished_at=now)
    rows.container(harbour, "well", state="exited", exit_code=0, finished_at=now)
    rows.container(harbour, "forgotten", state="exited", exit_code=1, finished_at=long_ago)
    page = browse(cast.ada(), "/").text
    part = page[page.index('id="troubled"') : page.index("All hosts</a>")]
    places = [part.index(f">{name}</a>") for name in ("web", "loop", "killed", "well")]
    assert places == sorted(places)
    assert "forgotten" not in part
    assert "SIGKILL" in part
    for group in ("health=unhealthy&amp;state=running", "state=restarting", "ended=failed", "ended=well"):
        assert f'href="/containers/?{group}"' in part
    assert 'href="/containers/?ended=failed"' in page


def test_a_crowd_of_one_trouble_hides_no_other(harbour: Host, browse: Browse) -> None:
    for number in range(9):
        rows.container(harbour, f"sick-{number}", health="unhealthy")
    rows.container(harbour, "corpse", state="dead")
    page = browse(cast.ada(), "/").text
    part = page[page.index('id="troubled"') : page.index("All hosts</a>")]
    assert part.count(">sick-") + part.count(">web</a>") == 4
    assert '<span class="tab-count">10</span>' in part
    assert ">corpse</a>" in part


def test_what_happened_to_one_thing_in_a_row_is_one_line(harbour: Host, browse: Browse) -> None:
    loop, now = harbour.containers.get(name="loop"), timezone.now()
    for second, action in enumerate(("kill", "die", "stop")):
        HostEvent.objects.create(
            host=harbour,
            at=now + timedelta(seconds=second),
            kind="container",
            action=action,
            engine_id=loop.engine_id,
            name="loop",
        )
    assert "kill → die → stop" in browse(cast.ada(), "/hosts/harbour/").text


def test_what_ended_lately_is_a_filter_of_the_list(harbour: Host, browse: Browse) -> None:
    now, ada = timezone.now(), cast.ada()
    rows.container(harbour, "killed", state="exited", exit_code=137, finished_at=now)
    rows.container(harbour, "well", state="exited", exit_code=0, finished_at=now)
    failed, lately, good = (browse(ada, f"/containers/?ended={value}").text for value in ("failed", "lately", "well"))
    assert (">killed</a>" in failed, ">well</a>" in failed, ">web</a>" in failed) == (True, False, False)
    assert (">killed</a>" in lately, ">well</a>" in lately, ">web</a>" in lately) == (True, True, False)
    assert (">killed</a>" in good, ">well</a>" in good, ">web</a>" in good) == (False, True, False)
    assert "with an error, in the last day" in failed


def test_the_overview_has_the_room_that_docker_takes(harbour: Host, browse: Browse) -> None:
    harbour.usage = [{"kind": "image", "total": 9, "active": 4, "size": 5_000_000, "reclaimable": 1_000_000}]
    harbour.usage_at = timezone.now()
    harbour.save()
    page = browse(cast.ada(), "/").text
    for words in ("5 MB", "can be freed", "33 GB", 'href="/images/?sort=-size"', "Largest images"):
        assert words in page


def test_an_overview_without_trouble_says_so(browse: Browse) -> None:
    rows.container(rows.host("harbour"), "web")
    assert "All is well" in browse(cast.ada(), "/").text


def test_a_job_that_failed_today_shows_on_the_overview(harbour: Host, browse: Browse) -> None:
    ada, now = cast.ada(), timezone.now()
    old = now.replace(year=now.year - 1)
    for title, ended in (("Pull: fresh", now), ("Pull: stale", old)):
        Job.objects.create(
            operation="image.pull",
            title=title,
            person=ada,
            actor={},
            noun="host",
            state=JobState.FAILED,
            ended_at=ended,
        )
    page = browse(ada, "/").text
    assert "Pull: fresh" in page
    assert "Pull: stale" not in page


def test_the_trail_shows_on_the_overview_of_administrators_only(harbour: Host, browse: Browse) -> None:
    assert "Changed lately" in browse(cast.ada(), "/").text
    assert "Changed lately" not in browse(cast.otto(), "/").text


def test_the_first_page_ever_leads_to_the_first_host(browse: Browse) -> None:
    page = browse(cast.ada(), "/").text
    assert "Connect your first host" in page
    assert 'href="/do/host.add"' in page
    assert "/do/host.add" not in browse(cast.stan(), "/").text


def test_the_search_box_leads_to_each_kind(harbour: Host, browse: Browse) -> None:
    ada = cast.ada()
    page = browse(ada, "/search/?q=web&fragment=1").text
    assert f'href="/hosts/harbour/containers/{harbour.containers.get(name="web").engine_id}/"' in page
    assert "<html" not in page
    assert 'href="/hosts/harbour/"' in browse(ada, "/search/?q=harb").text
    assert "Nothing is called that" in browse(ada, "/search/?q=zzz").text
    assert browse(ada, "/search/").status_code == 200


@pytest.mark.parametrize("q", ["x" * 201, "a%00b"])
def test_a_search_that_cannot_be_is_told_in_words(browse: Browse, q: str) -> None:
    answer = browse(cast.ada(), f"/search/?q={q}")
    assert (answer.status_code, "at most 200 characters" in answer.text) == (400, True)


def test_on_a_phone_the_overview_folds_hosts_that_are_well(browse: Browse) -> None:
    for number in range(9):
        rows.host(f"edge-{number}", state="down" if number == 7 else "up")
    page = browse(cast.ada(), "/").text
    assert page.count('class="hide-phone"') == 5
    assert "and 5 more hosts" in page
    assert page.index("/hosts/edge-7/") < page.index("/hosts/edge-0/"), "who is in trouble comes first"

"""Credentials are hidden in what a socket is given, but from those who may see them and have said so in the trail."""

import json
import shlex
import time
from collections.abc import Callable, Iterator

import pytest

from tests.dashboard.live.client import Live
from tests.dashboard.live.conftest import Follow, running
from tests.dashboard.live.test_merged import Merged, compose, project, sync  # noqa: F401 - a fixture
from tests.dashboard.live.test_who_may import SOON
from tests.dashboard.live.test_who_may import trail as recorded
from tests.hosts.lines.canaries import CANARIES, leaks
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.web import Web

SCRIPT = "echo login password=canary-5772 ok; echo ticket QS-141421 done"
SHOWN, MASKED = b"login password=canary-5772 ok", "login password=••• ok".encode()


def test_a_live_log_hides_credentials(run_container: Callable[..., str], follow: Follow) -> None:
    live = follow(run_container(BASE_IMAGE, "sh", "-c", SCRIPT), tail="all", timestamps=False)
    live.until_said("end")
    assert [line.decode() for _kind, line in live.lines] == ["login password=••• ok", "ticket QS-141421 done"]


def test_no_canary_comes_through_a_socket(
    web: Web,
    engine: Engine,
    cookie: str,
    compose: Callable[..., str],  # noqa: F811
    follow: Follow,
) -> None:
    """One log, many logs, and a search, which finds none either."""
    known = {name: canary for name, canary in CANARIES.items() if name != "own"}
    lines = [line for canary in known.values() for line in canary.text.splitlines()]
    name = project()
    container = compose(engine, name, "canary", "; ".join(f"echo {shlex.quote(line)}" for line in lines))
    engine.docker("wait", container)
    sync(web, engine)
    live = follow(container, tail="all", timestamps=False)
    live.until_said("end")
    assert len(live.lines) == len(lines)
    assert leaks(b"\n".join(line for _kind, line in live.lines).decode()) == []
    with Merged(web.url, "/live/logs", cookie=cookie) as many:
        many.send("open", query=f"project={name}", timestamps=False, tail="all")
        many.until(lambda: len(many.merged) == len(lines))
    assert leaks(b"\n".join(line for _source, _kind, line in many.merged).decode()) == []
    with Live(web.url, "/live/logs/search", cookie=cookie) as search:
        search.send("search", query=f"project={name}", filter="/./")
        search.until_said("done")
        assert len([hit for each in search.said if each["type"] == "hits" for hit in each["hits"]]) == len(lines)
        assert leaks(json.dumps(search.said, ensure_ascii=False)) == []
        for canary in list(known.values())[:5]:
            search.said.clear()
            search.send("search", query=f"project={name}", filter=canary.secret)
            search.until_said("done")
            assert not [each for each in search.said if each["type"] == "hits"], canary


BODY = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW"
KEY = f"echo -----BEGIN OPENSSH PRIVATE KEY-----; for n in 1 2 3 4; do echo {BODY}; done; echo AAAAC3Nz"


@pytest.mark.parametrize("tail", [0, 1, 2, 4])
def test_who_comes_in_the_middle_of_a_key_sees_nothing_of_it(
    engine: Engine, run_container: Callable[..., str], follow: Follow, tail: int
) -> None:
    """The first viewer and a late one, of what was said and of what comes."""
    ends = (
        f"until [ -e /go ]; do sleep 0.05; done; echo x: {BODY}; echo AAAAC3Nz; echo -----END OPENSSH PRIVATE KEY-----"
    )
    container = run_container(BASE_IMAGE, "sh", "-c", f"{KEY}; {ends}; echo AAAAC3Nz; sleep 1000")
    wait_for_lines(engine, container, 6)
    first = follow(container, tail=tail, timestamps=False)
    first.until_said("opened")
    if tail:
        first.until_lines(tail)
    late = follow(container, tail=tail, timestamps=False)
    engine.docker("exec", container, "touch", "/go")
    for live in (first, late):
        live.until_lines(tail + 4)
        texts = [line.decode() for _kind, line in live.lines]
        assert set(texts[: tail + 2]) <= {"•••", "x: •••"}
        assert texts[tail + 2 :] == ["-----END OPENSSH PRIVATE KEY-----", "AAAAC3Nz"]


def wait_for_lines(engine: Engine, container: str, count: int) -> None:
    while len(engine.docker("logs", container).splitlines()) < count:
        time.sleep(0.05)


@pytest.fixture(scope="module")
def leaky(engine: Engine) -> Iterator[str]:
    container = engine.run(BASE_IMAGE, "sh", "-c", f"{SCRIPT}; sleep 1000")
    yield container
    engine.remove_container(container)


def trail(web: Web, name: str) -> list[tuple[str, str]]:
    return [(action, outcome) for action, outcome, _id in recorded(web, name)]


def test_who_may_sees_them_and_nobody_beside_does(web: Web, leaky: str, follow: Follow) -> None:
    before = follow(leaky, timestamps=False)
    before.until_lines(2)
    bare = follow(leaky, timestamps=False, unmasked=True)
    bare.until_lines(2)
    after = follow(leaky, timestamps=False)
    after.until_lines(2)
    assert [bare.lines[0][1], before.lines[0][1], after.lines[0][1]] == [SHOWN, MASKED, MASKED]
    assert [each.until_said("opened")["unmasked"] for each in (bare, before, after)] == [True, False, False]
    assert running(web)["upstreams"] == 2, "one of each kind"


def test_who_may_not_gets_no_line_and_the_trail_has_it(web: Web, leaky: str) -> None:
    with Live(web.url, "/live/logs", cookie=web.sign_in("vesna", "viewer")) as socket:
        code, _sentence = socket.send("open", host="harbour", container=leaky, unmasked=True).until_closed()
    assert (code, socket.lines) == (4403, [])
    assert trail(web, "vesna") == [("logs.unmasked", "refused")]


def test_it_ends_when_the_right_is_taken(web: Web, leaky: str) -> None:
    with Live(web.url, "/live/logs", cookie=web.sign_in("alma", "administrator")) as socket:
        socket.send("open", host="harbour", container=leaky, unmasked=True).until_lines(2)
        web.sign_in("alma", "viewer")
        code, sentence = socket.until_closed(SOON)
    assert (code, sentence) == (4403, "You may no longer read this log.")
    assert trail(web, "alma") == [("logs.unmasked", "succeeded"), ("container.logs", "succeeded")]


def test_many_logs_are_unmasked_where_one_may(
    web: Web,
    engine: Engine,
    tls_engine: Engine,
    cookie: str,
    compose: Callable[..., str],  # noqa: F811
) -> None:
    web.run(
        "from hosts.models import *; host, _new = Host.objects.get_or_create(name='buoy', "
        f"defaults=dict(url={tls_engine.url!r}, state='up')); "
        "group, _new = HostGroup.objects.get_or_create(name='near'); "
        "group.hosts.set(Host.objects.filter(name='harbour')); user = User.objects.create(username='nora'); "
        "RoleAssignment.objects.create(user=user, group=group, role='administrator'); "
        "RoleAssignment.objects.create(user=user, group=None, role='viewer')"
    )
    name = project()
    for where, host in ((engine, "harbour"), (tls_engine, "buoy")):
        compose(where, name, f"at-{host}", f"{SCRIPT}; sleep 100")
        sync(web, where, host)
    with Merged(web.url, "/live/logs", cookie=web.sign_in("nora", "")) as socket:
        socket.send("open", query=f"project={name}", unmasked=True, timestamps=False)
        socket.until(lambda: len(socket.merged) == 4)
    lines = {socket.sources[source]["host"]: line for source, _kind, line in socket.merged if b"login" in line}
    assert lines == {"harbour": SHOWN, "buoy": MASKED}
    assert {each["host"]: each["unmasked"] for each in socket.sources.values()} == {"harbour": True, "buoy": False}
    assert sorted(trail(web, "nora")) == [
        ("container.logs", "succeeded"),
        ("container.logs", "succeeded"),
        ("logs.unmasked", "refused"),
        ("logs.unmasked", "succeeded"),
    ]

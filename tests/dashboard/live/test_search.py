"""A search goes back through all that engines have and all that is kept: each hit once, the newest first."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.dashboard.live.client import Live
from tests.dashboard.live.test_merged import SYNC
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.web import Web

PATH = "/live/logs/search"
# 12,000 lines, which fill several windows; every hundredth has a word.
MANY = "seq 1 12000 | sed 's/^/request /; s/$/ done/; s/00 done/00 failed/'"


class Seeker(Live):
    """`hits` are those that came, with `where` for the name of their log; `done` is how it ended."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.names: dict[int, str] = {}

    def look(self, **asked: Any) -> "Seeker":
        self.said.clear()
        return self.send("search", **asked)

    @property
    def hits(self) -> list[dict[str, Any]]:
        messages = [each for each in self.said if each["type"] == "hits"]
        names = {source["source"]: source["name"] for each in messages for source in each["sources"]}
        return [{**hit, "where": names[hit["source"]]} for each in messages for hit in each["hits"]]

    @property
    def done(self) -> dict[str, Any]:
        return self.until_said("done")


@pytest.fixture
def seek(web: Web, cookie: str) -> Iterator[Callable[..., Seeker]]:
    opened: list[Seeker] = []

    def connect(who: str = cookie) -> Seeker:
        opened.append(Seeker(web.url, PATH, cookie=who))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


@pytest.fixture(scope="module")
def many(web: Web, engine: Engine) -> Iterator[str]:
    """A container that has said much and has ended, and one with another log driver."""
    container = engine.run("--name=talker", BASE_IMAGE, "sh", "-c", f"{MANY}; echo password=hunter22 >&2")
    other = engine.run("--name=packer", "--log-driver=local", BASE_IMAGE, "sh", "-c", MANY)
    for each in (container, other):
        engine.docker("wait", each)
    web.run(SYNC.format(name="harbour", ids=[container, other]))
    yield container
    for each in (container, other):
        engine.remove_container(each)


def test_it_finds_everything_once_newest_first(seek: Callable[..., Seeker], many: str) -> None:
    socket = seek().look(query=f"on=harbour:{many}", filter="failed", most=500)
    assert socket.done["stopped"] is False
    assert [hit["text"] for hit in socket.hits] == [f"request {n}00 failed" for n in range(120, 0, -1)]
    assert socket.done["lines"] == 12001
    assert socket.done["hits"] == 120
    assert {hit["where"] for hit in socket.hits} == {"talker"}


def test_many_logs_are_one_and_paged_by_time(seek: Callable[..., Seeker], many: str) -> None:
    query = "host=harbour&q=er"  # talker, packer and ticker
    socket = seek()
    found: list[dict[str, Any]] = []
    before = ""
    for _page in range(4):
        socket.look(query=query, filter="request failed", most=100, before=before)
        found += socket.hits if socket.done else []
        before = found[-1]["time"]
    assert socket.done["stopped"] is False
    times = [hit["time"] for hit in found]
    assert times == sorted(times, reverse=True)
    for name in ("talker", "packer"):
        assert [hit["text"] for hit in found if hit["where"] == name] == [
            f"request {n}00 failed" for n in range(120, 0, -1)
        ]


def test_a_time_bounds_it(seek: Callable[..., Seeker], many: str) -> None:
    socket = seek().look(query=f"on=harbour:{many}", filter="failed", most=500)
    all_hits = socket.hits if socket.done else []
    since, until = all_hits[79]["time"], all_hits[19]["time"]
    socket.look(query=f"on=harbour:{many}", filter="failed", since=since, until=until)
    assert socket.done
    assert [hit["text"] for hit in socket.hits] == [hit["text"] for hit in all_hits[20:80]]


def test_what_is_hidden_is_not_found_and_the_trail_has_the_search(
    web: Web, seek: Callable[..., Seeker], many: str
) -> None:
    socket = seek(web.sign_in("vanessa", "viewer")).look(query=f"on=harbour:{many}", filter="hunter22")
    assert socket.done["hits"] == 0
    socket.look(query=f"on=harbour:{many}", filter="stream:stderr")
    assert socket.done
    assert [(hit["text"], hit["kind"]) for hit in socket.hits] == [("password=•••", 2)]
    events = "AuditEvent.objects.filter(actor_name='vanessa', action='container.logs.search')"
    told = web.run(f"from hosts.models import *; print([[e.object_id, e.inputs['filter']] for e in {events}])")
    assert told.strip() == str([[many, "stream:stderr"], [many, "hunter22"]])


def test_what_is_unclear_is_said_at_its_place(seek: Callable[..., Seeker]) -> None:
    socket = seek()
    for asked, field in (
        ({}, "filter"),
        ({"filter": "/(/"}, "filter"),
        ({"filter": "a", "since": "yesterday"}, "since"),
        ({"filter": "a", "since": "1h", "until": "2h"}, "until"),
        ({"filter": "a", "query": "host=nowhere"}, "query"),
        ({"filter": "a", "most": 10_000_000}, "most"),
        ({"filter": ["a"]}, "filter"),
    ):
        socket.look(**asked)
        assert socket.until_said("unclear")["field"] == field, asked


def test_who_has_no_role_finds_nothing(web: Web, seek: Callable[..., Seeker], many: str) -> None:
    socket = seek(web.sign_in("stella", "")).look(query=f"on=harbour:{many}", filter="failed")
    assert [each["message"] for each in socket.until_said("searching")["refused"]] == [
        "There is no host “harbour”, or you may not see it."
    ]
    assert socket.done["hits"] == 0
    events = "AuditEvent.objects.filter(actor_name='stella', action='container.logs.search')"
    told = web.run(f"from hosts.models import *; print([e.ending.outcome for e in {events}])")
    assert told.strip() == "['refused']"


def test_it_is_stopped(seek: Callable[..., Seeker], many: str) -> None:
    socket = seek().look(query=f"on=harbour:{many}", filter="-nothing", most=2000)
    socket.until_said("searching")
    socket.send("stop")
    assert socket.done["stopped"]

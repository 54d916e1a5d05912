"""What a browser holds of many logs is each line of each once, in true time, whoever joins, restarts or goes."""

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from hosts.streams.merge import LATE
from tests.dashboard.live.client import Live
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.parts import program
from tests.testbed.web import Web

COUNT = "i=0; while [ $i -lt {many} ]; do echo $i; i=$((i+1)); sleep {pause}; done; sleep 100"
SYNC = """
from hosts.access import Actor, Capability, Target, grant
from hosts.engine.connect import open_engine
from hosts.facts import Noun
from hosts.inventory.write import apply, mark_gone
from hosts.models import Container, Host
from hosts import nudges
host = Host.objects.get(name={name!r})
target = Target("host", host, str(host.pk), host.name)
with open_engine(grant(Actor.shell(), Capability.CONTAINER_VIEW, target)) as engine:
    apply(host, Noun.CONTAINER, [engine.get(Noun.CONTAINER, each).thing for each in {ids!r}])
gone = Container.objects.filter(host=host).exclude(engine_id__in={ids!r})
mark_gone(host, Noun.CONTAINER, list(gone.values_list("engine_id", flat=True)))
nudges.send(f"host.{{host.pk}}", "container")
"""


class Merged(Live):
    """`sources` are those announced by number, `merged` the lines as (source, kind, line)."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.sources: dict[int, dict[str, Any]] = {}
        self.merged: list[tuple[int, int, bytes]] = []

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, str):
            super()._take(message)
            if json.loads(message)["type"] == "sources":
                for source in json.loads(message)["sources"]:
                    self.sources[source["source"]] = source
            return
        head, _newline, rest = message.partition(b"\n")
        said = json.loads(head)
        count = said["count"]
        numbers = [int.from_bytes(rest[count + 2 * at : count + 2 * at + 2], "little") for at in range(count)]
        lines = rest[3 * count :].split(b"\n")
        assert len(lines) == count
        self.merged += zip(numbers, rest[:count], lines, strict=True)
        self.send("ack", seq=said["seq"])

    def of(self, name: str) -> list[int]:
        """The last words of the lines of the containers of this name, in the order in which they came."""
        numbers = {number for number, source in self.sources.items() if source["name"] == name}
        return [int(line.split()[-1]) for number, _kind, line in self.merged if number in numbers]

    def is_ordered(self) -> bool:
        stamps = [line[:30] for _source, kind, line in self.merged if not kind & LATE]
        return stamps == sorted(stamps)


@pytest.fixture
def second(web: Web, tls_engine: Engine) -> str:
    """The name of a host on another engine."""
    web.run(
        "from hosts.models import Host; "
        f"Host.objects.get_or_create(name='buoy', defaults=dict(url={tls_engine.url!r}, state='up'))"
    )
    return "buoy"


@pytest.fixture
def merge(web: Web, cookie: str) -> Iterator[Callable[..., Merged]]:
    opened: list[Merged] = []

    def connect(as_cookie: str = "", **asked: Any) -> Merged:
        opened.append(Merged(web.url, "/live/logs", cookie=as_cookie or cookie))
        opened[-1].send("open", **asked)
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


@pytest.fixture
def compose(engine: Engine, tls_engine: Engine) -> Iterator[Callable[..., str]]:
    """`compose(engine, project, name, script)`: a container of a project."""
    made: list[tuple[Engine, str]] = []

    def run(where: Engine, project: str, name: str, script: str) -> str:
        labels = [f"--label=com.docker.compose.project={project}", f"--label=com.docker.compose.service={name}"]
        made.append((where, where.run(f"--name={project}-{name}", *labels, BASE_IMAGE, "sh", "-c", script)))
        return made[-1][1]

    yield run
    for where, container in made:
        where.docker("rm", "--force", container, check=False)


def sync(web: Web, engine: Engine, name: str = "harbour") -> None:
    """What the watcher does when something begins, ends or goes."""
    ids = engine.docker("ps", "--all", "--quiet", "--no-trunc").split()
    web.run(SYNC.format(name=name, ids=ids))


def project() -> str:
    return f"p{uuid4().hex[:8]}"


def test_forty_logs_of_two_engines_come_in_order_and_whole(
    engine: Engine, tls_engine: Engine, second: str, merge: Callable[..., Merged], compose: Callable[..., str]
) -> None:
    name, lines = project(), 40
    script = COUNT.format(many=lines, pause="0.2")
    made = []
    for number in range(40):
        where, host = (engine, "harbour") if number % 2 else (tls_engine, second)
        made.append((where, host, compose(where, name, f"c{number}", script)))
    live = merge(sources=[{"host": host, "container": container} for _where, host, container in made], tail=10000)
    live.until(lambda: len(live.merged) >= 40 * lines, 120)
    assert live.is_ordered()
    texts = [line for _source, _kind, line in live.merged]
    assert max(Counter(texts).values()) == 1
    assert len(live.sources) == 40
    for where, _host, container in made:
        source = next(number for number, each in live.sources.items() if each["id"] == container)
        command = [program("docker"), "--host", where.url, "logs", "--timestamps", container]
        said = subprocess.run(command, capture_output=True, check=True).stdout.rstrip(b"\n").split(b"\n")
        assert [line for number, _kind, line in live.merged if number == source] == said
    late = sum(1 for _source, kind, _line in live.merged if kind & LATE)
    assert late <= len(live.merged) // 50, f"{late} late of {len(live.merged)}"


def test_the_first_lines_are_the_newest_of_all(
    engine: Engine, merge: Callable[..., Merged], compose: Callable[..., str]
) -> None:
    name = project()
    old = compose(engine, name, "old", "for i in 1 2 3 4 5; do echo $i; done")
    engine.docker("wait", old)
    new = compose(engine, name, "new", "for i in 6 7 8; do echo $i; done")
    engine.docker("wait", new)
    live = merge(sources=[{"host": "harbour", "container": each} for each in (new, old)], tail=5)
    live.until(lambda: sum(each["type"] == "end" for each in live.said) == 2)
    assert [line.split()[-1] for _source, _kind, line in live.merged] == [b"4", b"5", b"6", b"7", b"8"]
    ends = {each["source"]: each for each in live.said if each["type"] == "end"}
    assert {ends[number]["why"] for number in live.sources} == {"stopped"}


def test_who_starts_and_matches_joins_and_who_is_made_anew_keeps_its_name(
    web: Web, engine: Engine, merge: Callable[..., Merged], compose: Callable[..., str]
) -> None:
    name = project()
    first = compose(engine, name, "web", COUNT.format(many=5, pause="0.1"))
    sync(web, engine)
    live = merge(query=f"project={name}")
    live.until(lambda: len(live.of(f"{name}-web")) == 5)
    compose(engine, name, "late", COUNT.format(many=5, pause="0.1"))
    sync(web, engine)
    live.until(lambda: len(live.of(f"{name}-late")) == 5)
    engine.docker("rm", "--force", first)
    second = compose(engine, name, "web", COUNT.format(many=7, pause="0.1"))
    sync(web, engine)
    live.until(lambda: len(live.of(f"{name}-web")) == 12)
    assert live.of(f"{name}-web") == [*range(5), *range(7)]
    assert live.of(f"{name}-late") == list(range(5))
    web_keys = {each["key"] for each in live.sources.values() if each["name"] == f"{name}-web"}
    assert web_keys == {f"harbour/{name}-web"}
    assert [each["id"] for each in live.sources.values() if each["name"] == f"{name}-web"] == [first, second]


def test_a_named_container_that_is_made_anew_is_followed(
    web: Web, engine: Engine, merge: Callable[..., Merged], compose: Callable[..., str]
) -> None:
    name = project()
    first = compose(engine, name, "web", COUNT.format(many=3, pause="0.1"))
    sync(web, engine)
    live = merge(sources=[{"host": "harbour", "container": first[:12]}])
    live.until(lambda: len(live.of(f"{name}-web")) == 3)
    engine.docker("rm", "--force", first)
    compose(engine, name, "web", COUNT.format(many=4, pause="0.1"))
    sync(web, engine)
    live.until(lambda: len(live.of(f"{name}-web")) == 7)
    assert live.of(f"{name}-web") == [*range(3), *range(4)]


def test_a_container_that_runs_again_goes_on_without_a_line_twice(
    web: Web, engine: Engine, merge: Callable[..., Merged], compose: Callable[..., str]
) -> None:
    name = project()
    container = compose(engine, name, "job", "i=0; while [ $i -lt 4 ]; do echo $i; i=$((i+1)); done")
    engine.docker("wait", container)
    sync(web, engine)
    live = merge(query=f"project={name}")
    live.until_said("end")
    engine.docker("start", container)
    sync(web, engine)
    engine.docker("wait", container)
    live.until(lambda: len(live.merged) >= 8)
    live.until(lambda: sum(each["type"] == "end" for each in live.said) >= 2)
    assert live.of(f"{name}-job") == [0, 1, 2, 3] * 2


def test_a_cut_socket_goes_on_where_each_log_stopped(
    engine: Engine, tls_engine: Engine, second: str, merge: Callable[..., Merged], compose: Callable[..., str]
) -> None:
    name = project()
    script = COUNT.format(many=60, pause="0.05")
    made = [("harbour", compose(engine, name, "a", script)), (second, compose(tls_engine, name, "b", script))]
    made.append(("harbour", compose(engine, name, "silent", "sleep 2; echo 0; sleep 100")))
    sources = [{"host": host, "container": container} for host, container in made]
    before = merge(sources=sources)
    before.until(lambda: len(before.merged) >= 30)
    before.close()
    places: dict[str, list[Any]] = {}
    for number, source in before.sources.items():
        stamps = [line.split()[0].decode() for origin, _kind, line in before.merged if origin == number]
        if stamps:
            places[source["id"][:12]] = [stamps[-1], stamps.count(stamps[-1])]
    since = before.merged[0][2].split()[0].decode()
    after = merge(sources=sources, after={"places": places, "since": since})
    after.until(lambda: len(before.merged) + len(after.merged) >= 121)
    for each in ("a", "b"):
        held = [int(line.split()[-1]) for live in (before, after) for line in _lines(live, f"{name}-{each}", made)]
        assert held == list(range(60))


def _lines(live: Merged, name: str, made: list[tuple[str, str]]) -> list[bytes]:
    ids = {container for _host, container in made}
    numbers = {
        number
        for number, source in live.sources.items()
        if source["id"] in ids and (source["name"] == name or source["id"][:12] == source["name"])
    }
    wanted = {"a": 0, "b": 1, "silent": 2}[name.rpartition("-")[2]]
    number = next(number for number in numbers | set(live.sources) if live.sources[number]["id"] == made[wanted][1])
    return [line for origin, _kind, line in live.merged if origin == number]


def test_who_may_not_read_a_host_is_told_and_it_is_in_the_trail(
    web: Web, engine: Engine, second: str, merge: Callable[..., Merged], compose: Callable[..., str]
) -> None:
    name = project()
    container = compose(engine, name, "web", COUNT.format(many=3, pause="0.1"))
    vera = web.sign_in("vera", "")
    web.run(
        "from hosts.models import Host, HostGroup, RoleAssignment, User;"
        "group, _ = HostGroup.objects.get_or_create(name='near');"
        "group.hosts.set(Host.objects.filter(name='harbour'));"
        "RoleAssignment.objects.get_or_create(user=User.objects.get(username='vera'), group=group, role='viewer')"
    )
    asked = [{"host": "harbour", "container": container}, {"host": second, "container": "a" * 64}]
    live = merge(vera, sources=asked)
    said = live.until_said("sources")
    assert [each["id"] for each in said["sources"]] == [container]
    assert len(said["refused"]) == 1
    live.until(lambda: len(live.merged) == 3)
    outcomes = json.loads(
        web.run(
            "import json; from hosts.models import AuditEnding;"
            "print(json.dumps([[e.outcome, e.event.host_name, e.event.inputs['query']] for e in "
            "AuditEnding.objects.filter(event__actor_name='vera', event__action='container.logs')]))"
        )
    )
    assert sorted(outcome for outcome, _host, _query in outcomes) == ["refused", "succeeded"]
    for outcome, host, query in outcomes:
        # The record of one host does not tell its readers what was asked of another.
        assert (container in query, "a" * 64 in query) == (outcome == "succeeded", outcome == "refused"), (host, query)
    web.run("from hosts.models import RoleAssignment; RoleAssignment.objects.filter(user__username='vera').delete()")
    code, sentence = live.until_closed()
    assert (code, bool(sentence)) == (4403, True)


def test_a_query_that_cannot_be_understood_is_answered_in_words(merge: Callable[..., Merged]) -> None:
    code, sentence = merge(query="state=flying").until_closed()
    assert code == 4400
    assert "flying" in sentence
    code, sentence = merge(sources=[{"host": "harbour", "container": f"{at:064x}"} for at in range(101)]).until_closed()
    assert code == 4400
    assert "100" in sentence

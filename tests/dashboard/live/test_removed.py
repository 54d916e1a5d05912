"""A project's past is whole: kept lines of removed containers stand among the others, masked, and for who may read."""

from collections.abc import Callable

from tests.dashboard.live.test_merged import Merged, compose, merge, project, sync  # noqa: F401 - fixtures
from tests.testbed.engine import Engine
from tests.testbed.web import Web

KEEP = """
from hosts.engine.frames import STDOUT, Batch
from hosts.history.columns import stamp
from hosts.history.writer import Writer
from hosts.models import Host, KeptLog
host = Host.objects.get(name="harbour")
kept = KeptLog.objects.create(host=host, engine_id={id!r}, name={name!r}, project={project!r}, service="web",
                              days=9, bytes_each=1 << 30)
lines = [stamp((1_600_000_000 + number) * 10**9) + b"password=canary-5772 %d" % number for number in range(5)]
Writer(kept).write([Batch(bytearray([STDOUT]) * 5, lines)])
"""


def test_kept_lines_of_what_is_gone_are_among_the_others(
    web: Web,
    engine: Engine,
    compose: Callable[..., str],  # noqa: F811
    merge: Callable[..., Merged],  # noqa: F811
) -> None:
    name, gone = project(), "ab" * 32
    compose(engine, name, "web", "for i in 0 1 2; do echo now $i; done; sleep 100")
    sync(web, engine)
    web.run(KEEP.format(id=gone, name=f"{name}-web", project=name))

    live = merge(query=f"project={name}&gone=1", tail=100)
    live.until(lambda: len(live.merged) == 8)
    end = live.until_said("end")
    state = {number: source["state"] for number, source in live.sources.items()}
    assert sorted(state.values()) == ["gone", "running"]
    assert (end["why"], state[end["source"]]) == ("removed", "gone")
    assert [state[source] for source, _kind, _line in live.merged] == ["gone"] * 5 + ["running"] * 3
    assert live.is_ordered()
    assert not any(b"canary" in line for _source, _kind, line in live.merged)
    assert len({source["key"] for source in live.sources.values()}) == 2

    place = live.merged[2][2].split()[0].decode()
    after = {"places": {gone[:12]: [place, 1]}, "since": live.merged[0][2].split()[0].decode()}
    back = merge(query=f"project={name}&gone=1", after=after)
    back.until(lambda: len(back.merged) == 5)
    assert [line.split()[-1] for _source, _kind, line in back.merged] == [b"3", b"4", b"0", b"1", b"2"]

    without = merge(query=f"project={name}", tail=100)
    without.until(lambda: len(without.merged) == 3)
    assert len(without.sources) == 1

    few = merge(query=f"project={name}&gone=1", tail=4)
    few.until(lambda: len(few.merged) == 4)
    assert [line.split()[-1] for _source, _kind, line in few.merged] == [b"4", b"0", b"1", b"2"]

    viewer = merge(as_cookie=web.sign_in("elsa", ""), query=f"project={name}&gone=1")
    viewer.until_said("sources")
    assert viewer.sources == {}

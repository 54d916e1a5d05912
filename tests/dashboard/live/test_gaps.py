"""A browser that comes back is told of lines that the engine dropped meanwhile, and of nothing else."""

from collections.abc import Callable

from tests.dashboard.live.conftest import Follow
from tests.dashboard.live.test_merged import Merged, merge  # noqa: F401 - a fixture
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

SMALL = ("--log-opt=max-size=10k", "--log-opt=max-file=2")
COUNT = "awk 'BEGIN { for (i = 0; i < 2000; i++) print i }'; sleep 100"


def test_what_was_dropped_while_it_was_away_is_a_gap(
    run_container: Callable[..., str],
    engine: Engine,
    follow: Follow,
    merge: Callable[..., Merged],  # noqa: F811
) -> None:
    container = run_container(*SMALL, BASE_IMAGE, "sh", "-c", COUNT)
    whole = follow(container, tail="all")
    whole.until(lambda: whole.lines and whole.lines[-1][1].endswith(b" 1999"))
    first, last = (whole.lines[at][1].split()[0].decode() for at in (0, -1))
    assert int(whole.lines[0][1].split()[-1]) > 0, "the oldest are gone"
    assert not [said for said in whole.said if said["type"] == "gap"]

    old = "2026-01-01T00:00:00.000000000Z"
    back = follow(container, after={"time": old, "lines": 1})
    gap = back.until_said("gap")
    assert gap == {"type": "gap", "since": "2026-01-01T00:00:00.000Z", "until": f"{first[:23]}Z", "why": "away"}
    assert back.lines == [], "it is said before the line behind it"
    many = merge(
        sources=[{"host": "harbour", "container": container}],
        after={"places": {container[:12]: [old, 1]}, "since": old},
    )
    assert many.until_said("gap") == {**gap, "source": 0}

    near = follow(container, after={"time": last, "lines": 1})
    near.until_said("opened")
    engine.docker("kill", container)
    near.until_said("end")
    assert (near.lines, [said for said in near.said if said["type"] == "gap"]) == ([], [])

"""What containers take: read from an answer, hostile ones too, sampled from a real engine, and summed for a host."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts.access import Capability
from hosts.engine import load
from hosts.engine.errors import BadAnswer
from hosts.engine.parse.stats import sample
from hosts.engine.wire import open_wire
from hosts.facts import Sample
from hosts.inventory.load import summed
from tests.fakes.stub_engine import StubEngine
from tests.hosts.engine.ways import host, permit
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

READ = "2026-01-31T12:00:00.5Z"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
anything = st.recursive(
    values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


def answer(usage: Any = 0, detail: Any = None, cpu: Any = 0, **more: Any) -> dict[str, Any]:
    memory = {"usage": usage, "limit": 1000, "stats": detail}
    return {"read": READ, "cpu_stats": {"cpu_usage": {"total_usage": cpu}}, "memory_stats": memory, **more}


@pytest.mark.parametrize(
    ("detail", "memory"),
    [
        ({"inactive_file": 300}, 600),
        ({"total_inactive_file": 400, "inactive_file": 300}, 500),
        ({"inactive_file": 900}, 900),
        ({"inactive_file": -5}, 900),
        ({"inactive_file": "300"}, 900),
        ([300], 900),
        (None, 900),
    ],
)
def test_memory_is_told_without_the_page_cache(detail: Any, memory: int) -> None:
    assert sample(answer(900, detail)).memory == memory


def test_one_answer() -> None:
    found = sample(answer(900, {}, 5_000_000_000))
    assert (found.cpu, found.limit, found.at) == (5_000_000_000, 1000, NOON + timedelta(seconds=0.5))


@pytest.mark.parametrize("raw", [None, [], "no", {}, {"read": "0001-01-01T00:00:00Z"}, {"read": 1e300}])
def test_what_does_not_run_is_no_sample(raw: Any) -> None:
    with pytest.raises(BadAnswer):
        sample(raw)


@given(anything, anything, anything)
def test_hostile_values_are_bounded(memory: Any, cpu: Any, usage: Any) -> None:
    for raw in (answer(usage, memory, cpu), answer(memory_stats=memory), answer(cpu_stats=cpu)):
        found = sample(raw)
        assert 0 <= found.memory < 2**63
        assert 0 <= found.cpu < 2**63


def at(seconds: float, cpu: float, memory: int = 0) -> Sample:
    return Sample(NOON + timedelta(seconds=seconds), int(cpu * 1e9), memory, 4000)


def test_the_containers_of_a_host_are_summed() -> None:
    before = {"a": at(0, 100), "b": at(0, 50), "again": at(0, 70)}
    now = {"a": at(10, 105, 1000), "b": at(20, 60, 200), "again": at(10, 1, 30), "new": at(10, 9, 4)}
    found = summed(now, before, 5)
    assert found.cores == pytest.approx(0.5 + 0.5)
    assert (found.memory, found.limit, found.counted, found.running) == (1234, 4000, 4, 5)


@pytest.mark.parametrize("passed", [-10, 0, 0.1, 3600])
def test_two_samples_too_near_or_too_far_tell_no_cpu(passed: float) -> None:
    assert summed({"a": at(passed, 105, 7)}, {"a": at(0, 100)}, 1).cores is None
    assert summed({}, {}, 0).cores == 0, "nothing runs, which is known"


def test_a_real_engine(engine: Engine, run_container: Callable[..., str]) -> None:
    busy = run_container("--memory=64m", "--cpus=0.5", BASE_IMAGE, "sh", "-c", "while :; do :; done")
    idle = run_container(BASE_IMAGE, "sleep", "1000")
    gone = "f" * 64

    async def look() -> tuple[dict[str, Sample], dict[str, Sample]]:
        async with open_wire(permit(host(engine.url), Capability.CONTAINER_VIEW)) as wire:
            first = await load.samples(wire, [busy, idle, gone], seconds=10)
            await asyncio.sleep(1.5)
            return first, await load.samples(wire, [busy, idle, gone], seconds=10)

    first, second = asyncio.run(look())
    assert set(first) == set(second) == {busy, idle}
    assert second[busy].limit == 64 << 20
    assert 0 < second[busy].memory < 64 << 20
    found = summed(second, first, 3)
    assert found.cores is not None
    assert 0.2 < found.cores < 0.8, "half a CPU, and nearly nothing"


def test_an_engine_that_hangs_costs_no_longer_than_it_may(workspace: Path) -> None:
    with StubEngine(workspace, name="load", containers=1) as stub:
        found, took = _hang(stub)
    assert found == {}
    assert took < 3


def _hang(stub: StubEngine) -> tuple[dict[str, Sample], float]:
    async def look() -> dict[str, Sample]:
        async with open_wire(permit(host(stub.url), Capability.CONTAINER_VIEW)) as wire:
            stub.set_mode("hang")
            return await load.samples(wire, [f"{number:064x}" for number in range(40)], seconds=1)

    began = time.monotonic()
    return asyncio.run(look()), time.monotonic() - began

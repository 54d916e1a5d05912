"""Without Redis the cache goes on in memory: what was added stays added, also for the next request's own cache."""

import pytest

from dashboard.cache import Cache


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a Redis that is not there."""
    monkeypatch.setattr(Cache, "away_until", 0.0)
    return "unix:///nowhere/redis.sock"


def test_it_goes_on_in_memory(nowhere: str) -> None:
    first, second = Cache(nowhere, {}), Cache(nowhere, {})
    assert first.add("lock", True, 30)
    assert not second.add("lock", True, 30)
    first.set("tries", [1.0], 30)
    assert second.get("tries") == [1.0]
    assert second.delete("lock")
    assert first.add("lock", True, 30)
    first.delete_many(["lock", "tries"])
    assert second.get_many(["lock", "tries"]) == {}

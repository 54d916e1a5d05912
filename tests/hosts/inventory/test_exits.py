"""An exit code in words."""

from types import SimpleNamespace
from typing import Any

import pytest

from hosts.inventory.read import exits


def row(state: str = "exited", code: int | None = 0) -> Any:
    return SimpleNamespace(state=state, exit_code=code)


@pytest.mark.parametrize(
    ("code", "short", "why", "failed"),
    [
        (0, "", "without an error", False),
        (1, "error", "an error of its own", True),
        (126, "cannot be run", "cannot be run", True),
        (127, "command not found", "not in the image", True),
        (137, "SIGKILL", "runs out of memory", True),
        (143, "SIGTERM", "normal stop", False),
        (138, "SIGUSR1", "SIGUSR1", True),
        (42, "", "a code of its own", True),
        (-1, "", "a code of its own", True),
    ],
)
def test_a_code_has_a_meaning(code: int, short: str, why: str, failed: bool) -> None:
    found = exits.explain(row(code=code), {})
    assert found is not None
    assert (found.short, found.failed) == (short, failed)
    assert why in found.why
    assert exits.short(code) == short


def test_out_of_memory_is_told_apart_from_a_kill() -> None:
    found = exits.explain(row(code=137), {"oom_killed": True})
    assert found is not None
    assert "memory" in found.why
    assert "limit" in found.todo


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('exec: "nope": executable file not found in $PATH', "not in the image"),
        ("Bind for 0.0.0.0:80 failed: port is already allocated", "taken by another container"),
        ("something else", "could not start it"),
    ],
)
def test_what_could_not_be_started_says_why(said: str, why: str) -> None:
    found = exits.explain(row("created", None), {"error": said})
    assert found is not None
    assert why in found.why


@pytest.mark.parametrize("shown", [row("running"), row("paused"), row("created", None), row("exited", None)])
def test_nothing_is_said_of_what_has_not_ended(shown: Any) -> None:
    assert exits.explain(shown, {}) is None


def test_what_restarts_says_how_it_ended_last() -> None:
    found = exits.explain(row("restarting", 1), {})
    assert found is not None
    assert found.code == 1

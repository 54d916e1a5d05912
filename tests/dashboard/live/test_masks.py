"""Credentials are hidden in what a socket is given, by the built-in rules."""

from collections.abc import Callable

from tests.dashboard.live.conftest import Follow
from tests.testbed.images import BASE_IMAGE


def test_a_live_log_hides_credentials(run_container: Callable[..., str], follow: Follow) -> None:
    script = "echo login password=canary-5772 ok; echo ticket QS-141421 done"
    live = follow(run_container(BASE_IMAGE, "sh", "-c", script), tail="all", timestamps=False)
    live.until_said("end")
    assert [line.decode() for _kind, line in live.lines] == ["login password=••• ok", "ticket QS-141421 done"]

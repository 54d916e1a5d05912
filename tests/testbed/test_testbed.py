"""Do the testbed's parts behave as the real things they are: refuse, freeze, come back, and leave nothing?"""

from tests.testbed.engine import Engine


def test_the_shared_engine_runs_containers(engine: Engine) -> None:
    states = {container["Names"][0]: container["State"] for container in engine.containers()}
    assert states == {"/ticker": "running", "/web": "running", "/failed": "exited"}
    assert engine.inspect("failed")["State"]["ExitCode"] == 3

"""The main pages, by name, for tests that look at each of them."""

from dataclasses import dataclass

from tests.testbed.engine import Engine


@dataclass(frozen=True)
class Place:
    """`lists`: it is a list, whose rows become cards on a phone."""

    name: str
    path: str
    lists: bool = False


def places(local: str, engine: Engine) -> list[Place]:
    """`local` is the name of the host that stands for `engine`."""
    container = engine.inspect("ticker")["Id"]
    here = f"/hosts/{local}"
    return [
        Place("overview", "/"),
        Place("hosts", "/hosts/", lists=True),
        Place("host", f"{here}/"),
        Place("containers", "/containers/", lists=True),
        Place("grouped", "/containers/?group=project", lists=True),
        Place("container", f"{here}/containers/{container}/"),
        Place("log", f"{here}/containers/{container}/logs/"),
        Place("logs", "/logs/?project=shop"),
        Place("images", "/images/", lists=True),
        Place("networks", "/networks/", lists=True),
        Place("volumes", "/volumes/", lists=True),
        Place("jobs", "/jobs/", lists=True),
        Place("people", "/people/", lists=True),
        Place("audit", "/audit/", lists=True),
        Place("search", "/search/?q=a"),
        Place("password", "/accounts/password/change/"),
        Place("stop", f"/do/container.stop?on=container:{local}:{container}"),
    ]

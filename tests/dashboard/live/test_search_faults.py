"""An engine that dies or hangs while it is searched: it is said, the hits stay, and the others are searched on."""

from collections.abc import Callable

import pytest

from tests.dashboard.live.test_merged import SYNC
from tests.dashboard.live.test_search import Seeker, many, seek
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.web import Web

__all__ = ["many", "seek"]
pytestmark = pytest.mark.faults
# Long enough to be in the middle of; every hundred thousandth line has a word, the last ones too.
LONG = 'awk \'BEGIN { for (i = 1; i <= 800000; i++) print "request", i, (i % 100000 ? "done" : "failed") }\''


@pytest.mark.parametrize("fault", ["killed", "frozen"])
def test_an_engine_that_goes_in_the_middle(
    web: Web, seek: Callable[..., Seeker], many: str, spare_engine: Engine, fault: str
) -> None:
    name = f"fragile-{fault}"
    web.add_host(name, spare_engine.url)
    container = spare_engine.run("--name=endless", BASE_IMAGE, "sh", "-c", LONG)
    spare_engine.docker("wait", container)
    web.run(SYNC.format(name=name, ids=[container]))
    try:
        socket = seek().look(query=f"on=harbour:{many}&on={name}:{container}", filter="failed", most=2000)
        # Some windows of it, of the eight times hundred thousand.
        socket.until(lambda: any(each["type"] == "far" and each["lines"] > 50_000 for each in socket.said))
        (spare_engine.kill if fault == "killed" else spare_engine.stop_dead)()
        trouble = socket.until_said("trouble", patience=60)
        assert "endless" in trouble["message"]
        done = socket.until_said("done", patience=60)
        hits = [hit["text"] for hit in socket.hits]
        assert [text for text in hits if "00 failed" in text and int(text.split()[1]) <= 12_000] == [
            f"request {n}00 failed" for n in range(120, 0, -1)
        ]
        assert "request 800000 failed" in hits, "what was found before stays"
        assert len(hits) == len(set(hits)) == done["hits"] < 120 + 8
    finally:
        if fault == "frozen":
            spare_engine.resume()
        web.run(f"from hosts.models import Host; Host.objects.filter(name={name!r}).update(enabled=False)")

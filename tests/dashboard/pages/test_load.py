"""The load of hosts as a page asks for it: measured once for all who look, never for who may not see the host."""

import time
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from hosts.inventory import load
from hosts.models import Host, HostGroup
from tests import cast, rows
from tests.dashboard.pages.conftest import Browse
from tests.dashboard.pages.test_hosts import INFO
from tests.testbed.engine import Engine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_measured() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def known(host: Host, **told: object) -> None:
    made = load.Load(time.time(), **{"cores": 0.96, "memory": 3_100_000_000, "counted": 2, "running": 3, **told})  # type: ignore[arg-type]
    cache.set(f"load-2:{host.pk}:", load._packed(made))


def test_what_was_measured_is_told_to_everybody(browse: Browse) -> None:
    host = rows.host("harbour", info={**INFO, "memory": 16_000_000_000}, url="tcp://127.0.0.1:1")
    known(host)
    ada = cast.ada()
    for address in ("/load/?host=harbour", "/", "/hosts/", "/hosts/harbour/"):
        page = browse(ada, address).text
        assert "<b>12 %</b> of 8</span>" in page
        assert "<b>3.1 GB</b> of 16 GB</span>" in page
        assert "What 2 of its 3 running containers take" in page


@pytest.mark.parametrize(("state", "words"), [("up", "being measured"), ("down", "not known")])
def test_what_is_not_known_is_not_made_up(state: str, words: str, browse: Browse) -> None:
    rows.host("harbour", info=INFO, state=state)
    page = browse(cast.ada(), "/").text
    assert page.count(f'<span class="cell-sub">{words}</span>') == 2
    assert page.count("data-pending") == (2 if state == "up" else 0)


def test_an_engine_that_does_not_answer_is_left_alone_for_a_while(browse: Browse) -> None:
    host = rows.host("harbour", info=INFO, url="tcp://127.0.0.1:1")
    page = browse(cast.ada(), "/load/?host=harbour").text
    assert page.count("not known") == 2
    first = load.last([host.pk])[host.pk].at
    browse(cast.otto(), "/load/?host=harbour")
    assert load.last([host.pk])[host.pk].at == first


def test_a_hidden_host_is_not_there(client: Client) -> None:
    known(rows.host("harbour", HostGroup.objects.create(name="north")))
    client.force_login(cast.otto(HostGroup.objects.create(name="south")))
    assert client.get("/load/?host=harbour").content.strip() == b""


def test_two_looks_at_a_real_engine_tell_the_cpu(engine: Engine, browse: Browse) -> None:
    host = rows.host("harbour", url=engine.url, info=INFO)
    rows.container(host, "ticker", engine_id=engine.inspect("ticker")["Id"])
    ada = cast.ada()
    assert "being measured" in browse(ada, "/load/?host=harbour").text
    assert load.last([host.pk])[host.pk].memory > 0
    time.sleep(1.6)
    page = browse(ada, "/load/?host=harbour").text
    assert "%</b> of 8" in page
    asked = load.last([host.pk])[host.pk].at
    browse(cast.otto(), "/load/?host=harbour")
    assert load.last([host.pk])[host.pk].at == asked, "ten viewers ask once"

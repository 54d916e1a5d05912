"""One page too many is told so, leaves the console in peace, and goes on by itself when there is room again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.watched import PATIENCE, WIDE
from tests.testbed.needs import started
from tests.testbed.web import Web


@pytest.fixture
def web(workspace: Path) -> Iterator[Web]:
    yield from started(Web(workspace, "few-sockets", LIMIT_SOCKETS_PER_SESSION="1"))


def test_a_page_too_many_says_so_and_waits(web: Web, browser: Browser) -> None:
    name, _equals, value = web.sign_in().partition("=")
    context = browser.new_context(viewport=WIDE, base_url=web.url)
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": name, "value": value, "url": web.url}])
    first, second = context.new_page(), context.new_page()
    with first.expect_websocket() as socket:
        first.goto("/hosts/")
    socket.value.wait_for_event("framereceived")
    tries: list[str] = []
    second.on("websocket", lambda opened: tries.append(opened.url))
    second.clock.install()
    second.goto("/hosts/")
    banner = second.locator("#connection")
    second.wait_for_timeout(1000)
    second.clock.fast_forward(2500)
    expect(banner).to_contain_text("Too many pages of the console are open at once")
    second.clock.fast_forward(20_000)
    second.wait_for_timeout(1000)
    assert len(tries) == 1, "it is not tried again at once"
    first.close()
    second.clock.fast_forward(61_000)
    expect(banner).to_be_hidden()
    assert len(tries) == 2
    context.close()

"""Can everything be read, and something be stopped, in a browser without JavaScript?"""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.asking import row
from tests.browser.conftest import OpenContext
from tests.testbed.images import BASE_IMAGE


@pytest.fixture
def plain(open_context: OpenContext, ada: Any) -> Page:
    return open_context(storage_state=ada, java_script_enabled=False).new_page()


def test_lists_and_details_are_read(plain: Page, local: str) -> None:
    for path in (
        "/",
        "/hosts/",
        "/containers/",
        "/images/",
        "/networks/",
        "/volumes/",
        "/jobs/",
        "/audit/",
        "/people/",
    ):
        plain.goto(path)
        expect(plain.get_by_role("heading", level=1)).to_be_visible()
    plain.goto("/containers/")
    plain.get_by_label("Filter by text").fill("ticker")
    plain.get_by_role("button", name="Filter").click()
    expect(plain).to_have_url(re.compile("q=ticker"))
    expect(row(plain, "web")).to_have_count(0)
    row(plain, "ticker").first.get_by_role("link", name="ticker", exact=True).click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("ticker")
    plain.get_by_label("Host", exact=True).select_option(local)
    plain.get_by_role("button", name="Go", exact=True).click()
    expect(plain).to_have_url(re.compile(local))


def test_stop_asks_on_a_page_of_its_own(plain: Page, local: str, run_container: Callable[..., str]) -> None:
    name = f"plain-{uuid4().hex[:6]}"
    run_container(f"--name={name}", BASE_IMAGE, "sleep", "300")
    plain.goto(f"/hosts/{local}/containers/?q={name}")
    stop = row(plain, name).get_by_role("link", name=f"Stop {name}")
    while not stop.count():  # nothing tells such a page that the container runs by now
        plain.reload()
    stop.click()
    expect(plain.get_by_role("heading", level=1)).to_have_text(f"Stop {name}")
    expect(plain.get_by_text("not served until it is started again")).to_be_visible()
    plain.get_by_role("button", name="Stop", exact=True).click()
    expect(plain).to_have_url(re.compile(f"q={name}"))
    expect(plain.get_by_text(f"Stopped {name}.")).to_be_visible()
    expect(row(plain, name).locator(".cell-state")).to_contain_text("exited")


def test_a_sort_and_a_menu_are_links(plain: Page, local: str) -> None:
    plain.goto(f"/hosts/{local}/containers/")
    plain.get_by_role("link", name=re.compile("^Name")).click()
    expect(plain).to_have_url(re.compile("sort=-name"))
    plain.goto("/networks/")
    expect(plain.locator("#make, details.menu summary").first).to_be_visible()

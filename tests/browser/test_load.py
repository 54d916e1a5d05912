"""Do hosts and containers tell how busy they are while somebody looks, and nothing that is not known?"""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Doing
from tests.testbed.images import BASE_IMAGE

PERCENT = re.compile(r"^\d+(\.\d)? % of \d+")
MEMORY = re.compile(r"^[\d.]+ [kMG]?B of [\d.]+ [MG]B")


def test_the_load_is_told_where_somebody_looks(
    page: Page, local: str, doing: Doing, run_container: Callable[..., str]
) -> None:
    busy = run_container("--cpus=0.5", "--memory=64m", BASE_IMAGE, "sh", "-c", "while :; do :; done")
    doing.add_host("cellar", "tcp://127.0.0.1:1")
    page.goto("/")
    shown = page.locator("#hosts tbody tr", has=page.get_by_role("link", name=local, exact=True))
    expect(shown.locator(".load").first).to_have_text(PERCENT)
    expect(shown.locator(".load").last).to_have_text(MEMORY)
    away = page.locator("#hosts tbody tr", has=page.get_by_role("link", name="cellar", exact=True))
    expect(away.locator(".load").first).to_contain_text("not known")
    doing.remove_host("cellar")

    page.goto(f"/hosts/{local}/")
    expect(page.locator(".object-facts .load").first).to_have_text(PERCENT)
    page.goto("/hosts/")
    expect(page.locator("tbody .load").first).to_have_text(PERCENT)

    page.goto(f"/hosts/{local}/containers/{busy}/")
    expect(page.locator("#load-memory")).to_have_text(re.compile(r"^[\d.]+ [kM]B of 67.1 MB"))
    expect(page.locator("#load-cpu")).to_have_text(re.compile(r"^[2-7]\d(\.\d)? %$"))

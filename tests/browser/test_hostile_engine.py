"""Does nothing that an engine says get executed, and does a broken engine leave every page readable and fast?"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Doing, OpenContext
from tests.browser.looked_at import SHOTS
from tests.fakes.modes import Mode
from tests.fakes.stub_engine import StubFleet

# The server's own time for a page, on a machine that runs other tests besides: the promise is 500 ms.
SLOWEST = 0.5
PWNED = "window.pwned !== undefined || document.title.includes('49') || !!document.querySelector('[onerror],[onload]')"


BROKEN = (Mode.GARBAGE, Mode.HALF, Mode.WRONG, Mode.HUGE, Mode.HANG, Mode.OLD)


@pytest.fixture(scope="module")
def stubs(workspace: Path, doing: Doing) -> Iterator[None]:
    """Hosts named stub-<mode>, behind each a made-up engine that misbehaves in that way."""
    modes = (Mode.HTML, *BROKEN)
    with StubFleet(workspace, engines=len(modes), containers=20) as fleet:
        for mode, engine in zip(modes, fleet.handles, strict=True):
            engine.set_mode(mode)
            doing.add_host(f"stub-{mode}", engine.url)
        yield
        for mode in modes:
            doing.remove_host(f"stub-{mode}")


@pytest.fixture
def stub(stubs: None, request: pytest.FixtureRequest, page: Page) -> str:
    """The name of the host that misbehaves as `request.param` says, once the watcher knows what to think of it."""
    name = f"stub-{request.param}"
    page.goto(f"/hosts/{name}/")
    expect(page.locator("#live .object-state .state")).not_to_contain_text("unknown", timeout=40_000)
    return name


@pytest.mark.parametrize("stub", [Mode.HTML], indirect=True)
def test_every_page_of_a_hostile_engine(stub: str, open_context: OpenContext, ada: Any) -> None:
    context = open_context(storage_state=ada)
    context.faults.expect("status of 40[04]")  # type: ignore[attr-defined]
    scripts: set[str] = set()
    context.on("request", lambda sent: scripts.add(sent.url) if sent.resource_type in {"script", "image"} else None)
    page = context.new_page()
    page.goto("/hosts/")
    own = set(scripts)
    seen: set[str] = set()
    to_see = [f"/hosts/{stub}/", f"/hosts/{stub}/containers/?cols=&size=200", "/containers/", "/search/?q=script"]
    texts = ""
    while to_see and len(seen) < 40:
        path = to_see.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in {200, 400, 404}, f"{path}: {answer.status}"
        assert not page.evaluate(PWNED), path
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        texts += page.locator("body").inner_text()
        links = page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
        inside = [link for link in links if link.startswith(f"/hosts/{stub}/") and "?" not in link]
        kinds = {link.split("/")[3] for link in inside}
        for kind in kinds:  # a few of each kind: each text of theirs is as bad as the others
            to_see += [link for link in inside if link.split("/")[3] == kind][:6]
        outward = [link for link in links if re.match("(?i)(javascript|data|vbscript):", link)]
        assert not outward, f"{path}: {outward}"
    assert len(seen) >= 20, seen
    assert "<script>window.pwned=1</script>" in texts, "it should be shown as it was written"
    elsewhere = {url for url in scripts - own if "/static/" not in url}
    assert not elsewhere


@pytest.mark.parametrize("stub", [Mode.HTML], indirect=True)
def test_dialogs_and_menus_about_hostile_names(stub: str, page: Page) -> None:
    page.goto(f"/hosts/{stub}/containers/")
    menu = page.locator("tbody details.menu").first
    menu.locator("summary").click()
    expect(menu.locator(".menu-item").nth(2)).to_be_visible()
    menu.locator(".menu-item", has_text="Remove").click()
    expect(page.locator("#dialog[open]")).to_be_visible()
    assert not page.evaluate(PWNED)
    page.keyboard.press("Escape")
    page.locator("#search").click()
    page.locator("#palette-input").fill("pwned")
    expect(page.locator("#palette-hits .hit").first).to_be_visible()
    assert not page.evaluate(PWNED)


@pytest.mark.parametrize("stub", BROKEN, indirect=True)
def test_what_is_wrong_is_said_and_pages_stay_fast(stub: str, page: Page) -> None:
    page.goto(f"/hosts/{stub}/")
    page.screenshot(path=SHOTS / f"{stub}.png")
    if "up" not in page.locator("#live .object-state .state").inner_text():
        notice = page.locator("#live .notice")
        expect(notice.first).to_be_visible()
        words = notice.first.inner_text()
        assert len(words) > 40, words
        assert not re.search("Traceback|Error\\(|Exception|errno", words), words
    for path in (f"/hosts/{stub}/", f"/hosts/{stub}/containers/", "/", "/hosts/", "/containers/", "/images/"):
        took = [server_seconds(page, path) for _turn in range(3)]
        assert min(took) < SLOWEST, f"{path}: {took}"


def server_seconds(page: Page, path: str) -> float:
    begun = time.monotonic()
    answer = page.request.get(path)
    assert answer.status == 200, path
    return time.monotonic() - begun

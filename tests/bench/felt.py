"""What a person feels in a browser: bytes of a page, what jumps, and how soon a click shows, over 10 hosts' containers.

Chromium asks the web process as people run it, on this machine; nobody has to wait for a network.
"""

import statistics
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.bench.figures import Figure
from tests.bench.pages import READ_ALL, Released
from tests.browser import felt
from tests.browser.watched import WIDE, launch
from tests.fakes.stub_engine import StubFleet
from tests.testbed.workspace import make_workspace, remove_workspace

NAME = "felt"
LISTS = ("/containers/", "/images/", "/networks/", "/volumes/", "/jobs/", "/hosts/", "/audit/", "/")
TIMES = 11
BLINK = 100.0
TEN = "/containers/?host=host-0&q=web-1"


def run() -> list[Figure]:
    workspace = make_workspace()
    try:
        with StubFleet(workspace, engines=10, containers=500) as stubs, Released(workspace) as web:
            for number, stub in enumerate(stubs.handles):
                web.add_host(f"host-{number}", stub.url)
            web.run(READ_ALL)
            name, _equals, value = web.sign_in().partition("=")
            with sync_playwright() as playwright:
                browser = launch(playwright)
                context = browser.new_context(viewport=WIDE, base_url=web.url)
                context.add_cookies([{"name": name, "value": value, "domain": urlsplit(web.url).hostname, "path": "/"}])
                figures = measure(context)
                browser.close()
            return figures
    finally:
        remove_workspace(workspace)


def measure(context: BrowserContext) -> list[Figure]:
    felt.watch_shifts(context)
    page = context.new_page()
    sent, again, moved = 0, 0, 0.0
    for number, path in enumerate(LISTS * 2):
        page.goto(path, wait_until="networkidle")
        files = felt.assets(page)
        sent = max(sent, sum(size for _name, size, _over in files))
        if number >= len(LISTS):
            again = max(again, sum(over for _name, _size, over in files))
        moved = max(moved, felt.shift(page)[0])
    return [
        Figure("files of a list page, compressed, at most", sent / 1000, "kB", 150.0, grain=1),
        Figure("the same, on the second visit, over the network", again / 1000, "kB", 0.0),
        Figure("cumulative layout shift, at most", moved, "", 0.02, grain=0.005),
        *clicks(page),
    ]


def clicks(page: Page) -> list[Figure]:
    """From the click to the frame that shows what it brought, in a list of ten rows and in a full one of fifty."""

    def median(path: str, selector: str) -> float:
        page.goto(path, wait_until="networkidle")
        return statistics.median(felt.click(page, selector) for _time in range(TIMES))

    def opened(pressed: int) -> float:
        page.goto(TEN, wait_until="networkidle")
        return felt.follow(page, "td.cell-name a", pressed)

    def opening(pressed: int = felt.PRESSED) -> float:
        return statistics.median(opened(pressed) for _time in range(TIMES))

    return [
        Figure("click to new content: sorting ten containers, median", median(TEN, "th .sort"), "ms", BLINK),
        Figure("the same, filtering them", median(TEN, ".chip[hx-get]"), "ms", BLINK),
        Figure("the same, opening one, asked for while the button is down", opening(), "ms", BLINK),
        Figure("the same, opening one by a key", opening(0), "ms", 1.5 * BLINK),
        Figure(
            "the same, sorting a full page of fifty out of 5000", median("/containers/", "th .sort"), "ms", 2 * BLINK
        ),
        Figure("the same, filtering it", median("/containers/", ".chip[hx-get]"), "ms", 2 * BLINK),
    ]

"""One console, one set of engines and one browser for the whole run; each test gets a page of its own."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.console import Console
from tests.browser.looked_at import SHOTS, what_is_wrong
from tests.browser.watched import CHROMIUM, PATIENCE, WIDE, Faults, launch
from tests.testbed.engine import Engine
from tests.testbed.needs import started, without
from tests.testbed.parts import MissingPartError

ADA = ("ada", "harbour-lights-7")

OpenContext = Callable[..., BrowserContext]


# As a person meets things; what looks at the empty console comes before there is a host. Each also runs alone.
ORDER = ("setup", "hosts", "containers")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
    places = {f"test_{name}.py": place for place, name in enumerate(ORDER)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        without(MissingPartError("A browser is needed: apt-get install chromium"))
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def console(workspace: Path) -> Iterator[Console]:
    """Started as a user does, with nobody and no host in it; nothing is left of it afterwards."""
    yield from started(Console(workspace))


@pytest.fixture(scope="session")
def ada(console: Console, browser: Browser) -> Any:
    """The administrator, made in the browser by the one-time link: what a context needs to be signed in as her."""
    link = console.setup_link
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(link)
    faults = what_is_wrong(page, "set-up")
    assert not faults, "\n".join(faults)
    page.get_by_label("User name").fill(ADA[0])
    page.get_by_label("Password", exact=True).fill(ADA[1])
    page.get_by_label("Password again").fill(ADA[1])
    page.get_by_role("button", name="Create the administrator").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connect your first host")
    state = context.storage_state()
    context.close()
    return state


class Doing:
    """What Ada does without looking: much faster than by clicking, or by a command that starts a Python of its own."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.request = context.request
        self.url = url
        token = re.search('name="csrf-token" content="([^"]+)"', self.request.get(f"{url}/jobs/").text())
        self.headers = {"X-CSRFToken": token[1] if token else "", "Referer": url}

    def do(self, operation: str, **fields: str) -> None:
        answer = self.request.post(f"{self.url}/do/{operation}", form={"_sure": "1", **fields}, headers=self.headers)
        assert answer.ok, f"{operation}: {answer.status} {answer.text()[:2000]}"

    def add_host(self, name: str, url: str, **fields: str) -> None:
        self.do("host.add", name=name, url=url, **fields)

    def remove_host(self, name: str) -> None:
        self.do("host.remove", on=f"host:{name}:")


@pytest.fixture(scope="session")
def doing(console: Console, browser: Browser, ada: Any) -> Iterator[Doing]:
    context = browser.new_context(storage_state=ada)
    yield Doing(context, console.url)
    context.close()


@pytest.fixture(scope="session")
def local(doing: Doing, engine: Engine) -> str:
    """The name of the host that stands for `engine`."""
    doing.add_host("local", engine.url)
    return "local"


@pytest.fixture
def open_context(console: Console, browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenContext]:
    """`open_context(**options)`: a browser context whose faults fail the test; `context.faults` may expect some."""
    opened: list[tuple[BrowserContext, Faults]] = []

    def open_one(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": WIDE, "base_url": console.url, **options})
        context.set_default_timeout(PATIENCE)
        faults = Faults(console.url)
        faults.watch(context)
        context.faults = faults  # type: ignore[attr-defined]
        opened.append((context, faults))
        return context

    yield open_one
    for number, (context, _faults) in enumerate(opened):
        if request.node.stash.get(FAILED, False):
            for each, page in enumerate(context.pages):
                page.screenshot(path=SHOTS / f"failed-{request.node.name}-{number}{each}.png")
        context.close()
    found = [fault for _context, faults in opened for fault in faults.unexpected()]
    assert not found, "\n".join(found)


@pytest.fixture
def faults(context: BrowserContext) -> Faults:
    """The faults of this test's own context."""
    found: Faults = context.faults  # type: ignore[attr-defined]
    return found


@pytest.fixture
def context(open_context: OpenContext, ada: Any) -> BrowserContext:
    return open_context(storage_state=ada)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A wide page of Ada's."""
    return context.new_page()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.when == "call":  # type: ignore[attr-defined]
        item.stash[FAILED] = report.failed  # type: ignore[attr-defined]
    return report

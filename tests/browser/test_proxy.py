"""Behind nginx or Caddy, which end TLS, and below a path: pages, files, cookies, sockets, redirects, POSTs."""

import contextlib
import http.client
import re
import ssl
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser.asking import confirm, dialog, row, state
from tests.browser.behind import PREFIX, STRIPS, Behind, make_ada, sign_in
from tests.browser.conftest import Doing
from tests.browser.looked_at import SHOTS
from tests.browser.watched import PATIENCE, WIDE, Faults
from tests.testbed.caddy import Caddy
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.needs import started
from tests.testbed.nginx import Nginx
from tests.testbed.process import free_port

PLACES = (
    "",
    "hosts/",
    "containers/",
    "images/",
    "networks/",
    "volumes/",
    "jobs/",
    "people/",
    "audit/",
    "logs/",
    "history/",
)
ADDRESSES = """() => [...document.querySelectorAll('*')].flatMap((element) => [...element.attributes])
    .filter(({ name }) => /^(href|src|action|formaction|hx-(get|post)|data-[a-z-]+)$/.test(name))
    .filter(({ value }) => /^[/](?![/])/.test(value))
    .map(({ name, value }) => `${name}=${value}`)"""


@pytest.fixture(scope="module")
def behind(workspace: Path) -> Iterator[Behind]:
    public, stripping, caddy = free_port(), free_port(), free_port()
    for console in started(Behind(workspace, public, stripping, caddy)):
        more = STRIPS.format(port=stripping)
        for _nginx in started(Nginx(workspace, console.port, public, more)):
            yield console


@pytest.fixture(scope="module")
def caddy(behind: Behind, workspace: Path) -> Iterator[str]:
    """The console's address behind Caddy."""
    for _caddy in started(Caddy(workspace, behind.port, behind.caddy)):
        yield behind.caddy_url


@pytest.fixture(scope="module")
def ada(behind: Behind, browser: Browser, engine: Engine) -> Any:
    """She, who has connected a host."""
    context = browser.new_context(viewport=WIDE, ignore_https_errors=True, base_url=f"{behind.url}/")
    make_ada(context.new_page(), behind)
    Doing(context, behind.url).add_host("local", engine.url)
    signed_in = context.storage_state()
    context.close()
    return signed_in


@pytest.fixture
def visitor(behind: Behind, browser: Browser, ada: Any) -> Iterator[BrowserContext]:
    yield from visit(behind.url, browser, ada)


@pytest.fixture
def caddys_visitor(caddy: str, browser: Browser, ada: Any) -> Iterator[BrowserContext]:
    """Her cookies are for the name, whatever the port."""
    yield from visit(caddy, browser, ada)


def visit(url: str, browser: Browser, ada: Any) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=WIDE, ignore_https_errors=True, base_url=f"{url}/", storage_state=ada)
    context.set_default_timeout(PATIENCE)
    # A request outside of the prefix is a fault.
    faults = Faults(url)
    faults.watch(context)
    context.faults = faults  # type: ignore[attr-defined]
    yield context
    context.close()
    assert not faults.unexpected(), "\n".join(faults.unexpected())


def test_everything_works_below_a_path(visitor: BrowserContext, engine: Engine) -> None:
    walk(visitor.new_page(), engine)


def test_and_behind_caddy(caddys_visitor: BrowserContext, engine: Engine) -> None:
    walk(caddys_visitor.new_page(), engine)


def walk(page: Page, engine: Engine) -> None:
    """Each page, the socket of updates, a POST, and a socket of lines."""
    container = engine.run("--name=proxied", BASE_IMAGE, "sh", "-c", "while :; do echo a line; sleep 0.2; done")
    try:
        for place in PLACES:
            page.goto(place)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            astray = [one for one in page.evaluate(ADDRESSES) if not one.partition("=")[2].startswith(f"{PREFIX}/")]
            assert not astray, f"{place}: {astray}"
        page.goto("hosts/local/containers/")
        state(page, "proxied", "running")
        row(page, "proxied").get_by_role("link", name="Stop proxied").click()
        dialog(page).get_by_label("Seconds to wait").fill("0")
        confirm(page, "Stop")
        state(page, "proxied", "exited")
        engine.docker("start", "proxied")
        state(page, "proxied", "running")
        page.goto(f"hosts/local/containers/{container}/logs/")
        expect(page.locator("#log-view")).to_contain_text("a line")
        page.goto("audit/?action=container.stop")
        page.locator("tbody tr").first.get_by_role("link").first.click()
        expect(page.locator("main")).to_contain_text("127.0.0.1")
    finally:
        engine.remove_container(container)


def ask(behind: Behind, path: str, port: int = 0, **headers: str) -> http.client.HTTPResponse:
    """The answer to a GET by nobody, through nginx or Caddy with TLS, or at another port without."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    unchecked = ssl._create_unverified_context()
    connection = (
        http.client.HTTPConnection("localhost", port)
        if port not in (0, behind.caddy)
        else http.client.HTTPSConnection("localhost", port or behind.public, context=unchecked)
    )
    with contextlib.closing(connection):
        connection.request("GET", path, headers=named)
        return connection.getresponse()


def test_redirects_and_files_keep_the_prefix(behind: Behind, caddy: str) -> None:
    for where in (0, behind.stripping, behind.caddy):
        answer = ask(behind, f"{PREFIX}/images/?q=x", where)
        assert (answer.status, answer.headers["Location"]) == (
            302,
            f"{PREFIX}/accounts/login/?next={PREFIX}/images/%3Fq%3Dx",
        )
        page = ask(behind, f"{PREFIX}/accounts/login/", where)
        assert page.status == 200
        assert "Path=/quayside" in page.headers["Set-Cookie"]
    assert ask(behind, PREFIX).headers["Location"] == f"{behind.url}/"
    # Without the proxy's own redirect, too.
    whole = ask(behind, PREFIX, behind.port, X_Forwarded_Proto="https").headers["Location"]
    assert whole == f"{PREFIX}/accounts/login/?next={PREFIX}/"
    assert ask(behind, PREFIX, behind.caddy).headers["Location"] == f"{PREFIX}/"
    assert ask(behind, "/elsewhere/").status == ask(behind, "/elsewhere/", behind.caddy).status == 404
    assert ask(behind, f"{PREFIX}side/", behind.port, X_Forwarded_Proto="https").status in (302, 404)


def test_files_come_compressed_and_are_kept_for_good(behind: Behind, visitor: BrowserContext) -> None:
    page = visitor.new_page()
    page.goto("jobs/")
    sheets = [str(link.get_attribute("href")) for link in page.locator("link[rel=stylesheet]").all()]
    assert sheets
    for address in sheets:
        answer = ask(behind, urlsplit(address).path, Accept_Encoding="gzip, deflate, br")
        assert re.search(r"/static/[\w/-]+\.[0-9a-f]{12}\.css$", address)
        assert answer.headers["Content-Encoding"] == "br"
        assert "immutable" in answer.headers["Cache-Control"]
        assert "max-age=315360000" in answer.headers["Cache-Control"]


def test_a_foreign_page_opens_no_socket(behind: Behind) -> None:
    for origin, status in ((f"https://localhost:{behind.public}", 101), ("https://localhost", 403)):
        answer = ask(
            behind,
            f"{PREFIX}/live/updates",
            Origin=origin,
            Connection="Upgrade",
            Upgrade="websocket",
            Sec_WebSocket_Version="13",
            Sec_WebSocket_Key="MDEyMzQ1Njc4OWFiY2RlZg==",
        )
        assert answer.status == status


# As if the console that answers were a newer one than the page's.
OTHER_VERSION = """() => {
    document.querySelector('meta[name=version]').content = 'older';
    document.querySelector('#live').dataset.live += ' audit';
    document.dispatchEvent(new Event('htmx:afterSettle'));
}"""


class Sleeper:
    """A page that can be put out of sight and frozen, as a browser does with one in a sleeping laptop."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.line = page.context.new_cdp_session(page)

    def sleep(self) -> None:
        self.line.send("Page.setWebLifecycleState", {"state": "frozen"})

    def wake(self) -> None:
        stir = partial(self.line.send, "Page.setWebLifecycleState", {"state": "active"})
        for step in (stir, self.page.bring_to_front):
            try:
                step()
            except Error as error:
                # It may be on its way to another page before it can say that it is awake.
                if "Not attached to an active page" not in error.message:
                    raise


def test_a_page_left_open_over_night_is_right_in_the_morning(
    behind: Behind, visitor: BrowserContext, engine: Engine
) -> None:
    visitor.faults.expect("status of 502|WebSocket connection")  # type: ignore[attr-defined]
    page, other = visitor.new_page(), visitor.new_page()
    page.goto("containers/?q=night")
    page.evaluate("window.isTheSame = true")
    sleeper = Sleeper(page)
    sleeper.sleep()
    behind.stop()
    container = engine.run("--name=night-shift", BASE_IMAGE, "sleep", "600")
    try:
        behind.start()
        sleeper.wake()
        state(page, "night-shift", "running")
        assert page.evaluate("window.isTheSame"), "the page went on where it was"
        expect(page.locator("#connection")).to_be_hidden()
        page.evaluate(OTHER_VERSION)
        page.wait_for_function("() => !window.isTheSame")
        state(page, "night-shift", "running")
        sleeper.sleep()
        other.goto("jobs/")
        other.locator(".user-button").click()
        other.get_by_role("button", name="Sign out").click()
        sleeper.wake()
        expect(page).to_have_url(f"{behind.url}/accounts/login/?next={PREFIX}/containers/%3Fq%3Dnight")
        sign_in(page)
        state(page, "night-shift", "running")
    finally:
        engine.remove_container(container)


def test_the_installed_app_says_when_the_console_is_away(behind: Behind, browser: Browser) -> None:
    """At the console's own address: a worker needs a certificate that the machine trusts, or this machine."""
    context = browser.new_context(viewport=WIDE)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    here = f"http://127.0.0.1:{behind.port}{PREFIX}"
    page.goto(f"{here}/accounts/login/")
    page.evaluate(
        """async (scope) => {
            await navigator.serviceWorker.register(`${scope}away.js`, { scope });
            await navigator.serviceWorker.ready;
        }""",
        f"{PREFIX}/",
    )
    kept = page.evaluate(
        "async () => (await (await caches.open('away')).keys()).map(({ url }) => new URL(url).pathname)"
    )
    assert f"{PREFIX}/away/" in kept
    assert all(path.startswith((f"{PREFIX}/away/", f"{PREFIX}/static/")) for path in kept), "no page is kept"
    behind.stop()
    page.goto(f"{here}/containers/")
    expect(page.get_by_role("heading", level=1)).to_have_text("The console cannot be reached")
    expect(page.locator(".plain-card")).to_have_css("border-top-style", "solid")  # its style sheet is there, too
    page.screenshot(path=SHOTS / "reach-away.png")
    behind.start()
    expect(page).to_have_url(f"{here}/accounts/login/?next={PREFIX}/containers/")
    context.close()

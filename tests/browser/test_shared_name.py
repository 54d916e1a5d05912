"""Cookies know no ports: what does a container get that publishes one under the console's name, and under another?"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import ADA, OpenContext
from tests.browser.console import Console
from tests.browser.watched import CHROMIUM, FLAGS, Faults
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.needs import started
from tests.testbed.process import free_port, wait_until

# Shows the cookies that came with the request, and sets one of our name for a part of the console.
SERVES = """
rm -f /srv/index.html; mkdir -p /srv/cgi-bin
cat > /srv/cgi-bin/index.cgi <<'END'
#!/bin/sh
printf 'Content-Type: text/html\\r\\nSet-Cookie: quayside_session=planted; Path=/volumes\\r\\n\\r\\n'
echo "<!doctype html><link rel=icon href=data:,><title>port</title><p id=got>got [$HTTP_COOKIE]</p>"
END
chmod 755 /srv/cgi-bin/index.cgi; exec httpd -f -h /srv
"""
NAMED, PORTS = "console.test", "apps.test"


@pytest.fixture(scope="module")
def port(engine: Engine) -> Iterator[int]:
    """Where a container's server answers, at all names of the machine."""
    number = free_port()
    engine.docker("network", "create", "shared-name")
    made = engine.run("--name=listens", "--network=shared-name", f"--publish={number}:80", BASE_IMAGE,
                      "sh", "-c", SERVES)  # fmt: skip
    yield number
    engine.remove_container(made)
    engine.docker("network", "rm", "shared-name")


class Named(Console):
    """The console by a name that nothing else has."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "named", ALLOWED_HOSTS=f"{NAMED},127.0.0.1", PORTS_HOST=PORTS)
        self.url = f"http://{NAMED}:{self.port}"
        self.environment["ORIGINS"] = self.url


@pytest.fixture(scope="module")
def named(workspace: Path) -> Iterator[Console]:
    yield from started(Named(workspace))


@pytest.fixture(scope="module")
def resolving(browser: Browser) -> Iterator[Browser]:
    """A browser for which both names are this machine."""
    rules = f"--host-resolver-rules=MAP {NAMED} 127.0.0.1, MAP {PORTS} 127.0.0.1"
    other = browser.browser_type.launch(executable_path=CHROMIUM, headless=True, args=[*FLAGS[1:], rules])
    yield other
    other.close()


def opened(page: Page, name: str, number: int) -> str:
    """What the container says that it got, opened by the console's own link."""
    link = page.locator("a.port-link")
    expect(link).to_have_attribute("href", f"http://{name}:{number}/")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    with page.context.expect_page() as came:
        link.click()
    got = came.value.locator("#got")
    expect(got).to_be_visible()
    text = got.inner_text()
    came.value.close()
    return text


def is_listed(page: Page, host: str) -> bool:
    page.goto(f"/hosts/{host}/containers/?q=listens")
    return page.get_by_role("link", name="listens", exact=True).count() == 1


def container(page: Page, host: str) -> None:
    page.goto(f"/hosts/{host}/containers/?q=listens")
    page.get_by_role("link", name="listens", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("listens")


def test_by_the_consoles_own_link_it_gets_no_session(
    page: Page, context: BrowserContext, faults: Faults, local: str, port: int
) -> None:
    faults.expect(f"http://(localhost|127.0.0.1):{port}/|400")
    wait_until(lambda: is_listed(page, local), 60)
    container(page, local)
    assert opened(page, "localhost", port) == "got []"
    page.goto("/volumes/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Volumes")
    # What remains on a shared name, and is said on the first page.
    page.goto("/")
    expect(page.locator("#shared-name")).to_contain_text(re.compile(r"publish(es)? ports at 127\.0\.0\.1"))
    expect(page.locator("#shared-name").get_by_role("link", name="listens")).to_be_visible()
    there = context.new_page()
    there.goto(f"http://127.0.0.1:{port}/")
    expect(there.locator("#got")).to_contain_text("quayside_session=")
    # It has planted a session for a part of the console: that is taken for nobody's, and both are deleted.
    page.goto("/volumes/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in again")
    ours = [cookie["name"] for cookie in context.cookies() if cookie.get("domain") == "127.0.0.1"]
    assert "quayside_session" not in ours
    page.goto("/volumes/")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_by_a_name_of_its_own_the_console_keeps_its_cookies(
    resolving: Browser, named: Console, engine: Engine, port: int
) -> None:
    context = resolving.new_context(base_url=named.url)
    page = context.new_page()
    page.goto(named.setup_link.replace("127.0.0.1", NAMED))
    page.get_by_label("User name").fill(ADA[0])
    page.get_by_label("Password", exact=True).fill(ADA[1])
    page.get_by_label("Password again").fill(ADA[1])
    page.get_by_role("button", name="Create the administrator").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connect your first host")
    named.manage("hosts", "add", "own", engine.url)
    wait_until(lambda: is_listed(page, "own"), 60)
    container(page, "own")
    assert opened(page, PORTS, port) == "got []"
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("#shared-name")).to_have_count(0)
    page.goto("/volumes/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Volumes")
    context.close()


def test_a_stranger_does_not_lock_a_known_browser_out(open_context: OpenContext, console: Console, ada: object) -> None:
    """She signed in here before; somebody else guesses from the same address, and she still gets in."""
    hers = open_context()
    page = hers.new_page()

    def sign_in(where: Page, password: str) -> None:
        where.goto("/accounts/login/")
        where.get_by_label("User name").fill(ADA[0])
        where.get_by_label("Password").fill(password)
        where.get_by_role("button", name="Sign in").click()

    sign_in(page, ADA[1])
    expect(page).to_have_url(f"{console.url}/")
    page.locator(".user-button").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    stranger = open_context().new_page()
    for _each in range(6):
        sign_in(stranger, "not-hers-42")
    expect(stranger.get_by_text("Too many failed sign-ins")).to_be_visible()
    sign_in(stranger, ADA[1])
    expect(stranger.get_by_text("Too many failed sign-ins")).to_be_visible()
    sign_in(page, ADA[1])
    expect(page).to_have_url(f"{console.url}/")

"""Does the printed link make the first administrator, once, and is everything else shut meanwhile?"""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import ADA, OpenContext
from tests.browser.console import Console
from tests.browser.looked_at import what_is_wrong


def test_the_link_works_once(console: Console, ada: Any, open_context: OpenContext) -> None:
    context = open_context()
    context.faults.expect("status of 410")  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(console.setup_link)
    expect(page.get_by_role("heading", level=1)).to_have_text("The link has ended")
    expect(page.get_by_text("manage.py setup_link")).to_be_visible()


def test_nobody_sees_anything_without_signing_in(console: Console, open_context: OpenContext) -> None:
    page = open_context().new_page()
    for path in ("/", "/hosts/", "/containers/", "/audit/", "/people/", "/do/host.add"):
        page.goto(path)
        expect(page).to_have_url(f"{console.url}/accounts/login/?next={path}")


def test_wrong_password_then_the_right_one(ada: Any, open_context: OpenContext) -> None:
    page = open_context().new_page()
    page.goto("/containers/?state=running")
    page.get_by_label("User name").fill(ADA[0])
    page.get_by_label("Password").fill("not-this-one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("User name")).to_have_value(ADA[0])
    page.get_by_label("Password").fill(ADA[1])
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url("/containers/?state=running")


def test_no_hosts_yet_says_what_to_do(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Connect your first host")).to_be_visible()
    page.goto("/containers/")
    expect(page.get_by_role("heading", name="No hosts yet")).to_be_visible()
    expect(page.locator("main").get_by_role("link", name="Connect a host")).to_be_visible()


def test_pages_with_nothing_on_them(page: Page) -> None:
    wrong = []
    for noun in ("", "hosts", "containers", "images", "volumes", "jobs", "logs"):
        page.goto(f"/{noun}/" if noun else "/")
        wrong += what_is_wrong(page, f"empty-{noun or 'overview'}")
    assert not wrong, "\n".join(wrong)

"""Does a viewer see and not touch, does a refusal stand in the trail, and does signing out shut everything?"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.asking import choose, confirm, dialog, row, toast
from tests.browser.conftest import ADA, OpenContext
from tests.browser.console import Console

VERA = ("vera", "lantern-street-3")


def sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture(scope="module")
def vera(console: Console, browser: Browser, ada: Any) -> Iterator[tuple[str, str]]:
    """A viewer, added by Ada on the page of people."""
    context = browser.new_context(storage_state=ada, base_url=console.url)
    page = context.new_page()
    page.goto("/people/")
    page.locator("#add-person").click()
    dialog(page).get_by_label("User name").fill(VERA[0])
    dialog(page).get_by_label("Password", exact=True).fill(VERA[1])
    dialog(page).get_by_label("Password again").fill(VERA[1])
    dialog(page).get_by_label("Role").select_option("viewer")
    confirm(page, "Add person")
    expect(toast(page, "Added vera as")).to_be_visible()
    expect(row(page, "vera")).to_contain_text("all hosts")
    yield VERA
    page.goto("/people/")
    choose(page, "vera", "Remove")
    confirm(page, "Remove")
    expect(row(page, "vera")).to_have_count(0)
    context.close()


@pytest.fixture
def hers(open_context: OpenContext, vera: tuple[str, str]) -> Page:
    page = open_context().new_page()
    sign_in(page, *vera)
    expect(page).to_have_url("/")
    return page


def test_a_viewer_sees_and_has_no_buttons(hers: Page, local: str) -> None:
    hers.goto(f"/hosts/{local}/containers/")
    expect(row(hers, "ticker")).to_be_visible()
    # What she keeps for herself is hers to change: views, and how a list looks.
    doing = "main :is([href*='/do/'], [formaction*='/do/'], [action*='/do/'])"
    expect(hers.locator(f"{doing}:not([href*='/do/view.'], [action$='/do/list.arrange'])")).to_have_count(0)
    row(hers, "ticker").get_by_role("link", name="ticker", exact=True).click()
    expect(hers.get_by_role("heading", level=1)).to_have_text("ticker")
    expect(hers.locator("main [href*='/do/'], main [action*='/do/']")).to_have_count(0)
    expect(hers.get_by_role("navigation", name="Main").get_by_role("link", name="People")).to_have_count(0)
    for path in ("/people/", "/audit/", "/registries/"):
        assert hers.request.get(path).status == 403, path


def test_her_direct_post_is_refused_and_stands_in_the_trail(hers: Page, page: Page, local: str) -> None:
    hers.goto(f"/hosts/{local}/containers/")
    link = row(hers, "ticker").get_by_role("link", name="ticker", exact=True).get_attribute("href") or ""
    container = link.rstrip("/").rpartition("/")[2]
    token = hers.locator("meta[name=csrf-token]").get_attribute("content") or ""
    answer = hers.request.post(
        "/do/container.stop",
        form={"on": f"container:{local}:{container}", "_sure": "1", "csrfmiddlewaretoken": token},
        headers={"HX-Request": "true", "Referer": hers.url},
    )
    assert answer.status == 403
    said = json.loads(answer.headers.get("hx-trigger", "{}")).get("toast", {}).get("text", "") or answer.text()
    assert re.search("may not|not allowed|role|need", said), said
    expect(row(hers, "ticker").locator(".cell-state")).to_contain_text("running")
    page.goto("/audit/?who=vera&action=container.stop")
    line = page.locator("tbody tr").first
    expect(line).to_contain_text("ticker")
    expect(line).to_contain_text("refused")


def test_a_role_is_given_and_taken_while_she_looks(hers: Page, page: Page, local: str) -> None:
    page.goto("/people/")
    choose(page, "vera", "Give a role")
    dialog(page).get_by_label("Role").select_option("operator")
    confirm(page, "Give a role")
    expect(row(page, "vera")).to_contain_text("Operator")
    hers.goto(f"/hosts/{local}/containers/")
    expect(row(hers, "ticker").get_by_role("link", name="Stop ticker")).to_be_visible()
    choose(page, "vera", "Give a role")
    dialog(page).get_by_label("Role").select_option("viewer")
    confirm(page, "Give a role")
    hers.context.faults.expect("403")  # type: ignore[attr-defined]
    row(hers, "ticker").get_by_role("link", name="Stop ticker").click()
    expect(hers.locator(".toast-error")).to_be_visible()


def test_signing_out_shuts_the_other_tab_too(hers: Page) -> None:
    other = hers.context.new_page()
    other.goto("/containers/")
    expect(other.locator("#live")).to_be_visible()
    hers.locator(".user-button").click()
    hers.get_by_role("button", name="Sign out").click()
    expect(hers).to_have_url("/accounts/login/")
    # Its socket is closed within five seconds; the page then shows where to sign in.
    expect(other).to_have_url(re.compile("/accounts/login/"), timeout=8_000)
    hers.go_back()
    expect(hers).to_have_url(re.compile("/accounts/login/"))


def test_the_password_is_changed(page: Page, open_context: OpenContext, ada: Any, vera: tuple[str, str]) -> None:
    hers = open_context().new_page()
    sign_in(hers, *vera)
    hers.goto("/accounts/password/change/")
    hers.get_by_label("Current password").fill(vera[1])
    hers.get_by_label("New password", exact=True).fill("another-lantern-4")
    hers.get_by_label("New password again").fill("another-lantern-4")
    hers.locator("main").get_by_role("button", name="Change password").click()
    expect(hers.locator(".toast-success")).to_be_visible()
    fresh = open_context().new_page()
    sign_in(fresh, vera[0], "another-lantern-4")
    expect(fresh).to_have_url("/")
    page.goto("/people/")
    choose(page, "vera", "Set a password")
    dialog(page).get_by_label("Password", exact=True).fill(vera[1])
    dialog(page).get_by_label("Password again").fill(vera[1])
    confirm(page, "Set a password")
    # Signed out everywhere: her page follows within seconds.
    expect(fresh).to_have_url(re.compile("/accounts/login/"), timeout=40_000)


def test_the_last_administrator_cannot_be_lost(page: Page) -> None:
    page.context.faults.expect("status of (409|422)")  # type: ignore[attr-defined]
    page.goto("/people/")
    choose(page, ADA[0], "Remove")
    dialog(page).get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("last administrator")).to_be_visible()
    page.goto("/people/")
    expect(row(page, ADA[0])).to_be_visible()

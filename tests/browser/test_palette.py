"""Is anything found, and done, by a few letters; and does every row answer to the keyboard?"""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.asking import dialog, row
from tests.browser.conftest import OpenContext
from tests.browser.watched import PHONE


def options(page: Page) -> Any:
    return page.locator("#palette-hits [role=option]")


def chosen(page: Page) -> Any:
    return page.locator('#palette-hits [aria-selected="true"]')


def test_an_object_a_page_and_an_operation_are_found_by_keys_alone(page: Page, local: str) -> None:
    page.goto("/hosts/")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-input")).to_be_focused()
    expect(options(page).filter(has_text="Containers").first).to_be_visible()
    page.keyboard.type("ticker")
    expect(chosen(page)).to_contain_text("ticker")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("ticker")
    page.keyboard.press("Control+k")
    expect(chosen(page)).to_contain_text("ticker")
    expect(page.locator("#palette-hits .hits-title").first).to_have_text("Recent")
    page.keyboard.type("ticker restart")
    expect(chosen(page)).to_have_text(re.compile("Restart ticker"))
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_role("heading")).to_have_text("Restart ticker")
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(chosen(page)).to_have_text(re.compile("Restart ticker"))
    page.keyboard.type("audi")
    expect(chosen(page)).to_contain_text("Audit")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/audit/$"))


def test_tab_lists_what_can_be_done_with_it_and_escape_goes_back(page: Page, local: str) -> None:
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("ticker")
    expect(chosen(page)).to_contain_text("ticker")
    page.keyboard.press("Tab")
    expect(options(page).filter(has_text="Rename")).to_be_visible()
    page.keyboard.type("ki")
    expect(chosen(page)).to_have_text(re.compile(r"^\s*Kill\s*$"))
    page.keyboard.press("Escape")
    expect(page.locator("[data-scope]")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_it_opens_by_thumb_and_without_scripts_it_is_a_page(open_context: OpenContext, ada: Any, local: str) -> None:
    phone = open_context(storage_state=ada, viewport=PHONE, has_touch=True).new_page()
    phone.goto("/")
    phone.get_by_role("navigation", name="Quick").get_by_role("link", name="Search").tap()
    phone.locator("#palette-input").fill("stop ticker")
    options(phone).filter(has_text="Stop ticker").first.tap()
    expect(dialog(phone).get_by_role("heading")).to_have_text("Stop ticker")
    plain = open_context(storage_state=ada, java_script_enabled=False).new_page()
    plain.goto("/")
    plain.locator("#search").click()
    plain.get_by_role("searchbox").fill("stop ticker")
    plain.get_by_role("button", name="Search").click()
    plain.get_by_role("link", name=re.compile("^Stop ticker")).click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Stop ticker")


def test_rows_are_walked_ticked_and_opened_by_keys(page: Page, local: str) -> None:
    page.goto(f"/hosts/{local}/containers/?sort=name")
    names = page.locator("tbody .cell-name a")
    expect(names.first).to_be_visible()
    for key in "jjk":
        page.keyboard.press(key)
    expect(page.locator("tr.is-cursor")).to_have_count(1)
    expect(names.first).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("X")
    expect(page.locator("[data-bulk-count]")).to_have_text("3 selected")
    page.keyboard.press("Escape")
    expect(page.locator("tbody input:checked")).to_have_count(0)
    page.keyboard.press(".")
    items = page.locator("tr.is-cursor .menu-item")
    expect(items.nth(2)).to_be_visible()
    expect(items.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(items.nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_label("Filter by text")).to_be_focused()
    page.keyboard.type("jx?")
    expect(page.get_by_label("Filter by text")).to_have_value("jx?")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_enter_opens_g_goes_and_the_help_says_so(page: Page, local: str) -> None:
    page.goto(f"/hosts/{local}/containers/?q=ticker")
    expect(row(page, "ticker")).to_be_visible()
    page.keyboard.press("?")
    help_on_keys = page.locator("#keys[open]")
    expect(help_on_keys).to_contain_text("Tick the row")
    expect(help_on_keys.get_by_text("In a log")).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("ticker")
    page.keyboard.press("g")
    page.keyboard.press("v")
    expect(page).to_have_url(re.compile("/volumes/$"))

"""What a person does again and again: find a row, open its menu, answer a dialog, read a toast."""

import re

from playwright.sync_api import Locator, Page, expect


def row(page: Page, name: str) -> Locator:
    """The row of the list whose name is exactly this, whatever small words stand below the name."""
    cell = page.locator(".cell-name").filter(has_text=re.compile(rf"^\s*{re.escape(name)}(\s|$)"))
    return page.locator("tbody tr").filter(has=cell)


def choose(page: Page, name: str, label: str) -> None:
    """Choose an entry of the menu at the end of a row."""
    menu = row(page, name).locator("details.menu")
    menu.locator("summary").click()
    menu.locator(".menu-item").filter(has_text=re.compile(rf"^\s*{re.escape(label)}\s*$")).click()


def dialog(page: Page) -> Locator:
    return page.locator("#dialog[open]")


def confirm(page: Page, label: str) -> None:
    """Press the dialog's own button, and see the dialog go."""
    dialog(page).get_by_role("button", name=label, exact=True).click()
    expect(dialog(page)).to_have_count(0)


def toast(page: Page, text: str | re.Pattern[str]) -> Locator:
    return page.locator(".toast").filter(has_text=text)


def state(page: Page, name: str, word: str) -> None:
    """The row's state says this word, soon."""
    expect(row(page, name).locator(".cell-state")).to_contain_text(word)

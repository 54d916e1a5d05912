"""Does everything work without a mouse: search, menus, dialogs, rows, and where the focus goes afterwards?"""

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.asking import dialog, row
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE


def test_a_dialog_takes_the_focus_and_gives_it_back(page: Page, local: str) -> None:
    page.goto(f"/hosts/{local}/containers/")
    opener = row(page, "ticker").get_by_role("link", name="Stop ticker")
    opener.focus()
    page.keyboard.press("Enter")
    expect(dialog(page)).to_be_visible()
    expect(dialog(page).locator(":focus")).to_have_count(1)
    for _step in range(12):
        page.keyboard.press("Tab")
        inside = page.evaluate(
            "!document.activeElement || document.activeElement === document.body"
            " || !!document.activeElement.closest('#dialog')"
        )
        assert inside, "Tab must stay in a modal dialog"
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    expect(row(page, "ticker").get_by_role("link", name="Stop ticker")).to_be_focused()


def test_a_menu_opens_closes_and_keeps_its_place(page: Page, local: str) -> None:
    page.goto(f"/hosts/{local}/containers/")
    summary = row(page, "ticker").locator("details.menu summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(row(page, "ticker").locator(".menu-item").filter(has_text="Rename")).to_be_visible()
    page.keyboard.press("Escape")
    expect(row(page, "ticker").locator("details.menu")).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()


def test_the_first_tab_skips_to_the_content(page: Page, local: str) -> None:
    page.goto("/containers/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


def test_the_theme_is_chosen_and_stays(page: Page, local: str) -> None:
    page.goto("/")
    page.locator(".user-button").click()
    page.get_by_text("Dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.goto("/containers/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_focus_is_not_lost_to_what_comes_late(page: Page, local: str) -> None:
    """The tray of jobs stands in for a link that one can be on already."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/jobs/tray/", hold)
    page.goto("/containers/")
    page.locator("#tray > a").focus()
    page.wait_for_timeout(300)
    for each in held:
        each.continue_()
    expect(page.locator("#tray-menu > summary")).to_be_focused()
    assert held


def test_the_focus_goes_to_the_next_row_when_its_row_is_gone(page: Page, local: str, engine: Engine) -> None:
    engine.run("--name", "passing-a", BASE_IMAGE, "sleep", "600")
    engine.run("--name", "passing-b", BASE_IMAGE, "sleep", "600")
    try:
        page.goto(f"/hosts/{local}/containers/?q=passing&sort=name")
        row(page, "passing-a").get_by_role("link", name="Stop passing-a").focus()
        engine.remove_container("passing-a")
        expect(row(page, "passing-a")).to_have_count(0)
        expect(row(page, "passing-b").get_by_role("link", name="Stop passing-b")).to_be_focused()
    finally:
        for name in ("passing-a", "passing-b"):
            engine.docker("rm", "-f", name, check=False)

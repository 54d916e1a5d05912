"""One page after the other within one document: what stays, what goes, and when the browser loads a page itself."""

import re

from playwright.sync_api import Page, expect

from tests.browser.asking import row
from tests.browser.watched import Faults
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

MARK = "window.sameDocument = true"
IS_SAME = "window.sameDocument === true"


def test_a_page_is_shown_within_the_frame_of_the_one_before(page: Page, local: str) -> None:
    page.goto("/containers/")
    page.evaluate(MARK)
    page.locator(".side-nav").get_by_role("link", name="Images").click()
    expect(page).to_have_url(re.compile(r"/images/$"))
    expect(page).to_have_title(re.compile("^Images"))
    expect(page.locator(".side-nav [aria-current]")).to_have_text("Images")
    expect(page.locator("h1")).to_have_text("Images")
    expect(page.locator("#main")).to_be_focused()
    expect(page.locator("#visited")).to_have_text(re.compile("^Images"))
    assert page.evaluate(IS_SAME)


def test_back_and_forward_show_what_was_there(page: Page, local: str) -> None:
    page.set_viewport_size({"width": 1000, "height": 300})
    page.goto(f"/hosts/{local}/containers/?sort=name")
    page.evaluate(MARK)
    row(page, "ticker").scroll_into_view_if_needed()
    top = page.evaluate("scrollY")
    row(page, "ticker").get_by_role("link", name="ticker", exact=True).click()
    expect(page.locator("h1")).to_contain_text("ticker")
    assert page.evaluate("scrollY") == 0
    page.go_back()
    expect(page).to_have_url(re.compile(r"/containers/\?sort=name$"))
    expect(row(page, "ticker")).to_be_visible()
    page.wait_for_function("top => Math.abs(scrollY - top) < 2", arg=top)
    page.go_forward()
    expect(page.locator("h1")).to_contain_text("ticker")
    assert page.evaluate(IS_SAME)


def test_the_next_page_is_kept_fresh_and_can_be_worked_with(page: Page, local: str, engine: Engine) -> None:
    page.goto("/")
    page.evaluate(MARK)
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/containers/$"))
    engine.run("--name", "visited-late", BASE_IMAGE, "sleep", "600")
    try:
        expect(row(page, "visited-late")).to_be_visible()
        page.locator("input[name=q]").first.fill("visited-late")
        expect(page).to_have_url(re.compile("q=visited-late"))
        row(page, "visited-late").get_by_role("link", name="Stop visited-late").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert page.evaluate(IS_SAME)
    finally:
        engine.docker("rm", "-f", "visited-late", check=False)


def test_a_log_is_loaded_by_the_browser_and_left_by_it(page: Page, local: str, engine: Engine) -> None:
    container = engine.inspect("ticker")["Id"]
    page.goto(f"/hosts/{local}/containers/{container}/")
    page.evaluate(MARK)
    page.locator("#main").get_by_role("link", name="Logs", exact=True).first.click()
    expect(page.locator("#log-view")).to_be_visible()
    assert not page.evaluate(IS_SAME)
    page.evaluate(MARK)
    page.locator(".side-nav").get_by_role("link", name="Images").click()
    expect(page.locator("h1")).to_have_text("Images")
    assert not page.evaluate(IS_SAME)


def test_a_newer_console_is_loaded_whole(page: Page, local: str) -> None:
    page.goto("/containers/", wait_until="networkidle")
    page.evaluate(MARK)
    page.evaluate("document.querySelector('meta[name=version]').content = 'before'")
    page.locator(".side-nav").get_by_role("link", name="Images").click()
    expect(page.locator("h1")).to_have_text("Images")
    assert not page.evaluate(IS_SAME)


def test_who_was_signed_out_signs_in(page: Page, local: str) -> None:
    page.goto("/containers/")
    # The page may go to the sign-in by itself, too, as soon as the cookies are gone.
    page.evaluate("setTimeout(() => document.querySelector('.side-nav a[href=\"/images/\"]').click(), 300)")
    page.context.clear_cookies()
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/(images|containers)/"))


def test_a_page_that_does_not_exist_says_so_and_the_way_back_is_there(page: Page, local: str, faults: Faults) -> None:
    faults.expect("404")
    page.goto("/containers/")
    page.evaluate("document.querySelector('.side-nav a[href=\"/images/\"]').href = '/hosts/nowhere/'")
    page.locator(".side-nav").get_by_role("link", name="Images").click()
    expect(page.locator("h1")).to_have_text("Not found")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Containers")


def test_a_new_tab_is_the_browsers_own_business(page: Page, local: str) -> None:
    page.goto("/containers/")
    with page.context.expect_page() as opened:
        page.locator(".side-nav").get_by_role("link", name="Images").click(modifiers=["ControlOrMeta"])
    expect(opened.value.locator("h1")).to_have_text("Images")
    opened.value.close()
    expect(page).to_have_url(re.compile("/containers/$"))


def test_the_host_is_switched_within_the_frame(page: Page, local: str) -> None:
    page.goto("/containers/")
    page.evaluate(MARK)
    page.locator("#host-switch").select_option(label=local)
    expect(page).to_have_url(re.compile(f"host={local}$"))
    expect(page.locator("#host-switch")).to_have_value(local)
    page.locator(".side-nav").get_by_role("link", name="Containers").click()
    expect(page.locator("#host-switch")).to_have_value("")
    assert page.evaluate(IS_SAME)

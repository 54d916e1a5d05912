"""Do the overview and the pages of single objects tell what is up, why, and lead on, with and without scripts?"""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.asking import dialog, row, toast
from tests.browser.conftest import OpenContext
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

Run = Callable[..., str]


@pytest.fixture
def plain(open_context: OpenContext, ada: Any) -> Page:
    return open_context(storage_state=ada, java_script_enabled=False).new_page()


def unique(word: str) -> str:
    return f"{word}-{uuid4().hex[:6]}"


def open_page(page: Page, local: str, name: str) -> None:
    """By way of the list, where it shows as soon as the console knows it."""
    page.goto(f"/hosts/{local}/containers/?q={name}")
    row(page, name).get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_the_overview_leads_to_what_failed_and_its_page_says_why(page: Page, local: str, run_container: Run) -> None:
    name = unique("crashed")
    run_container(f"--name={name}", BASE_IMAGE, "sh", "-c", "exit 127")
    page.goto("/")
    found = page.locator("#troubled tr").filter(has_text=name)
    expect(found).to_contain_text("command not found")
    page.locator("a.figure[href*='ended=']").click()
    expect(page).to_have_url(re.compile(r"/containers/\?ended=failed"))
    page.get_by_role("link", name=name, exact=True).first.click()
    ended = page.locator("#ended")
    expect(ended).to_contain_text("Ended with code 127 (command not found)")
    expect(ended).to_contain_text("Check entrypoint and command")
    ended.get_by_role("link", name="Read its log").click()
    expect(page).to_have_url(re.compile(r"/logs/$"))


def test_likely_actions_are_buttons_and_the_rest_folds_away(page: Page, local: str, run_container: Run) -> None:
    name = unique("acted")
    run_container(f"--name={name}", BASE_IMAGE, "sleep", "300")
    main = page.locator("main")
    open_page(page, local, name)
    main.get_by_role("link", name=re.compile("^Mounts")).first.click()
    expect(page).to_have_url(re.compile("/mounts/$"))
    expect(main.get_by_role("link", name="Stop", exact=True)).to_be_visible()
    expect(main.get_by_role("button", name="Pause", exact=True)).to_be_hidden()
    page.locator("#more > summary").click()
    main.get_by_role("button", name="Pause", exact=True).click()
    expect(toast(page, f"Paused {name}.")).to_be_visible()
    expect(page.locator(".object-state")).to_contain_text("paused")
    expect(main.get_by_role("button", name="Unpause", exact=True)).to_be_visible()
    main.get_by_role("link", name="Stop", exact=True).click()
    expect(dialog(page)).to_contain_text(name)


def test_a_sibling_is_one_click_away(page: Page, local: str, engine: Engine) -> None:
    page.goto(f"/hosts/{local}/containers/{engine.inspect('web')['Id']}/labels/")
    page.locator("#siblings > summary").click()
    page.locator("#siblings").get_by_role("link", name=re.compile("ticker")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ticker")
    expect(page).to_have_url(re.compile(r"/labels/$"))


def test_the_parts_of_a_container_are_links_without_scripts(plain: Page, local: str, engine: Engine) -> None:
    plain.goto(f"/hosts/{local}/containers/{engine.inspect('web')['Id']}/")
    parts = plain.get_by_role("navigation", name="Parts of this container")
    for part in ("Environment", "Mounts", "Networks", "Labels", "Inspect", "Logs"):
        parts.get_by_role("link", name=re.compile(f"^{part}")).click()
        expect(parts.locator("[aria-current=page]")).to_contain_text(part)


def test_a_word_is_explained_by_keyboard_and_put_away_for_good(page: Page, local: str, engine: Engine) -> None:
    page.goto(f"/hosts/{local}/containers/{engine.inspect('web')['Id']}/")
    mark = page.get_by_role("button", name="What does “Image” mean?")
    words = page.locator("#about-image")
    mark.focus()
    page.keyboard.press("Enter")
    expect(words).to_be_visible()
    expect(words).to_contain_text("A read-only package")
    box, window = words.bounding_box(), page.viewport_size
    assert box
    assert window
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= window["width"]
    page.keyboard.press("Escape")
    expect(words).to_be_hidden()
    expect(mark).to_be_focused()
    page.keyboard.press("Enter")
    words.get_by_role("button", name="Got it").click()
    expect(page.locator("[data-about=image]")).to_be_hidden()
    page.reload()
    expect(page.locator("[data-about=port]").first).to_be_visible()
    expect(page.locator("[data-about=image]")).to_be_hidden()
    page.goto("/words/")
    page.get_by_role("button", name="Show all question marks again").click()
    page.go_back()
    expect(page.locator("[data-about=image]")).to_be_visible()


def test_a_word_is_explained_without_scripts(plain: Page, local: str, engine: Engine) -> None:
    plain.goto(f"/hosts/{local}/containers/{engine.inspect('web')['Id']}/")
    plain.locator("[data-about=image]").click()
    expect(plain.locator("#about-image")).to_contain_text("A read-only package")
    plain.locator("#about-image").get_by_role("link", name="All words").click()
    expect(plain).to_have_url(re.compile("/words/#image$"))


def test_an_open_explanation_stays_while_the_page_follows_the_engine(
    page: Page, local: str, run_container: Run, engine: Engine
) -> None:
    name = unique("followed")
    run_container(f"--name={name}", BASE_IMAGE, "sleep", "300")
    open_page(page, local, name)
    page.locator("[data-about=port]").first.click()
    engine.docker("pause", name)
    expect(page.locator(".object-state")).to_contain_text("paused")
    expect(page.locator("#about-port")).to_be_visible()


def test_an_id_is_copied_by_a_click(page: Page, local: str, engine: Engine) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    whole = engine.inspect("web")["Id"]
    page.goto(f"/hosts/{local}/containers/{whole}/")
    page.get_by_role("button", name=f"Copy the id {whole[:12]}").click()
    expect(page.locator(".id.is-done").first).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == whole

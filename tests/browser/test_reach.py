"""Everybody can use it: by keyboard alone, enlarged, on a narrow phone, with strong contrast, installed as an app."""

import json
import re
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.asking import dialog, row, toast
from tests.browser.conftest import ADA, Doing, OpenContext
from tests.browser.console import Console
from tests.browser.looked_at import SHOTS, overflow
from tests.browser.places import Place, places
from tests.browser.watched import PHONE, WIDE
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.registry import Registry

# 1440 pixels enlarged twice, and what is left of 1280 enlarged four times, which WCAG asks for.
ENLARGED, NARROW = ViewportSize(width=720, height=450), ViewportSize(width=320, height=640)
# What has the focus: how it is marked, and whether anything lies over its middle.
FOCUS = """async () => {
    // What lay outside of the window is scrolled to in the next frame.
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const marked = [one, one.closest('label'), one.parentElement].filter(Boolean).some((each) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
        const hasRing = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
        return hasRing || (each === one && /0px 0px 0px [2-9]px/.test(boxShadow));
    });
    // The button in a field of this kind has the browser's own ring, which no script can see.
    const inside = one.type === 'datetime-local' && !one.matches(':focus-visible');
    const { left, top, width, height } = one.getBoundingClientRect();
    const over = document.elementFromPoint(left + Math.min(width / 2, 40), top + height / 2);
    const seen = over && (one.contains(over) || over.contains(one) || over.closest('label')?.contains(one));
    const said = [one, over].map((each) => each?.outerHTML.replace(/\\s+/g, ' ').slice(0, 90)).join(' BEHIND ');
    const where = [left, top, innerHeight, scrollY].map(Math.round);
    return { marked: marked || inside, seen: Boolean(seen), said: `${said} at ${where}` };
}"""


@pytest.fixture(scope="module")
def place(local: str, engine: Engine) -> list[Place]:
    return places(local, engine)


def test_no_page_is_wider_than_its_window(page: Page, place: list[Place]) -> None:
    wrong = []
    for each in place:
        page.set_viewport_size(ENLARGED)
        page.goto(each.path)
        for window in (ENLARGED, NARROW):
            page.set_viewport_size(window)
            page.wait_for_timeout(60)
            if (wide := overflow(page)) > 0:
                page.screenshot(path=SHOTS / f"reach-{each.name}-{window['width']}.png")
                wrong.append(f"{each.name}: {wide} pixels wider than {window['width']}")
    assert not wrong, "\n".join(wrong)


def test_targets_are_large_enough_for_a_thumb(page: Page, place: list[Place]) -> None:
    """At least 24 by 24 pixels, or with that much room around them."""
    wrong = []
    for each in place:
        page.set_viewport_size(WIDE)
        page.goto(each.path)
        page.evaluate(AXE_SCRIPT)
        for window in (WIDE, PHONE):
            page.set_viewport_size(window)
            page.wait_for_timeout(60)
            found = page.evaluate("() => axe.run({ runOnly: ['target-size'], resultTypes: ['violations'] })")
            nodes = [node for fault in found["violations"] for node in fault["nodes"]]
            wrong += [f"{each.name} at {window['width']}: {node['html'][:140]}" for node in nodes[:4]]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


@pytest.mark.parametrize("name", ["overview", "containers", "container", "audit", "stop"])
@pytest.mark.parametrize("window", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_focus_is_always_seen(page: Page, place: list[Place], name: str, window: ViewportSize) -> None:
    page.set_viewport_size(window)
    page.goto(next(each.path for each in place if each.name == name))
    wrong, met = [], 0
    for _step in range(45):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        if found is None:
            break
        met += 1
        if not (found["marked"] and found["seen"]):
            wrong.append(f"{'hidden' if found['marked'] else 'unmarked'}: {found['said']}")
    assert met > 8
    assert not wrong, "\n".join(wrong)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to_row(page: Page, words: str) -> None:
    """Tab until something in a row that says this has the focus."""
    for _step in range(60):
        press(page, "Tab")
        if page.evaluate("words => !!document.activeElement.closest('tbody tr')?.innerText.includes(words)", words):
            return
    raise AssertionError(f"60 steps of Tab do not lead to a row with “{words}”")


def tab_to(page: Page, label: str) -> None:
    """Tab until something of the page or its dialog with this name has the focus."""
    script = """() => {
        const one = document.activeElement;
        return one.closest('main, dialog') ? (one.ariaLabel || one.innerText || '').trim() : '';
    }"""
    for _step in range(60):
        press(page, "Tab")
        if page.evaluate(script) == label:
            return
    raise AssertionError(f"60 steps of Tab do not lead to “{label}”")


def test_the_main_tasks_by_keyboard_alone(
    open_context: OpenContext, doing: Doing, ada: Any, local: str, engine: Engine, slow_registry: Registry
) -> None:
    """Sign in, find a container, read its log, stop it, pull an image, read what the trail says of it."""
    doing.do("registry.allow", servers=f"docker.io\n{slow_registry.address}")
    engine.run("--name=by-keyboard", BASE_IMAGE, "sh", "-c", "while :; do echo a line of it; sleep 0.2; done")
    page = open_context().new_page()
    try:
        page.goto("/")
        expect(page.get_by_label("User name")).to_be_focused()
        page.keyboard.type(ADA[0])
        press(page, "Tab")
        page.keyboard.type(ADA[1])
        press(page, "Enter")
        expect(page).to_have_url("/")
        press(page, "Control+k")
        page.keyboard.type("by-keyboard")
        expect(page.locator('#palette-hits [aria-selected="true"]')).to_contain_text("by-keyboard")
        press(page, "Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("by-keyboard")
        tab_to(page, "Logs")
        press(page, "Enter")
        expect(page.locator("#log-view")).to_contain_text("a line of it")
        page.go_back()
        tab_to(page, "Stop")
        press(page, "Enter")
        expect(dialog(page)).to_be_visible()
        tab_to(page, "Stop")
        press(page, "Enter")
        expect(toast(page, "by-keyboard")).to_be_visible()
        assert slow_registry.wire is not None
        slow_registry.wire.bytes_per_second = 1_000_000
        pull_by_keyboard(page, slow_registry.publish(engine, "keyboard/app:1", [3]))
        page.goto("/audit/?action=image.pull")
        tab_to_row(page, "image.pull")
        press(page, "Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("image.pull")
        expect(page.locator("main")).to_contain_text("keyboard/app:1")
    finally:
        engine.remove_container("by-keyboard")


def pull_by_keyboard(page: Page, reference: str) -> None:
    """The end of the job is said on whichever page one is by then."""
    page.goto("/images/?host=local")
    tab_to(page, "Pull")
    press(page, "Enter")
    expect(dialog(page).locator(":focus")).to_have_count(1)
    page.keyboard.type(reference)
    press(page, "Enter")
    expect(page).to_have_url(re.compile("/jobs/"))
    page.goto("/networks/")
    expect(toast(page, f"Pulled {reference}")).to_be_visible()
    expect(page.locator("#toasts")).to_have_attribute("aria-live", "polite")


def test_actions_of_a_row_come_from_below_on_a_phone(page: Page, local: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"/hosts/{local}/containers/")
    menu = row(page, "ticker").locator("details.menu")
    menu.locator("summary").click()
    sheet = menu.locator(".menu-body")
    expect(sheet.locator(".menu-item").nth(2)).to_be_visible()
    page.wait_for_timeout(250)
    box = sheet.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, PHONE["width"])
    assert box["y"] + box["height"] == PHONE["height"]
    assert all(item.bounding_box()["height"] >= 44 for item in sheet.locator(".menu-item:visible").all())  # type: ignore[index]
    page.screenshot(path=SHOTS / "reach-sheet.png")
    page.mouse.click(100, 60)  # what is beside it closes it
    expect(sheet).to_be_hidden()


def test_forced_colours_and_more_contrast_keep_what_is_chosen_apart(page: Page, local: str) -> None:
    for media in ({"forced_colors": "active"}, {"forced_colors": "none", "contrast": "more"}):
        page.emulate_media(**media)  # type: ignore[arg-type]
        page.goto(f"/hosts/{local}/containers/")
        page.locator("tbody input[name=on]").first.check()
        page.screenshot(path=SHOTS / f"reach-{'-'.join(media)}.png")
    edge = "getComputedStyle(document.querySelector('.grid-frame')).borderTopColor"
    strong = page.evaluate(edge)
    page.emulate_media(contrast="no-preference")
    assert page.evaluate(edge) != strong


def test_nothing_moves_for_who_wants_no_motion(page: Page, local: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("/containers/")
    moving = page.evaluate(
        "() => document.getAnimations().filter(({ effect }) => effect.getComputedTiming().duration > 1).length"
    )
    assert moving == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_it_can_be_installed(page: Page, console: Console) -> None:
    page.goto("/hosts/")
    line = page.context.new_cdp_session(page)
    found = line.send("Page.getAppManifest")
    assert found["errors"] == []
    about = json.loads(found["data"])
    assert (about["start_url"], about["scope"], about["display"]) == ("/", "/", "standalone")
    assert {icon["purpose"] for icon in about["icons"]} == {"any", "maskable"}
    for icon in about["icons"]:
        answer = page.request.get(console.url + icon["src"])
        assert answer.ok, icon["src"]
    grounds = page.locator("meta[name=theme-color]").evaluate_all("all => all.map(({ content }) => content)")
    ground = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--qs-bg').trim()")
    assert set(grounds) == {ground}, "the window around the page has its colour"

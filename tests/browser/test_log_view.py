"""Are lines understood, counted over time, folded and copied clean, and does the view let go and come back?"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext
from tests.browser.test_logs import known, open_log
from tests.browser.watched import PHONE
from tests.testbed.images import BASE_IMAGE

Run = Callable[..., str]
TABLE = json.loads((Path(__file__).parents[1] / "hosts" / "lines" / "fields.json").read_text())
SHOP = r"""i=0; while :; do i=$((i+1))
echo '{"level":"info","msg":"request done","http":{"status":'$((200+i%2*300))'},"path":"/api/users/'$i'"}'
[ $((i%4)) = 0 ] && {
  printf 'ERROR could not save order\nTraceback (most recent call last):\n  File "/a.py"\nOSError: no\n'; }
sleep 0.1; done"""


@pytest.fixture
def shop(run_container: Run) -> str:
    """Writes JSON lines, and a trace with every fourth."""
    return run_container(f"--name=shop-{uuid4().hex[:6]}", BASE_IMAGE, "sh", "-c", SHOP)


def test_fields_are_shown_filtered_by_and_made_columns(page: Page, local: str, shop: str) -> None:
    open_log(page, local, shop)
    row = page.locator(".log-row.has-fields").first
    expect(row.locator(".log-text")).to_have_text("request done")
    expect(row.locator(".log-chip").first).to_have_text(re.compile(r"^http\.status=\d+$"))
    page.keyboard.press("f")
    row.locator(".log-kind").click()
    details = page.locator(".log-details")
    expect(details.locator("th")).to_have_text(["level", "msg", "http.status", "path"])
    details.get_by_role("button", name="Column for http.status").click()
    expect(page.locator(".log-column")).to_have_text("http.status")
    expect(page).to_have_url(re.compile("columns=http.status"))
    expect(page.locator("#log-view .log-cell", has_text="500").first).to_be_visible()
    details.get_by_role("button", name="Only lines with path~^/api").click()
    expect(page.locator("#log-count")).to_contain_text("lines match")
    page.locator("#log-view .log-chip", has_text="path=").first.click(modifiers=["Shift"])
    expect(page.get_by_label("Show only lines that match")).to_have_value(
        re.compile(r"^path~\^/api -path=/api/users/\d+$")
    )
    told = page.evaluate(
        "lines => lines.map((line) => { const found = window.quayside.logs.structured(line);"
        " return found && { ...found, fields: [...found.fields] }; })",
        [each["line"] for each in TABLE],
    )
    for row_of_table, found in zip(TABLE, told, strict=True):
        wanted = {name: value for name, value in row_of_table.items() if name != "line"}
        assert (found or {"kind": None}) == wanted, row_of_table["line"]


def test_traces_fold_and_copies_are_clean(page: Page, local: str, shop: str) -> None:
    open_log(page, local, shop)
    view = page.locator("#log-view")
    expect(view.locator(".log-fold").first).to_have_text("+3")
    expect(view).to_contain_text("OSError: no")
    page.keyboard.press("f")
    copied = page.evaluate(
        """() => { const rows = [...document.querySelectorAll("#log-view .log-row")];
            const at = rows.findIndex((row) => row.querySelector(".log-fold"));
            getSelection().setBaseAndExtent(rows[at].querySelector(".log-text").firstChild, 6,
                rows[at + 3].querySelector(".log-text").firstChild, 7);
            const data = new DataTransfer();
            document.getElementById("log-view").dispatchEvent(new ClipboardEvent("copy", { clipboardData: data }));
            getSelection().removeAllRanges();
            return data.getData("text/plain"); }"""
    )
    assert copied == 'could not save order\nTraceback (most recent call last):\n  File "/a.py"\nOSError'
    page.keyboard.press("z")
    expect(view).not_to_contain_text("OSError: no")
    expect(view).to_contain_text("could not save order")
    view.locator(".log-fold").first.click()
    expect(view.get_by_text("OSError: no")).to_have_count(1)
    page.keyboard.press("z")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys in the log")).to_be_visible()
    page.keyboard.press("Escape")


def test_a_period_is_chosen_on_the_histogram(page: Page, local: str, shop: str) -> None:
    open_log(page, local, shop)
    bars = page.get_by_role("slider", name=re.compile("Lines over time"))
    expect(bars).to_have_attribute("aria-valuemax", re.compile("^[4-9]$"))
    expect(bars).to_have_attribute("aria-valuetext", re.compile(r"\d\d:\d\d:\d\d: \d+ lines"))
    bars.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    times = page.locator(".log-row:not(.log-probe) time")
    expect(times.nth(3)).to_be_attached()
    seconds = times.evaluate_all("all => all.map((each) => each.textContent.slice(0, -4))")
    assert len(seconds) > 3
    assert len(set(seconds)) == 1, seconds
    page.get_by_title("Show all times again").click()
    expect(page.locator("#log-jump")).to_be_hidden()
    box = bars.bounding_box()
    assert box
    page.mouse.move(box["x"] + 30, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 10)
    page.mouse.up()
    expect(page.get_by_title("Show all times again")).to_be_visible()
    bars.focus()
    page.keyboard.press("Escape")
    expect(page.get_by_title("Show all times again")).to_be_hidden()


def test_a_chosen_period_is_in_the_address_and_comes_back(page: Page, local: str, shop: str) -> None:
    open_log(page, local, shop)
    bars = page.get_by_role("slider", name=re.compile("Lines over time"))
    expect(bars).to_have_attribute("aria-valuemax", re.compile("^[4-9]$"))
    bars.focus()
    for key in ("Home", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"period=\d+-\d+"))
    whole = page.get_by_title("Show all times again")
    said, rows = whole.inner_text(), page.locator(".log-row:not(.log-probe) .log-text")
    expect(rows.nth(3)).to_be_attached()
    texts = rows.all_inner_texts()
    page.reload()
    expect(whole).to_have_text(said)
    expect(rows).to_have_text(texts)
    page.locator("#log-view").focus()
    page.keyboard.press("Escape")
    expect(whole).to_be_hidden()
    assert "period=" not in page.url


def test_scrolling_up_lets_go_and_says_what_came(page: Page, local: str, shop: str) -> None:
    open_log(page, local, shop)
    view = page.locator("#log-view")
    page.wait_for_function("() => document.querySelector('#log-view').scrollHeight > 1200")
    view.hover()
    page.mouse.wheel(0, -400)
    jump = page.locator("#log-jump")
    expect(jump).to_have_text(re.compile(r"^\d+ new lines$"))
    expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "false")
    top = view.evaluate("box => box.scrollTop")
    page.wait_for_timeout(500)
    assert view.evaluate("box => box.scrollTop") == top
    jump.click()
    expect(jump).to_be_hidden()
    size = view.evaluate("box => getComputedStyle(box).fontSize")
    page.keyboard.press("+")
    assert view.evaluate("box => getComputedStyle(box).fontSize") != size
    page.keyboard.press("-")


# Where the last line is that can be seen as a whole.
LAST_SEEN = """() => {
    const view = document.getElementById('log-view').getBoundingClientRect();
    const boxes = [...document.querySelectorAll('.log-row')].map((row) => row.getBoundingClientRect());
    const last = boxes.filter((box) => box.bottom <= view.bottom).sort((one, other) => one.top - other.top).at(-1);
    return [view.left + 60, last.top + last.height / 2];
}"""


def test_the_log_is_worked_with_a_thumb(
    page: Page, open_context: OpenContext, ada: object, local: str, shop: str
) -> None:
    known(page, local, shop)
    phone = open_context(storage_state=ada, viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    phone.goto(f"/hosts/{local}/containers/{shop}/logs/")
    expect(phone.locator("#log-status")).to_have_text("Live")
    expect(phone.get_by_label("Show only lines that match")).to_be_hidden()
    for tool in phone.locator(".log-tools > button:visible").all():
        box = tool.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
        assert box["y"] > PHONE["height"] / 2
    # Where a thumb can be: the middle of a row is beyond the edge when a line is long, and would be scrolled to.
    phone.locator(".log-row.has-fields").first.tap(position={"x": 60, "y": 10})
    expect(phone.locator(".log-details")).to_be_in_viewport()
    phone.get_by_role("button", name="Close", exact=True).tap()
    phone.locator("#log-jump").tap()
    phone.touchscreen.tap(*phone.evaluate(LAST_SEEN))
    expect(phone.locator(".log-details")).to_be_in_viewport(ratio=0.5)
    phone.wait_for_timeout(1000)  # more lines come meanwhile
    expect(phone.locator(".log-details")).to_be_in_viewport(ratio=0.5)
    expect(phone.locator("[data-log=follow]")).to_have_attribute("aria-pressed", "false")
    phone.get_by_role("button", name="Filter and find").tap()
    expect(phone.get_by_label("Show only lines that match")).to_be_visible()


def test_a_line_that_is_pressed_does_not_go_away(page: Page, local: str, run_container: Run) -> None:
    script = """i=0; while :; do i=$((i+1)); echo '{"msg":"line '$i'","of":"many"}'; sleep 0.01; done"""
    fast = run_container(f"--name=fast-{uuid4().hex[:6]}", BASE_IMAGE, "sh", "-c", script)
    open_log(page, local, fast)
    page.wait_for_function("() => document.querySelector('#log-view').scrollHeight > 1200")
    for _time in range(3):
        page.wait_for_timeout(500)  # rows that went out of sight are used again, out of their order
        page.mouse.move(*page.evaluate(LAST_SEEN))
        page.mouse.down()
        pressed = page.evaluate("() => document.querySelector('.log-row:hover .log-text').textContent")
        page.wait_for_timeout(300)
        assert page.evaluate("() => document.querySelector('.log-row:hover .log-text').textContent") == pressed
        page.mouse.up()
        expect(page.locator(".log-row.is-open > .log-text")).to_have_text(pressed)
        page.get_by_role("button", name="Close", exact=True).click()
        page.locator("#log-jump").click()

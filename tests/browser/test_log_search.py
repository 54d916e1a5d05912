"""Is everything found that was said: in many logs, in removed ones, beside a log, with what stood around it?"""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.asking import toast
from tests.browser.conftest import Doing
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE
from tests.testbed.process import wait_until

Run = Callable[..., str]
# 6,000 lines, of which six have the word.
SAY = "seq 1 6000 | sed 's/^/{word} request /; s/000$/000 OutOfMemory/'; sleep 1000"


def copied_link(page: Page) -> str:
    """Of the line that is open; the page says that it has copied only when it has."""
    # Just after a line was opened its box is drawn once more, sooner than a person's hand is there.
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Copy link").first.click()
    expect(toast(page, "Copied")).to_be_visible()
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert "logs/" in copied, copied
    return copied


@pytest.fixture(scope="module")
def word() -> str:
    return f"w{uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def said(engine: Engine, doing: Doing, local: str, word: str) -> Iterator[dict[str, str]]:
    """`here` runs; `gone` was removed, and its lines are kept."""
    doing.do("history.keep", kind="label", value=f"keep={word}", days="3", megabytes="50")
    script = ["sh", "-c", SAY.format(word=word)]
    here = engine.run(f"--name={word}-here", f"--label=seek={word}", BASE_IMAGE, *script)
    gone = engine.run(f"--name={word}-gone", f"--label=keep={word}", f"--label=seek={word}", BASE_IMAGE, *script)
    row = re.compile(rf"{word}-gone(?:(?!</tr>).)*6,000", re.DOTALL)
    wait_until(lambda: row.search(doing.request.get(f"{doing.url}/history/").text()), 30, what="all lines to be kept")
    engine.remove_container(gone)
    yield {"here": here, "gone": gone}
    engine.remove_container(here)


def test_all_hosts_and_removed_containers_are_searched(page: Page, said: dict[str, str], word: str) -> None:
    page.goto("/logs/search/")
    page.get_by_label("Look for").fill(f"{word} OutOfMemory")
    page.keyboard.press("Enter")
    expect(page.locator(".log-hits-status")).to_contain_text("Searched the whole period · 12 hits")
    found = page.locator(".log-hit")
    expect(found).to_have_count(12)
    expect(found.first.locator("mark").last).to_have_text("OutOfMemory")
    assert page.locator(".log-hit-source small").all_inner_texts() == ["removed"] * 6
    times = [str(time.get_attribute("datetime")) for time in found.locator("time").all()]
    assert times == sorted(times, reverse=True)
    expect(page).to_have_url(re.compile(f"filter={word}\\+OutOfMemory&since=24h"))
    page.get_by_role("button", name="By container").click()
    expect(page.locator(".log-hits-group")).to_have_count(2)
    page.reload()
    expect(page.locator(".log-hits-status")).to_contain_text("12 hits")
    page.get_by_label("Containers that match").fill(f"{word}-gone")
    page.keyboard.press("Enter")
    expect(page.locator(".log-hits-status")).to_contain_text("6 hits")
    page.get_by_label("Look for").fill("/(/")
    page.keyboard.press("Enter")
    expect(page.locator("#log-search-problem")).to_be_visible()
    expect(page.get_by_label("Look for")).to_be_focused()


def test_a_hit_beside_a_log_leads_to_what_stood_around_it(page: Page, said: dict[str, str], word: str) -> None:
    page.goto(f"/hosts/local/containers/{said['here']}/logs/?tail=100")
    expect(page.locator("#log-status")).to_have_text("Live")
    page.keyboard.press("S")
    dock = page.locator("#log-dock")
    page.get_by_role("searchbox", name="Search everything").fill("OutOfMemory")
    page.keyboard.press("Enter")
    expect(dock.locator(".log-hits-status")).to_contain_text("Searched everything · 6 hits")
    dock.locator(".log-hit", has_text="request 3000").click()
    marked = page.locator(".log-row.is-current")
    expect(marked).to_contain_text("request 3000 OutOfMemory")
    expect(page.locator(".log-row", has_text="request 2999")).to_be_visible()
    expect(page.locator(".log-row", has_text="request 3001")).to_be_visible()
    expect(page).to_have_url(re.compile("at="))
    page.reload()
    expect(marked).to_contain_text("request 3000 OutOfMemory")
    page.get_by_role("button", name="Earlier").click()
    expect(marked).to_contain_text("request 2501")
    page.get_by_role("button", name="Back to the newest").click()
    expect(page.locator(".log-row", has_text="request 6000")).to_be_visible()
    expect(page).not_to_have_url(re.compile("at="))


def test_a_hit_of_a_removed_container_leads_to_its_kept_lines(page: Page, said: dict[str, str], word: str) -> None:
    page.goto(f"/logs/search/?filter=OutOfMemory&q={word}-gone")
    page.locator(".log-hit", has_text="request 3000").click()
    expect(page.locator("#marked")).to_contain_text(f"{word} request 3000 OutOfMemory")
    expect(page.locator("#marked")).to_be_visible()
    expect(page.locator("#marked")).to_be_in_viewport()


def test_a_merged_view_goes_to_a_time_and_links_to_a_line(page: Page, said: dict[str, str], word: str) -> None:
    page.goto(f"/logs/?label=seek={word}&tail=200")
    expect(page.locator("#log-status")).to_have_text("Live")
    page.keyboard.press("T")
    page.get_by_label("Go to", exact=True).fill("2020-01-01T00:00:00")
    page.keyboard.press("Enter")
    expect(page.locator("#log-aside")).to_contain_text("Lines around Jan 1, 2020")
    expect(page.locator(".log-row.is-current")).to_contain_text("request 1")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#log-view").focus()
    for _step in range(6):
        page.keyboard.press("j")
    expect(page.locator(".log-row.is-current")).to_contain_text("request 7")
    page.keyboard.press("Enter")
    page.goto(copied_link(page))
    expect(page.locator(".log-row.is-current")).to_contain_text("request 7")


# A search whose connection breaks with the first hits, and once more as soon as it goes on.
CUT = """const Real = WebSocket;
window.cuts = 0;
window.WebSocket = class extends Real {
    constructor(...all) {
        super(...all);
        this.addEventListener("message", ({ data }) => {
            if (typeof data !== "string" || !data.includes('"type": "hits"') && !data.includes('"type":"hits"')) return;
            if (window.cuts < 2) { window.cuts++; this.close(); }
        });
    }
};"""


def test_a_search_goes_on_by_itself_after_its_connection_broke(page: Page, said: dict[str, str], word: str) -> None:
    page.add_init_script(CUT)
    page.goto(f"/logs/search/?since=all&filter={word}+/[05]$/")
    expect(page.locator(".log-hits-status")).to_contain_text(
        re.compile("Searched everything|The newest"), timeout=20_000
    )
    assert page.evaluate("window.cuts") == 2
    hits = page.evaluate("[...document.querySelectorAll('.log-hit')].map(({ hit }) => `${hit.slot} ${hit.text}`)")
    assert len(hits) == len(set(hits)) >= 500
    for slot in {hit.split()[0] for hit in hits}:
        numbers = [int(hit.split()[-1]) for hit in hits if hit.startswith(slot)]
        assert numbers == [each for each in range(numbers[0], numbers[-1] - 1, -5) if each % 1000], "none is left out"


def test_a_search_says_so_when_there_is_nobody_to_go_on_with(page: Page, said: dict[str, str], word: str) -> None:
    page.add_init_script(CUT.replace("< 2", "< 99").replace(': "hits', ': "searching').replace(':"hits', ':"searching'))
    page.clock.install()
    page.goto(f"/logs/search/?since=all&filter={word}+OutOfMemory")
    for _try in range(7):
        page.wait_for_timeout(300)
        page.clock.run_for(6000)
    expect(page.locator(".log-hits-status")).to_contain_text("The connection was lost")
    expect(page.get_by_role("button", name="Search again")).to_be_visible()


def test_a_link_leads_to_the_very_line_of_a_filtered_log(page: Page, said: dict[str, str], word: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/hosts/local/containers/{said['here']}/logs/?tail=all&filter=/000/")
    page.locator(".log-row", has_text="request 3000").locator(".log-kind").click()
    link = copied_link(page)
    assert "is=" in link
    page.goto(link)
    expect(page.locator(".log-row.is-current")).to_contain_text("request 3000")


def test_lines_of_one_moment_are_told_apart(page: Page, said: dict[str, str]) -> None:
    page.goto(f"/hosts/local/containers/{said['here']}/logs/?tail=10")
    expect(page.locator("#log-status")).to_have_text("Live")
    found = page.evaluate(
        """() => {
            const lines = new window.quayside.logs.Lines(), texts = ["a", "b", "c", "d", "e"];
            const [kinds, sources] = [texts.map(() => 1), texts.map(() => 0)];
            lines.add({ times: [1, 2, 2, 2, 3], nanos: [0, 5, 5, 6, 5], texts, kinds, sources });
            return texts.map((_text, at) => { const { nth, isSure } = lines.nth(at); return [nth, isSure]; });
        }"""
    )
    assert found == [[0, False], [0, True], [1, True], [0, True], [0, True]]

"""Does the log page stay quick while 5,000 lines a second come in? A real page in chromium, with 200,000 lines held."""

from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from tests.bench.figures import Figure
from tests.bench.pages import READ_ALL, Released
from tests.browser.watched import WIDE, launch
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE, load_base_image
from tests.testbed.workspace import make_workspace, remove_workspace

NAME = "view"
HELD, SECONDS = 200_000, 15
AT_ONCE, PAUSE = 310, 0.05  # lines, and seconds between them, beside what the shell takes for it
_TEXT = "the quick brown fox jumps over the lazy dog and goes on to write a line of words"
# All that the page can hold at once, and then so many at a time.
_FIELDS = r"{\"level\":\"info\",\"msg\":\"done\",\"status\":200,\"path\":\"/api/%d\"}\n"
_WRITE = f"""BEGIN {{
    for (i = 0; i < {HELD}; i++) print "{_TEXT}", i
    while (1) {{
        for (k = 0; k < {AT_ONCE}; k++) {{
            i++
            if (i % 10 == 0) printf "{_FIELDS}", i
            else print "{_TEXT}", i
        }}
        fflush(); system("sleep {PAUSE}")
    }}
}}"""
# How many lines have come in all.
_CAME = """() => {
    const said = (document.getElementById("log-count")?.textContent ?? "").replaceAll(",", "");
    return Number(/\\d+(?= older)/.exec(said)?.[0]) + parseInt(said);
}"""
# Frames as the page's own script sees them, and what kept it from drawing for more than 50 ms.
_WATCH = """(seconds) => new Promise((done) => {
    const frames = [], tasks = [];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((each) => each.duration)));
    observer.observe({ entryTypes: ["longtask"] });
    const said = () => (document.getElementById("log-count")?.textContent ?? "").replaceAll(",", "");
    const came = CAME;
    const began = performance.now(), before = came();
    let last = began;
    requestAnimationFrame(function frame(now) {
        frames.push(now - last);
        last = now;
        if (now - began < seconds * 1000) return requestAnimationFrame(frame);
        observer.disconnect();
        const rate = (came() - before) / seconds, heap = performance.memory.usedJSHeapSize;
        done({ frames: frames.slice(1), tasks, rate, heap, held: parseInt(said()) });
    });
})""".replace("CAME", _CAME)
# As somebody who goes through the lines without a rest, a screen in ten frames.
_SCROLL = """() => {
    const box = document.getElementById("log-view");
    (function on() {
        box.scrollTop = box.scrollTop > 4000 ? box.scrollTop - 70 : box.scrollHeight / 2;
        requestAnimationFrame(on);
    })();
}"""

Seen = dict[str, Any]


def run() -> list[Figure]:
    workspace = make_workspace()
    try:
        with Engine(workspace) as engine, Released(workspace) as web, sync_playwright() as playwright:
            load_base_image(engine)
            web.add_host("bench", engine.url)
            container = engine.run(BASE_IMAGE, "awk", _WRITE)
            web.run(READ_ALL)
            browser = launch(playwright)
            context = browser.new_context(viewport=WIDE)
            name, _equals, value = web.sign_in().partition("=")
            context.add_cookies([{"name": name, "value": value, "url": web.url}])
            figures = measure(context.new_page(), f"{web.url}/hosts/bench/containers/{container}/logs/?tail=all")
            browser.close()
            return figures
    finally:
        remove_workspace(workspace)


def measure(page: Page, address: str) -> list[Figure]:
    # What this machine's browser can do beside an engine that writes.
    page.goto(address.partition("containers/")[0])
    idle: Seen = page.evaluate(_WATCH, SECONDS / 2)
    page.goto(address)
    expect(page.locator("#log-count")).to_contain_text("older", timeout=90_000)
    catch_up(page)
    following: Seen = page.evaluate(_WATCH, SECONDS)
    page.keyboard.press("f")
    page.evaluate(_SCROLL)
    scrolling: Seen = page.evaluate(_WATCH, SECONDS)
    return [
        Figure("lines held", scrolling["held"], "lines", HELD, at_most=False),
        Figure("lines that come in", following["rate"], "lines/s", 5_000, at_most=False),
        *figures_of("following", following, idle),
        *figures_of("scrolling", scrolling, idle),
        Figure("JS heap", scrolling["heap"] / 2**20, "MiB", 120),
    ]


def catch_up(page: Page) -> None:
    """Until no more comes in than is written: what was there before the page comes as quickly as it can."""
    for _second in range(120):
        before = page.evaluate(_CAME)
        page.wait_for_timeout(1000)
        if page.evaluate(_CAME) - before < 1.1 * AT_ONCE / PAUSE:
            return
    raise TimeoutError("The page never caught up with what was written.")


def figures_of(what: str, seen: Seen, idle: Seen) -> list[Figure]:
    frames = sorted(seen["frames"])
    p95 = frames[len(frames) * 95 // 100]
    return [
        Figure(f"while {what}", rate(seen), "frames/s", 0.85, "a page at rest", rate(idle), at_most=False),
        Figure(f"p95 between two frames while {what}", p95, "ms", 50, grain=5),
        Figure(f"in tasks longer than 50 ms while {what}", sum(seen["tasks"]) / SECONDS / 10, "%", 5, grain=1),
    ]


def rate(seen: Seen) -> float:
    return len(seen["frames"]) / sum(seen["frames"]) * 1000

"""What a person feels, measured in the page: bytes that are sent, things that move, how soon a click shows."""

import statistics
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page

# Before anything of the page runs: what moved without anybody's doing, and by how much.
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
        if (entry.hadRecentInput) continue;
        const where = entry.sources.map(({ node }) => `${node?.nodeName}.${node?.className}#${node?.id}`);
        window.shifts.push([entry.value, where.join(' ')]);
    }
}).observe({ type: 'layout-shift', buffered: true });
"""
ASSETS = """() => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/static/'))
    .map(({ name, encodedBodySize, transferSize }) => [name, encodedBodySize, transferSize])"""
# From the click to the frame that shows what htmx has put there.
CLICK = """(selector) => new Promise((done) => {
    const began = performance.now();
    document.addEventListener('htmx:afterSwap', () => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(performance.now() - began);
        port2.postMessage(0);
    }), { once: true });
    document.querySelector(selector).click();
})"""
# The same for a link to another page, from the press of the button on, as a hand does it.
OPEN = """() => {
    let began = 0;
    document.addEventListener('click', () => (began = performance.now()), { capture: true, once: true });
    document.addEventListener('quayside:visited', () => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => (window.opened = performance.now() - began);
        port2.postMessage(0);
    }), { once: true });
    window.opened = 0;
}"""
PRESSED = 80  # milliseconds that a finger is on the button


def assets(page: Page) -> list[tuple[str, int, int]]:
    """Name, compressed bytes, and bytes that came over the network, of each file of ours that the page asked for."""
    found: list[tuple[str, int, int]] = page.evaluate(ASSETS)
    return found


def shift(page: Page) -> tuple[float, list[Any]]:
    """How much has moved by itself since the page was asked for, and what it was. `WATCH` must be in the context."""
    shifts = page.evaluate("window.shifts")
    return sum(value for value, _where in shifts), shifts


def watch_shifts(context: BrowserContext) -> None:
    context.add_init_script(WATCH)


def click(page: Page, selector: str) -> float:
    """Milliseconds from a click to new content in the same page."""
    page.wait_for_timeout(60)  # until htmx has taken up what it put there last
    took: float = page.evaluate(CLICK, selector)
    return took


def follow(page: Page, selector: str, pressed: int = PRESSED) -> float:
    """Milliseconds from a click on a link to the frame that shows its page. With `pressed` 0 a key opens it."""
    page.evaluate(OPEN)
    link = page.locator(selector).first
    if pressed:
        link.hover()
        page.mouse.down()
        page.wait_for_timeout(pressed)
        page.mouse.up()
    else:
        link.press("Enter")
    page.wait_for_function("() => window.opened")
    took: float = page.evaluate("() => window.opened")
    return took


def median(measure: Callable[[], float], times: int = 7) -> float:
    return statistics.median(measure() for _time in range(times))

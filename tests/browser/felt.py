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
LEAVE = """(selector) => {
    sessionStorage.setItem('left', String(performance.timeOrigin + performance.now()));
    document.querySelector(selector).click();
}"""
ARRIVED = """() => new Promise((done) => new PerformanceObserver((list) => {
    const paint = list.getEntriesByName('first-contentful-paint')[0];
    if (paint) done(performance.timeOrigin + paint.startTime - Number(sessionStorage.getItem('left')));
}).observe({ type: 'paint', buffered: true }))"""


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


def follow(page: Page, selector: str) -> float:
    """Milliseconds from a click on a link to the first paint of its page."""
    with page.expect_navigation():
        page.evaluate(LEAVE, selector)
    took: float = page.evaluate(ARRIVED)
    return took


def median(measure: Callable[[], float], times: int = 7) -> float:
    return statistics.median(measure() for _time in range(times))

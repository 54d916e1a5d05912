"""Makes the app's icons anew from static/img/mark.svg: `python -m tests.browser.pictures`."""

import sys
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.browser.watched import launch

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "static" / "img"
# File, edge, how much of it the mark takes, and whether its ground fills the square, which systems then cut to shape.
ICONS = (
    ("icon-192.png", 192, 1.0, False),
    ("icon-512.png", 512, 1.0, False),
    ("icon-maskable-512.png", 512, 0.8, True),
    ("icon-touch-180.png", 180, 0.86, True),
)


def make_icons(browser: Browser) -> None:
    mark = (IMAGES / "mark.svg").read_text()
    ground = mark.partition('rx="8" fill="')[2].partition('"')[0]
    for name, edge, share, filled in ICONS:
        page = browser.new_page(viewport=ViewportSize(width=edge, height=edge))
        size = round(edge * share)
        style = f"margin:0;display:grid;place-items:center;height:100vh;background:{ground if filled else 'none'}"
        page.set_content(f'<body style="{style}">' + mark.replace("<svg ", f'<svg width="{size}" height="{size}" ', 1))
        page.screenshot(path=IMAGES / name, omit_background=not filled)
        page.close()


def main() -> int:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        make_icons(browser)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

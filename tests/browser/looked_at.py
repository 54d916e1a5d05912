"""What is wrong with how a page looks: photographed wide and narrow, light and dark, and gone over with axe."""

import re
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.watched import PHONE, WIDE

SHOTS = Path(__file__).parent / "shots"
SPACES = re.compile(r"\s+")
GRAVE = {"serious", "critical"}
# A theme changes nothing but colours, and a narrow window everything but them.
RULES: dict[tuple[str, str], dict[str, Any]] = {
    ("wide", "light"): {},
    ("wide", "dark"): {"runOnly": ["color-contrast", "link-in-text-block"]},
    ("phone", "light"): {"rules": {"color-contrast": {"enabled": False}}},
}


def what_is_wrong(page: Page, name: str) -> list[str]:
    """Each fault as a sentence. The page is not loaded anew: the theme and the window change around it."""
    wrong = []
    page.evaluate(AXE_SCRIPT)
    for size, window in (("wide", WIDE), ("phone", PHONE)):
        page.set_viewport_size(window)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.wait_for_timeout(60)
            page.screenshot(path=SHOTS / f"{name}-{size}-{theme}.png", animations="disabled")
            wrong += _accessibility(page, RULES.get((size, theme)))
        if (wide := overflow(page)) > 0:
            wrong.append(f"{wide} pixels wider than the {size} window")
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    return [f"{name}: {fault}" for fault in dict.fromkeys(wrong)]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def _accessibility(page: Page, rules: dict[str, Any] | None) -> list[str]:
    """What axe, which is in the page already, finds grave."""
    if rules is None:
        return []
    found = page.evaluate("options => axe.run(options)", {"resultTypes": ["violations"], **rules})["violations"]
    return [
        f"{fault['id']} ({fault['impact']}): {node['target']} {SPACES.sub(' ', node['html'])[:160]}"
        for fault in found
        if fault["impact"] in GRAVE
        for node in fault["nodes"][:3]
    ]

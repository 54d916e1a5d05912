"""Every text colour keeps 4.5:1 on the grounds it is used on, in light and in dark (WCAG AA)."""

import re

import pytest

from dashboard.env import BASE_DIR

TOKENS = (BASE_DIR / "static/css/tokens.css").read_text()
GROUNDS = ("bg", "side", "surface", "sunken", "hover")
PAIRS = [
    *[(text, ground) for text in ("text", "muted", "faint", "accent") for ground in GROUNDS],
    *[
        (tone, ground)
        for tone in ("ok", "warn", "bad", "busy", "idle", "odd")
        for ground in (f"{tone}-tint", "surface", "hover")
    ],
    ("accent", "accent-tint"),
    ("text", "accent-tint"),
    ("muted", "accent-tint"),
    ("faint", "accent-tint"),
    ("on-accent", "accent-fill"),
    ("text", "mark"),
]


def palette(theme: str) -> dict[str, str]:
    block = re.search(rf'\[data-bs-theme="{theme}"\] {{(.*?)\n}}', TOKENS, re.DOTALL)
    assert block
    return dict(re.findall(r"--qs-([\w-]+): (#[0-9a-f]{6});", block[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_contrast(theme: str, text: str, ground: str) -> None:
    colours = palette(theme)
    high, low = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.5

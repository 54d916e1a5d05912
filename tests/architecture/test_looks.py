"""Nothing is hand-styled: colours stand in tokens.css, and pages carry no styles of their own."""

import re
from pathlib import Path

import pytest

from dashboard.env import BASE_DIR

STATIC = BASE_DIR / "static"
# A colour made from a token, as rgb(from var(--qs-text) r g b / 7%), is none.
RAW = re.compile(
    r"#[0-9a-f]{3,8}\b(?![^{}]*\{)|\b(?:rgba?|hsla?|oklch|lab)\((?!from |var\()"
    r"|(?<=[:\s])(?:white|black|red|green|blue|gr[ae]y|orange|yellow|purple)(?=[\s;])",
    re.IGNORECASE,
)
SHEETS = [path for path in sorted((STATIC / "css").glob("*.css")) if path.name != "tokens.css"]
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
TEMPLATES = sorted((BASE_DIR / "templates").rglob("*.html"))


def without_comments(text: str) -> str:
    return re.sub(r"(?s)/\*.*?\*/", " ", text)


def raw_colours(css: str) -> list[str]:
    return [match[0] for match in RAW.finditer(without_comments(css))]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_no_style_sheet_but_one_names_a_colour(path: Path) -> None:
    assert raw_colours(path.read_text()) == []


def test_no_script_names_a_colour() -> None:
    found = {path.name: re.findall(r"#[0-9a-fA-F]{6}\b|\brgba?\(\d", path.read_text()) for path in SCRIPTS}
    assert {name: colours for name, colours in found.items() if colours} == {}


def test_no_template_styles_by_hand() -> None:
    by_hand = re.compile(r"\sstyle\s*=|<style\b|<font\b|\b(?:bgcolor|align|valign)=", re.IGNORECASE)
    assert [path.name for path in TEMPLATES if by_hand.search(path.read_text())] == []


@pytest.mark.parametrize(
    ("css", "found"),
    [
        ("a { color: #fff; }", ["#fff"]),
        ("a { color: rgb(1 2 3); }", ["rgb("]),
        ("a { color: white; }", ["white"]),
        ("#fade { color: var(--qs-text); }", []),
        ("a { color: rgb(from var(--qs-text) r g b / 7%); white-space: pre; /* #fff */ }", []),
    ],
)
def test_a_raw_colour_would_be_seen(css: str, found: list[str]) -> None:
    assert raw_colours(css) == found

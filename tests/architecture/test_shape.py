"""Small modules, short functions, plain names, and templates that a strict Content-Security-Policy can serve."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.env import BASE_DIR

SOURCES = [
    path
    for folder in ("dashboard", "hosts", "tests")
    for path in sorted((BASE_DIR / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
TEMPLATES = sorted((BASE_DIR / "templates").rglob("*.html"))
MODULE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 300, 40, 120
NOBODYS = {"utils", "helpers", "common", "misc", "manager", "managers", "services"}
TRESPASSES = {
    "trusts a value": re.compile(r"\|\s*safe\b|\|\s*safeseq\b|\{%\s*autoescape off"),
    "has an inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE),
    "has an inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "has an event handler": re.compile(r"\son[a-z]+\s*=|\shx-on[:-]|javascript:", re.IGNORECASE),
}


def shown(path: Path) -> str:
    return str(path.relative_to(BASE_DIR))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_modules_are_small() -> None:
    long = {shown(path): lines for path in SOURCES if (lines := len(path.read_text().splitlines())) > MODULE_LINES}
    assert long == {}


def test_functions_are_short() -> None:
    long = {}
    for path in SOURCES:
        # A fake's function may hold a whole answer of an engine.
        for function in functions(path) if "fakes" not in path.parts else ():
            lines = (function.end_lineno or 0) - function.lineno + 1
            if lines > FUNCTION_LINES:
                long[f"{shown(path)}:{function.name}"] = lines
    assert long == {}


def test_no_module_is_nobodys() -> None:
    assert [shown(path) for path in SOURCES if path.stem in NOBODYS or path.parent.name in NOBODYS] == []


def test_templates_are_short() -> None:
    long = {shown(path): lines for path in TEMPLATES if (lines := len(path.read_text().splitlines())) > TEMPLATE_LINES}
    assert long == {}


@pytest.mark.parametrize("trespass", TRESPASSES)
def test_no_template(trespass: str) -> None:
    assert [shown(path) for path in TEMPLATES if TRESPASSES[trespass].search(path.read_text())] == []


@pytest.mark.parametrize(
    ("trespass", "text"),
    [
        ("trusts a value", "{{ name|safe }}"),
        ("has an inline script", "<script>alert(1)</script>"),
        ("has an inline style", '<p style="color: red">'),
        ("has an event handler", '<a onclick="go()">'),
    ],
)
def test_a_trespass_would_be_seen(trespass: str, text: str) -> None:
    assert TRESPASSES[trespass].search(text)

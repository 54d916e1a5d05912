"""The tree is as docs/architecture.md draws it, and what is written in it is for those who use and keep it."""

import ast
import fnmatch
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.env import BASE_DIR
from hosts.operations.base import Operation, every

TOP = {"manage.py", "dashboard", "hosts", "templates", "static", "tests", "docs", "deploy", ".ci"}
TOP |= {"README.md", "CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml", ".gitignore"}
TOP |= {f"requirements{kind}.{form}" for kind in ("", "-dev") for form in ("in", "txt")}
TOP |= {"package.json", "package-lock.json"}
IGNORED = [".git", *(line.strip("/") for line in (BASE_DIR / ".gitignore").read_text().split())]
OPERATIONS = sorted(every(), key=lambda operation: operation.name)
# Written so that this file does not trespass itself.
FOREIGN = {
    "a path of the machine it was made on": re.compile(r"/work/[a-z.]|\B/roo[t]/|/hom[e]/(?!\w+/\.)[a-z]+/"),
    "a tool it was made with": re.compile(r"(?i)\b(cla[u]de|anthr[o]pic|ope[n]ai|chat[g]pt|co[p]ilot|l[l]ms?)\b"),
    "a paper that is not in it": re.compile(r"\bshare[d]/(design|stack|testbed|reliability|field)\b"),
    "a mirror of packages": re.compile(r"--index-ur[l]|--extra-inde[x]|--trusted-hos[t]"),
}
# What a template may say in every language.
NAMES = {"Quayside", "CSV", "JSONL", "Docker", "CPU"}
LETTERS = re.compile(r"[A-Za-z]{3,}")


def is_ignored(name: str) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in IGNORED)


def texts() -> Iterator[tuple[str, str]]:
    """Every file of our own that is text, with what stands in it."""
    for folder, folders, files in os.walk(BASE_DIR):
        folders[:] = [name for name in folders if not is_ignored(name) and name not in ("vendor", "shots")]
        for name in filter(lambda name: not is_ignored(name), files):
            path = Path(folder, name)
            try:
                yield str(path.relative_to(BASE_DIR)), path.read_text()
            except UnicodeDecodeError:
                continue  # a picture


def test_the_top_of_the_tree() -> None:
    assert {path.name for path in BASE_DIR.iterdir() if not is_ignored(path.name)} - TOP == set()


@pytest.mark.parametrize("foreign", FOREIGN)
def test_no_file_names(foreign: str) -> None:
    found = [f"{name}: {match[0]}" for name, text in texts() if (match := FOREIGN[foreign].search(text))]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    """One sentence, the first of its docstring."""
    silent = []
    for name, text in texts():
        if name.endswith(".py") and text.strip() and "/migrations/" not in name:
            said = (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")[0]
            if not re.search(r"[.?:!]$", said):
                silent.append(name)
    assert silent == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.name for operation in OPERATIONS])
def test_every_operation_is_named_by_a_test(operation: Operation) -> None:
    """The tests that every operation passes don't count: they know nothing of what this one does."""
    tests = [path for path in (BASE_DIR / "tests").rglob("test_*.py") if path.name != "test_every_operation.py"]
    wanted = re.compile(rf"""["'/]{re.escape(operation.name)}["'?]""")
    named = [path for path in tests if wanted.search(path.read_text())]
    assert named, f"no test names {operation.name}"


def untranslated(template: str) -> list[str]:
    """Words between tags, and in the attributes that are read to people, that no gettext sees."""
    text = re.sub(r"(?s)\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}|<!--.*?-->", " ", template)
    text = re.sub(r"(?s)\{% blocktranslate.*?\{% endblocktranslate %\}", " ", text)
    text = re.sub(r"(?s)\{%.*?%\}|\{\{.*?\}\}|&\w+;", " ", text)
    text = re.sub(r"(?s)<(script|code)\b.*?</\1>", " ", text)
    attributes = re.findall(r'\b(?:title|aria-label|placeholder|alt)="([^"]*)"', text)
    between = re.sub(r"(?s)<[^>]*>", " ", text)
    return [word for part in (*attributes, between) for word in LETTERS.findall(part) if word not in NAMES]


def test_every_word_of_a_template_is_translated() -> None:
    folder = BASE_DIR / "templates"
    paths = [path for path in folder.rglob("*.html") if "styleguide" not in str(path)]
    assert {str(path): words for path in paths if (words := untranslated(path.read_text()))} == {}


def test_an_untranslated_word_would_be_seen() -> None:
    assert untranslated('<p title="Go away">{% translate "Fine" %} not</p> {{ word }}') == ["away", "not"]

"""Everything under static/vendor is listed with its version, licence and digest, and is what the list says."""

import hashlib
import json
import re

import pytest

from dashboard.env import BASE_DIR

VENDOR = BASE_DIR / "static" / "vendor"
LISTED = json.loads((VENDOR / "manifest.json").read_text())
LOCKED = json.loads((BASE_DIR / "package-lock.json").read_text())["packages"]
LICENCES = {"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "0BSD", "OFL-1.1"}


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: entry["file"])
def test_file_is_what_the_manifest_says(entry: dict[str, str]) -> None:
    assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["licence"] in LICENCES
    assert (VENDOR / entry["notice"]).stat().st_size > 100
    assert LOCKED[f"node_modules/{entry['name']}"]["version"] == entry["version"]


def test_nothing_is_unlisted() -> None:
    files = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert files - {entry["file"] for entry in LISTED} - {entry["notice"] for entry in LISTED} == {"manifest.json"}


def test_no_file_of_ours_asks_another_server() -> None:
    """No CDN: the pages' own style sheets and scripts name no address elsewhere."""
    ours = [
        path
        for path in (BASE_DIR / "static").rglob("*")
        if path.suffix in {".css", ".js"} and VENDOR not in path.parents
    ]
    assert ours
    foreign = [str(path) for path in ours if "//cdn" in path.read_text() or "@import url(http" in path.read_text()]
    assert foreign == []


TAGS = re.compile(r"(?s)\{[%{#].*?[%}#]\}")


def test_every_class_of_a_template_has_a_rule() -> None:
    """Of Tabler only the classes that static/build.mjs names are there: one that is not would do nothing."""
    sheets = [*(BASE_DIR / "static" / "css").glob("*.css"), VENDOR / "tabler.css"]
    known = set(re.findall(r"\.(-?[_a-zA-Z][\w-]*)", "".join(sheet.read_text() for sheet in sheets)))
    # What a script or a test finds something by needs none.
    finders = [*(BASE_DIR / "static" / "js").glob("*.js"), *(BASE_DIR / "tests" / "browser").glob("*.py")]
    known |= set(re.findall(r"[\w-]+", "".join(finder.read_text() for finder in finders)))
    found = {}
    for path in (BASE_DIR / "templates").rglob("*.html"):
        for classes in re.findall(r'class="([^"]*)"', TAGS.sub("\0", path.read_text())):
            names = set(re.findall(r"(?<![\w\0-])[\w-]+(?![\w\0-])", classes))
            if names - known:
                found[str(path.relative_to(BASE_DIR))] = sorted(names - known)
    assert found == {}


def test_the_pictures_of_the_documentation_are_small_and_shown() -> None:
    pages = [BASE_DIR / "README.md", *(BASE_DIR / "docs").glob("*.md")]
    shown = {
        (page.parent / picture).resolve()
        for page in pages
        for picture in re.findall(r"!\[[^]]+\]\(([^)]+)\)", page.read_text())
    }
    here = set((BASE_DIR / "docs" / "images").iterdir())
    assert shown == here
    assert {picture.name: size for picture in here if (size := picture.stat().st_size) > 120_000} == {}

"""Is every word of the console said in every language, whole, current, and with the same blanks in it?"""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import polib
import pytest
from django.conf import settings

from tests.testbed.needs import without
from tests.testbed.parts import MissingPartError

FOLDER = settings.BASE_DIR / "dashboard" / "locale"
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
BLANK = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+[^>]*>")


def catalogue(language: str, folder: Path = FOLDER) -> polib.POFile:
    return polib.pofile(str(folder / language / "LC_MESSAGES" / "django.po"))


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogues as `make messages` would leave them."""
    if shutil.which("xgettext") is None:
        without(MissingPartError("xgettext is not installed: apt-get install gettext"))
    copy = tmp_path_factory.mktemp("tree")
    for part in ("dashboard", "hosts", "templates"):
        shutil.copytree(settings.BASE_DIR / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(settings.BASE_DIR / "manage.py", copy)
    command = [sys.executable, "manage.py", "makemessages", "--all", "--no-obsolete", "--no-location"]
    plain = {"PATH": os.environ["PATH"], "DOTENV": os.devnull, "DATA_DIR": str(copy / "var")}
    subprocess.run(command, cwd=copy, env=plain, check=True, stdout=subprocess.DEVNULL)
    return copy / "dashboard" / "locale"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_unsaid(collected: Path, language: str) -> None:
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue(language)}
    now = catalogue(language, collected)
    assert len(now) > 500
    assert [entry.msgid for entry in now if (entry.msgctxt, entry.msgid) not in known] == []
    assert [entry.msgid for entry in now if not entry.translated()] == []
    assert known - {(entry.msgctxt, entry.msgid) for entry in now} == set(), "nobody says these any more"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_blanks_are_the_same(language: str) -> None:
    assert [entry.msgid for entry in catalogue(language) if not _same_blanks(entry)] == []


def _same_blanks(entry: polib.POEntry) -> bool:
    said = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
    wanted = Counter(BLANK.findall(entry.msgid_plural or entry.msgid))
    # One of something may be said without its number.
    return all(Counter(BLANK.findall(text)) in (wanted, Counter(BLANK.findall(entry.msgid))) for text in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    """The compiled catalogue is in the tree, because no machine that runs the console needs gettext."""
    compiled = polib.mofile(str(FOLDER / language / "LC_MESSAGES" / "django.mo"))
    assert {(each.msgctxt, each.msgid): (each.msgstr, each.msgstr_plural) for each in compiled} == {
        (each.msgctxt, each.msgid): (each.msgstr, each.msgstr_plural)
        for each in catalogue(language).translated_entries()
    }

"""Is the data folder ready for this version? Answered without Django, from the names, sizes and times of files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from dashboard import env

# Of the folder `static`, what only makes the rest.
NOT_SERVED = ["build.mjs", "icons.txt", "manifest.json"]


def current() -> dict[str, str]:
    """What has to be done again when it changes, each with the digest of what it is made from."""
    root = env.BASE_DIR
    # The lock file stands for what the packages bring.
    lock = root / "requirements.txt"
    # The layouts say what goes together as one file.
    bundled = [
        root / "dashboard/settings.py",
        root / "dashboard/up/prepared.py",
        root / "dashboard/bundles.py",
        root / "templates/base.html",
        root / "templates/layouts/document.html",
    ]
    return {
        "migrations": _digest(env.text("DATABASE_URL"), [lock, *root.glob("*/migrations/*.py")]),
        "static": _digest(str(env.flag("DEBUG")), [lock, *bundled, *(root / "static").rglob("*")]),
    }


def remembered() -> dict[str, str]:
    """The same, of what was done last."""
    try:
        found = json.loads(_file().read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remember() -> None:
    """Note that all is done."""
    _file().write_text(json.dumps(current(), indent=1), encoding="ascii")


def is_prepared() -> bool:
    """Whether the processes can start at once: nothing changed since, and nothing was taken away."""
    folder = env.data_dir()
    here = (folder / "static").is_dir() and (bool(env.text("DATABASE_URL")) or (folder / "db.sqlite3").is_file())
    return here and remembered() == current()


def _file() -> Path:
    return env.data_dir() / "prepared.json"


def _digest(word: str, files: Iterable[Path]) -> str:
    whole = hashlib.sha256(word.encode())
    for file in sorted(files):
        if file.is_file():
            found = file.stat()
            whole.update(f"{file.relative_to(env.BASE_DIR)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return whole.hexdigest()

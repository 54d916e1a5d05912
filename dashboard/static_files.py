"""Must the static files be collected again? Answered from names, sizes and times, without reading them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


def changed_digest() -> str:
    """The digest to remember once they are collected; empty when what was collected is still right."""
    whole = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for line in _sources():
        whole.update(line.encode())
    digest = whole.hexdigest()
    stamp = _stamp()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == digest and settings.STATIC_ROOT.is_dir():
        return ""
    return digest


def remember(digest: str) -> None:
    """Note that the files of this digest are collected."""
    _stamp().write_text(digest, encoding="ascii")


def _stamp() -> Path:
    return Path(settings.DATA_DIR) / "static.sha256"


def _sources() -> Iterator[str]:
    # The lock file stands for the files that the packages bring.
    folders = [Path(folder) for folder in settings.STATICFILES_DIRS]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    for file in sorted([*files, settings.BASE_DIR / "requirements.txt"]):
        found = file.stat()
        yield f"{file.relative_to(settings.BASE_DIR)} {found.st_size} {found.st_mtime_ns}\n"

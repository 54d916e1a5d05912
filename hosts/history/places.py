"""Where on the disk is what is kept, and is there room for more?"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from django.conf import settings

from hosts.models import KeptLog

# Less than this is left to others: a database that cannot write is worse than lines that are not kept.
RESERVE = 512 << 20

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_SEALED = re.compile(r"(\d{8,10})\.zst")


def root() -> Path:
    return Path(settings.DATA_DIR) / "history"


def folder_of(log: KeptLog) -> Path:
    """The host's id, then the container's with the log's own: one that is dropped and kept anew is another."""
    name = log.engine_id if _SAFE.fullmatch(log.engine_id) else "container"
    return root() / str(log.host_id) / f"{name}.{log.pk}"


def file_of(folder: Path, number: int) -> Path:
    return folder / f"{number:08d}.zst"


def numbers_in(folder: Path) -> list[int]:
    """The sealed chunks there."""
    return sorted(int(match[1]) for path in folder.glob("*.zst") if (match := _SEALED.fullmatch(path.name)))


def free_bytes() -> int:
    place = root()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def is_full() -> bool:
    """Whether no more lines are to be kept for want of room on the disk."""
    return free_bytes() < RESERVE

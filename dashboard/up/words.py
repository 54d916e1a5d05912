"""How the supervisor speaks: one coloured prefix a process, one sentence when it cannot start."""

from __future__ import annotations

import os
import sys
from typing import TextIO

_COLOURS = {"quayside": "1", "redis": "31", "prepare": "35", "web": "36", "worker": "33", "watcher": "32"}


class CannotStart(Exception):
    """Quayside cannot start; the text is one sentence that says what to do."""


class Output:
    """Lines of several processes on one stream, each behind the name of its process."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._coloured = self._stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self._broken = False

    def line(self, name: str, text: str) -> None:
        """Print one line of one process. A reader that went away (`make run | head`) does not end the console."""
        if self._broken:
            return
        prefix = f"{name:<8} |"
        if self._coloured:
            prefix = f"\x1b[{_COLOURS.get(name, '34')}m{prefix}\x1b[0m"
        try:
            self._stream.write(f"{prefix} {text}\n")
            self._stream.flush()
        except (BrokenPipeError, OSError):
            self._broken = True

    def say(self, text: str) -> None:
        """Print a sentence of the supervisor's own."""
        self.line("quayside", text)

"""How do lines stand in a file? As plain text, or each as a JSON object. What is missing is said at the end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from hosts.engine.frames import CUT, ENGINE, KIND, STDERR, stamp_of
from hosts.lines.levels import levels
from hosts.streams.merge import Merged

_LEVELS = ("", "trace", "debug", "info", "warn", "error", "fatal")
_MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a line came from, as the file says it; `label` is short and tells them apart."""

    host: str
    container: str
    id: str
    label: str


class Format(Protocol):
    """`source` says of a note which log it is about; None is the file as a whole."""

    content_type: str
    suffix: str

    def lines(self, merged: Merged) -> bytes: ...

    def note(self, text: str, source: int | None = None) -> bytes: ...

    def truncated(self, reasons: Sequence[str]) -> bytes: ...


class Plain:
    """As `docker logs` prints them; among many each line says whose it is."""

    content_type, suffix = "text/plain; charset=utf-8", "log"

    def __init__(self, origins: Sequence[Origin], timestamps: bool) -> None:
        self._names = [origin.label.encode() for origin in origins]
        self._many, self._timestamps = len(origins) > 1, timestamps

    def lines(self, merged: Merged) -> bytes:
        lines = merged.lines
        if self._many:
            return b"".join(
                b"%b%b | %b\n" % (stamp if self._timestamps else b"", self._names[source], line[len(stamp) :])
                for line, stamp, source in zip(lines, map(stamp_of, lines), merged.sources, strict=True)
            )
        shown = lines if self._timestamps else [line[len(stamp_of(line)) :] for line in lines]
        return b"\n".join([*shown, b""])

    def note(self, text: str, source: int | None = None) -> bytes:
        whose = self._names[source].decode() + ": " if self._many and source is not None else ""
        return f"[Quayside: {whose}{text}]\n".encode()

    def truncated(self, reasons: Sequence[str]) -> bytes:
        words = _("This file is not whole, the log breaks off here. %s") % summary(reasons)
        return self.note(words)


class JsonLines:
    """An object a line; what is no UTF-8 is replaced. A last object with `truncated` says what is missing."""

    content_type, suffix = "application/x-ndjson; charset=utf-8", "jsonl"

    def __init__(self, origins: Sequence[Origin]) -> None:
        self._origins = origins

    def lines(self, merged: Merged) -> bytes:
        found = []
        told = zip(merged.kinds, merged.lines, merged.sources, levels(merged.lines), strict=True)
        for kind, line, source, level in told:
            stamp, origin = stamp_of(line), self._origins[source]
            entry: dict[str, object] = {
                "time": stamp.decode("ascii").strip(),
                "host": origin.host,
                "container": origin.container,
                "stream": _stream(kind),
            }
            if _LEVELS[level]:
                entry["level"] = _LEVELS[level]
            entry["line"] = line[len(stamp) :].decode("utf-8", "replace").removesuffix("\r")
            if kind & CUT:
                entry["cut"] = True
            found.append(_object(entry))
        return b"".join(found)

    def note(self, text: str, source: int | None = None) -> bytes:
        origin = self._origins[source] if source is not None else None
        whose = {"host": origin.host, "container": origin.container} if origin else {}
        return _object({**whose, "missing": text})

    def truncated(self, reasons: Sequence[str]) -> bytes:
        return _object({"truncated": True, "reason": summary(reasons)})


def summary(reasons: Sequence[str]) -> str:
    """What is missing, in one line; of very many reasons the first."""
    shown = list(dict.fromkeys(reasons))[:_MOST_REASONS]
    more = len(reasons) - len(shown)
    return " ".join([*shown, *([_("And %s more.") % more] if more > 0 else [])])


def _stream(kind: int) -> str:
    if kind & KIND == ENGINE:
        return "engine"
    return "stderr" if kind & KIND == STDERR else "stdout"


def _object(entry: dict[str, object]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

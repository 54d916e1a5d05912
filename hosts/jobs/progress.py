"""What a running job says of itself: at most four times a second, and the last word always.

`Job.progress` holds `{"status": str, "current": int, "total": int, "rate": float, "layers": [...]}`: bytes, bytes a
second, and per layer `{"id", "status", "current", "total"}` in the order in which the engine named them.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from hosts import nudges
from hosts.engine import errors
from hosts.facts import PullProgress
from hosts.jobs import lease
from hosts.models import Job

INTERVAL = 0.25
_RATE_WINDOW = 5.0
_DONE_WORDS = frozenset({"Pull complete", "Already exists", "Download complete"})


# The engine raises the same when a cancel closes what it was reading.
Cancelled = errors.Cancelled


class Reporter:
    """Keeps one job's progress, and carries the wish to cancel to whatever it is doing."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._layers: dict[str, dict[str, Any]] = {}
        self._status = ""
        self._saved_at = 0.0
        self._marks: deque[tuple[float, int]] = deque()
        self._cancelled = threading.Event()
        self._closer: Callable[[], None] | None = None

    def cancel(self) -> None:
        """Ask the run to stop, and close what it is waiting for; safe from another thread."""
        self._cancelled.set()
        closer = self._closer
        if closer:
            closer()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def closes(self, closer: Callable[[], None] | None) -> None:
        """Name what a cancel has to close so that a blocked read ends at once."""
        self._closer = closer
        if closer and self.cancelled:
            closer()

    def say(self, status: str) -> None:
        self._status = status
        self._save()

    def pull(self, step: PullProgress) -> None:
        """Take one message of a pull."""
        if self.cancelled:
            raise Cancelled
        if step.layer:
            row = self._layers.setdefault(step.layer, {"id": step.layer, "status": "", "current": 0, "total": 0})
            row["status"] = step.status or row["status"]
            if step.status == "Downloading":
                row["current"], row["total"] = step.current or 0, step.total or row["total"]
            elif step.status in _DONE_WORDS:
                row["current"] = row["total"]
        else:
            self._status = step.status or self._status
        self._save()

    def report(self, lines: list[dict[str, Any]], total: int) -> None:
        """The report of a bulk run so far: one `{host, noun, id, name, outcome, message}` an item."""
        if self.cancelled:
            raise Cancelled
        lease.write(self.job, report=lines, progress={"items": len(lines), "of": total})
        nudges.send(f"job.{self.job.pk}", "progress")

    def finish(self) -> None:
        """Write the last word."""
        if self._layers or self._status:
            self._save(last=True)

    def _save(self, last: bool = False) -> None:
        now = time.monotonic()
        if not last and now - self._saved_at < INTERVAL:
            return
        self._saved_at = now
        lease.write(self.job, progress=self._snapshot(now))
        nudges.send(f"job.{self.job.pk}", "progress")

    def _snapshot(self, now: float) -> dict[str, Any]:
        layers = list(self._layers.values())
        current = sum(layer["current"] for layer in layers)
        total = sum(layer["total"] for layer in layers)
        self._marks.append((now, current))
        while len(self._marks) > 2 and now - self._marks[0][0] > _RATE_WINDOW:
            self._marks.popleft()
        span = now - self._marks[0][0]
        rate = max(0.0, (current - self._marks[0][1]) / span) if span > 0 else 0.0
        return {
            "status": self._status,
            "layers": layers,
            "current": current,
            "total": total,
            "rate": rate,
            "seconds_left": round((total - current) / rate) if rate > 0 and total > current else None,
        }

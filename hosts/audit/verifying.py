"""Goes over the whole trail: every record against its leaf, the tree against signed checkpoints, what is left over.

Batch by batch, so that memory doesn't grow with the trail; new records may be written meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection

from hosts.audit import chain, triggers
from hosts.audit.adopting import TABLES, start, without_leaf
from hosts.audit.canonical import FIELDS, canonical
from hosts.audit.checkpoints import Checkpoint
from hosts.audit.tree import Tree, leaf_hash
from hosts.models import AuditEvent, AuditLeaf, LeafKind

RESTORED = "audit.restored"
BATCH = 2000
SHOWN = 20


@dataclass(slots=True)
class Verdict:
    """What was found. `bad` is the first of `total_bad`, in the order of the chain; `said` is worth knowing."""

    leaves: int = 0
    bad: list[str] = field(default_factory=list)
    total_bad: int = 0
    said: list[str] = field(default_factory=list)
    checkpoints: int = 0
    after_last: int | None = None
    # From which size to which the signed chain is gone, when no recorded restore says so.
    lost: tuple[int, int] | None = None

    def add(self, sentence: str) -> None:
        self.total_bad += 1
        if len(self.bad) < SHOWN:
            self.bad.append(sentence)


class Verifying:
    def __init__(self, found: Iterable[Checkpoint], progress: Callable[[int, int], None] = lambda at, of: None) -> None:
        self.verdict = Verdict()
        self._progress = progress
        self._checkpoints = list(found)
        self._at_size: dict[int, list[int]] = defaultdict(list)
        for number, one in enumerate(self._checkpoints):
            self._at_size[one.size].append(number)
        self._tree = Tree()
        # By its number: whether the tree had that root at that size. What is not in it was never reached.
        self._holds: dict[int, bool] = {}
        self._rows = dict.fromkeys(LeafKind, 0)
        self._at: datetime | None = None
        self._times: dict[int, datetime | None] = {}
        self._is_whole = True

    def run(self) -> Verdict:
        for name in triggers.missing(connection):
            self.verdict.add(f"The trigger {name} is missing or changed; `manage.py prepare` puts it back.")
        self._walk()
        self._left_over()
        self._compare()
        return self.verdict

    def _walk(self) -> None:
        size = chain.size()
        expected = 0
        self._note_size()
        while expected < size:
            rows = AuditLeaf.objects.filter(sequence__gte=expected, sequence__lt=size).order_by("sequence")
            batch = list(rows.values_list("sequence", "kind", "record_id", "version", "hash")[:BATCH])
            if not batch:
                self._gap(expected, size)
                break
            records = {kind: _records(kind, batch) for kind in LeafKind}
            for sequence, kind, key, version, digest in batch:
                if sequence != expected:
                    self._gap(expected, sequence)
                self._one(sequence, kind, version, chain.stored(digest), records.get(kind, {}).get(key), key)
                expected = sequence + 1
            self._progress(expected, size)
        self.verdict.leaves = self._tree.size

    def _gap(self, expected: int, sequence: int) -> None:
        count = sequence - expected
        self._is_whole = False
        self.verdict.add(f"{_count(count, 'leaf', 'leaves')} from {expected} on, after {_time(self._at)}: removed.")

    def _one(self, sequence: int, kind: str, version: int, digest: bytes, row: dict[str, Any] | None, key: int) -> None:
        if kind not in TABLES or version not in FIELDS:
            self.verdict.add(
                f"Leaf {sequence}, after {_time(self._at)}: of a kind or version that this Quayside doesn't know."
            )
        elif row is None:
            self.verdict.add(f"{kind.capitalize()} {key} (leaf {sequence}), after {_time(self._at)}: removed.")
        elif not row:
            self.verdict.add(f"{kind.capitalize()} {key} (leaf {sequence}), after {_time(self._at)}: can't be read.")
        else:
            self._rows[LeafKind(kind)] += 1
            self._at = row["at"]
            if _hash(kind, row, version) != digest:
                self.verdict.add(f"{_named(kind, row)} (leaf {sequence}): changed; it does not match its leaf.")
        self._tree.add(digest)
        self._note_size()

    def _note_size(self) -> None:
        numbers = self._at_size.get(self._tree.size)
        if numbers and self._is_whole:
            root = self._tree.root()
            for number in numbers:
                self._holds[number] = self._checkpoints[number].root == root
            self._times[self._tree.size] = self._at

    def _left_over(self) -> None:
        """Rows without a leaf, and more leaves than rows."""
        mark = start()
        if mark:
            self.verdict.said.append(
                f"The chain starts with a mark: the {mark.events} events and {mark.endings} endings from before it "
                "were not protected until then."
            )
        for kind in LeafKind:
            old_upto = 0 if mark is None else mark.last_event if kind is LeafKind.EVENT else mark.last_ending
            rows = without_leaf(kind)
            owed = rows.filter(pk__lte=old_upto).count()
            if owed:
                self.verdict.add(f"{owed} old {kind}s are not in the chain yet; `manage.py prepare` takes them in.")
            for key in rows.filter(pk__gt=old_upto).values_list("pk", flat=True)[:SHOWN]:
                row = _one_record(kind, key)
                self.verdict.add(
                    f"{_named(kind, row) if row else f'{kind.capitalize()} {key}'}: put in without a leaf."
                )
            if self._counts_differ(kind):
                self.verdict.add(f"Several leaves stand for the same {kind}.")

    def _counts_differ(self, kind: LeafKind) -> bool:
        leaves = AuditLeaf.objects.filter(kind=kind)
        return leaves.count() > leaves.values("record_id").distinct().count()

    def _compare(self) -> None:
        """The tree against the checkpoints; a restored backup that is recorded and signed excuses what it lost."""
        verdict, all_of_them = self.verdict, self._checkpoints
        good = [number for number in range(len(all_of_them)) if self._holds.get(number)]
        verdict.checkpoints = len(good)
        covered = max((all_of_them[number].size for number in good), default=0)
        if all_of_them:
            verdict.after_last = self._tree.size - covered
        failed = [number for number in range(len(all_of_them)) if not self._holds.get(number)]
        for number in [number for number in good if all_of_them[number].restored]:
            failed = self._excuse(number, failed)
        if failed:
            self._accuse(failed, good)

    def _excuse(self, number: int, failed: list[int]) -> list[int]:
        mark = self._checkpoints[number]
        kept, lost = mark.restored or (0, 0)
        excused = {
            one
            for one in failed
            if self._checkpoints[one].generation < mark.generation and kept < self._checkpoints[one].size <= lost
        }
        recorded = AuditEvent.objects.filter(action=RESTORED, inputs__kept=kept, inputs__lost=lost).first()
        if recorded is None:
            self.verdict.add(f"The checkpoint of {mark.at} speaks of a restored backup that no record speaks of.")
            return failed
        self.verdict.said.append(
            f"A restored backup was recorded on {_time(recorded.at)} by {_printable(recorded.actor_name)} "
            f"(event {recorded.pk}): up to {lost - kept} leaves beyond {kept} were lost, with {len(excused)} "
            "checkpoints over them."
        )
        return [one for one in failed if one not in excused]

    def _accuse(self, failed: list[int], good: list[int]) -> None:
        first = min((self._checkpoints[number] for number in failed), key=lambda one: one.size)
        last = max((self._checkpoints[number] for number in failed), key=lambda one: one.size)
        sizes = (self._checkpoints[number].size for number in good)
        before = max((size for size in sizes if size < first.size), default=0)
        self.verdict.lost = before, last.size
        if not self._is_whole:
            self.verdict.said.append(f"{len(failed)} checkpoints can't be compared, for leaves are missing.")
        elif first.size <= self._tree.size:
            since = f" (after {_time(self._times[before])})" if self._times.get(before) else ""
            self.verdict.add(
                f"The chain is not the one that was signed: the checkpoint of {first.at} over {first.size} leaves has "
                f"another root, so something in the leaves {before} to {first.size - 1}{since} was changed, removed or "
                "put in, and the chain computed anew."
            )
        if last.size > self._tree.size and self._is_whole:
            self.verdict.add(
                f"The end was cut off: the checkpoint of {last.at} covers {last.size} leaves, and {self._tree.size} "
                f"are there; the last {last.size - self._tree.size}, after {_time(self._at)}, are gone."
            )


_NAMES = {kind: sorted({name for fields in FIELDS.values() for name in fields[str(kind)]}) for kind in LeafKind}


def _records(kind: LeafKind, batch: list[tuple[Any, ...]]) -> dict[int, dict[str, Any]]:
    """The rows of these leaves by their keys; an empty one where a row is there and cannot be read."""
    wanted = [key for _sequence, found, key, _version, _digest in batch if found == kind]
    rows = TABLES[kind].objects.filter(pk__in=wanted)
    try:
        return {row["id"]: row for row in rows.values(*_NAMES[kind])}
    except DatabaseError:
        raise
    except Exception:  # noqa: BLE001 - what somebody has put into SQLite may be of any type: which row is it?
        return {key: _one_record(kind, key) for key in rows.values_list("pk", flat=True)}


def _one_record(kind: LeafKind, key: int) -> dict[str, Any]:
    try:
        return TABLES[kind].objects.filter(pk=key).values(*_NAMES[kind]).first() or {}
    except DatabaseError:
        raise
    except Exception:  # noqa: BLE001 - the same
        return {}


def _hash(kind: str, row: dict[str, Any], version: int) -> bytes:
    try:
        return leaf_hash(canonical(kind, row, version))
    except (ValueError, RecursionError):
        return b"\x00"


def _named(kind: str, row: dict[str, Any]) -> str:
    at = _time(row["at"])
    if kind == LeafKind.EVENT:
        return f"Event {row['id']} of {at} ({_printable(row['actor_name'])}, {_printable(row['action'])})"
    return f"Ending {row['id']} of event {row['event_id']} of {at}"


def _printable(value: object) -> str:
    """Nothing that a terminal would take for an order."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(value))


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S %Z}" if at else "the beginning"


def _count(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"

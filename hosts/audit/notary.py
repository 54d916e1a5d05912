"""Signs checkpoints of the chain while the console runs: every ten seconds or hundred records, if there are new ones.

The watcher has one. It computes the tree once, when it starts, and then adds what is new. What the database holds must
go on from what was signed last: where it doesn't, nothing is signed (a log never contradicts itself) until a person has
looked (`manage.py audit verify`) and, after a backup was restored, said so (`manage.py audit restored`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import structlog
from django.conf import settings
from django.core.cache import cache

from hosts.audit import chain, checkpoints, syslog
from hosts.audit.checkpoints import Checkpoint
from hosts.audit.notes import NoteError, Signer
from hosts.audit.tree import Tree
from hosts.models import AuditLeaf

EVERY_SECONDS, EVERY_RECORDS = 10.0, 100
# How often a chain that contradicts its checkpoints is looked at again.
AGAIN_SECONDS = 60.0
_STATE, _STATE_SECONDS = "audit.state", 60
_BATCH = 5000

log = structlog.get_logger(__name__)


class Trouble(StrEnum):
    """Why no checkpoint is written."""

    SHORT = "short"  # leaves that were signed are gone
    DIFFERENT = "different"  # leaves that were signed are others now
    GAP = "gap"
    KEY = "key"
    FILE = "file"
    SYSLOG = "syslog"


@dataclass(frozen=True, slots=True)
class State:
    """How the chain is, for a page: its size, what the last checkpoint covers and since when, and what is wrong."""

    size: int = 0
    signed: int = 0
    at: str = ""
    trouble: str = ""
    reason: str = ""


def state() -> State | None:
    """What the watcher said within the last minute."""
    found = cache.get(_STATE)
    return State(**found) if isinstance(found, dict) else None


def signers() -> list[Signer]:
    """Who signs, the newest first; NoteError when a key is damaged or cannot be read."""
    try:
        lines = settings.AUDIT_KEYS()
    except Exception as error:
        # Whoever keeps the settings has an error of their own for it.
        raise NoteError(str(error)) from error
    return [Signer.parse(line) for line in lines]


def grow(tree: Tree, upto: int | None = None) -> bool:
    """Add the leaves that the database has beyond the tree's; False at a gap."""
    while upto is None or tree.size < upto:
        rows = AuditLeaf.objects.filter(sequence__gte=tree.size)
        if upto is not None:
            rows = rows.filter(sequence__lt=upto)
        batch = list(rows.order_by("sequence").values_list("sequence", "hash")[:_BATCH])
        if not batch:
            return upto is None
        for sequence, digest in batch:
            if sequence != tree.size:
                return False
            tree.add(chain.stored(digest))
    return True


def sign_restored(kept: int, lost: int, generation: int) -> Checkpoint:
    """The first checkpoint after a backup was restored, written and sent; the log goes on under another origin."""
    signer, tree = signers()[0], Tree()
    if not grow(tree):
        raise NoteError(f"leaf {tree.size} is missing")
    made = Checkpoint.now(f"{signer.name}/r{generation}", tree.size, tree.root(), (kept, lost))
    note = signer.sign(made.text)
    checkpoints.append(Path(settings.AUDIT_CHECKPOINTS), note)
    syslog.send(note)
    return made


class Notary:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = Path(settings.AUDIT_CHECKPOINTS)
        self._clock = clock
        # None: to be computed anew.
        self._tree: Tree | None = None
        self._origin = ""
        self._last: Checkpoint | None = None
        self._note = ""
        self._left: tuple[int, int] | None = None
        self._unsent = False
        self._not_before = self._again_at = self._tell_at = 0.0
        self._trouble, self._reason = "", ""

    def look(self) -> State:
        """One look, once a second or so; signs what is due. A DatabaseError is the caller's."""
        before, size = self._trouble, chain.size()
        lasting = self._trouble in _LASTING
        changed = self._left != _seen(self._file) or (self._tree is not None and size < self._tree.size)
        try:
            if self._tree is None or changed or (lasting and self._clock() >= self._again_at):
                self._begin(size)
            elif not lasting and self._is_due(size):
                self._sign(self._tree)
        except NoteError as error:
            self._stop(Trouble.KEY, str(error))
        except OSError as error:
            self._stop(Trouble.FILE, error.strerror or str(error))
        return self._told(size, before)

    def _begin(self, size: int) -> None:
        """Compute the tree anew, and hold it against the last checkpoint: of the file, and that we have signed."""
        self._tree, self._left, self._again_at = None, _seen(self._file), self._clock() + AGAIN_SECONDS
        keys = signers()
        found = checkpoints.last(self._file, [one.verifier for one in keys])
        mine = self._last
        if mine and self._note and (found is None or (found.origin == mine.origin and found.size < mine.size)):
            log.warning("the file of checkpoints had lost its end", file=str(self._file))
            checkpoints.append(self._file, self._note)
            found, self._left = mine, _seen(self._file)
        self._last, self._origin = found, found.origin if found else keys[0].name
        self._trouble = self._reason = ""
        tree = Tree()
        if found is None:
            pass
        elif size < found.size:
            self._stop(Trouble.SHORT, f"{size} < {found.size}")
        elif not grow(tree, found.size):
            self._stop(Trouble.GAP, str(tree.size))
        elif tree.root() != found.root:
            self._stop(Trouble.DIFFERENT, str(found.size))
        self._tree = tree

    def _is_due(self, size: int) -> bool:
        new = size - (self._last.size if self._last else 0)
        if new >= EVERY_RECORDS and not self._trouble:
            return True
        return (new > 0 or self._unsent) and self._clock() >= self._not_before

    def _sign(self, tree: Tree) -> None:
        self._not_before = self._clock() + EVERY_SECONDS
        if not grow(tree):
            self._stop(Trouble.GAP, str(tree.size))
            return
        if self._last is None or tree.size > self._last.size:
            made = Checkpoint.now(self._origin, tree.size, tree.root())
            note = signers()[0].sign(made.text)
            checkpoints.append(self._file, note)
            self._last, self._note, self._left, self._unsent = made, note, _seen(self._file), True
        try:
            syslog.send(self._note)
        except OSError as error:
            self._stop(Trouble.SYSLOG, error.strerror or str(error))
            return
        self._unsent = False
        self._trouble = self._reason = ""

    def _stop(self, trouble: Trouble, reason: str) -> None:
        self._trouble, self._reason = trouble, reason

    def _told(self, size: int, before: str) -> State:
        """The state, in the log when it has changed and in the cache for the pages."""
        last = self._last
        found = State(size, last.size if last else 0, last.at if last else "", self._trouble, self._reason)
        if self._trouble and self._trouble != before:
            log.error("no checkpoint of the trail", trouble=self._trouble, reason=self._reason)
        elif before and not self._trouble:
            log.info("checkpoints of the trail are written again")
        if self._trouble != before or self._clock() >= self._tell_at:
            cache.set(_STATE, asdict(found), _STATE_SECONDS)
            self._tell_at = self._clock() + EVERY_SECONDS / 2
        return found


_LASTING = (Trouble.SHORT, Trouble.DIFFERENT, Trouble.GAP)


def _seen(file: Path) -> tuple[int, int] | None:
    """Which file it is and how long: whether somebody else has written there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size

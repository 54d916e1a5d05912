"""Checks the trail and its chain from the shell, and says what only its keeper knows: that a backup was restored.

Exit status of `verify`: 0 nothing is wrong, 1 something is, 2 it could not be checked.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from hosts.access import Actor, Target
from hosts.audit import adopting, checkpoints, notary
from hosts.audit.checkpoints import Checkpoint
from hosts.audit.notes import NoteError, Verifier
from hosts.audit.verifying import RESTORED, Verdict, Verifying
from hosts.models import LeafKind, Outcome
from hosts.operations.recording import record_fact

_BAD, _UNCHECKED = 1, 2


class Command(BaseCommand):
    help = "Verify the trail, print its public key, or record that a backup was restored."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="verify | key | restored | adopt")
        verify = verbs.add_parser("verify", help="check every record, the chain, and the signed checkpoints")
        _sources(verify)
        verbs.add_parser("key", help="print the public key of the checkpoints, for this and other tools")
        restored = verbs.add_parser("restored", help="record that a backup was restored, and which checkpoints it lost")
        _sources(restored)
        restored.add_argument("--reason", default="", help="a sentence for the record")
        verbs.add_parser("adopt", help="take records without a leaf into the chain, and record that")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except (NoteError, OSError, DatabaseError) as error:
            self.stderr.write(f"It could not be checked: {error}")
            sys.exit(_UNCHECKED)

    def _verify(self, options: dict[str, Any]) -> None:
        found, forged = self._checkpoints(options)
        verdict = Verifying(found, self._progress).run()
        for sentence in forged:
            verdict.add(sentence)
        self._print(verdict, len(found))
        if verdict.total_bad:
            sys.exit(_BAD)
        if not found:
            self.stderr.write(
                "There are no checkpoints to compare with, so a chain that was computed anew isn't noticed."
            )
            sys.exit(_UNCHECKED)

    def _key(self, _options: dict[str, Any]) -> None:
        for signer in notary.signers():
            self.stdout.write(str(signer.verifier))

    def _restored(self, options: dict[str, Any]) -> None:
        found, _forged = self._checkpoints(options)
        verdict = Verifying(found, self._progress).run()
        if verdict.lost is None:
            raise CommandError("Every checkpoint matches the trail, so there is no restored backup to record.")
        kept, lost = verdict.lost
        inputs = {"kept": kept, "lost": lost, "leaves": verdict.leaves, "reason": options["reason"][:500]}
        record_fact(Actor.shell(), RESTORED, Target("audit"), Outcome.SUCCEEDED, options["reason"], inputs)
        generation = 1 + max(one.generation for one in found)
        made = notary.sign_restored(kept, lost, generation)
        self.stdout.write(
            f"Recorded: up to {lost - kept} leaves beyond {kept} were lost. The chain goes on as {made.origin}."
        )

    def _adopt(self, _options: dict[str, Any]) -> None:
        done = adopting.adopt(dict.fromkeys(LeafKind))
        if any(done.values()):
            record_fact(Actor.shell(), "audit.adopt", Target("audit"), Outcome.SUCCEEDED, inputs=done)
        self.stdout.write(f"Taken into the chain: {done['event']} events, {done['ending']} endings.")

    def _checkpoints(self, options: dict[str, Any]) -> tuple[list[Checkpoint], list[str]]:
        """What the files hold that one of the keys has signed, and a sentence for each that somebody else has."""
        keys = [Verifier.parse(key) for key in options["public_key"]] or [one.verifier for one in notary.signers()]
        found: list[Checkpoint] = []
        forged: list[str] = []
        torn = 0
        for file in options["checkpoints"] or [Path(settings.AUDIT_CHECKPOINTS)]:
            if not file.exists() and not options["checkpoints"]:
                continue
            for one in checkpoints.read(file, keys):
                if isinstance(one, Checkpoint):
                    found.append(one)
                elif one.forged:
                    forged.append(f"Checkpoint {one.number} of {file} does not count: {one.reason}.")
                else:
                    torn += 1
        if torn:
            self.stderr.write(f"{torn} pieces of these files are no checkpoints and were passed over.")
        return found, forged

    def _progress(self, at: int, of: int) -> None:
        if at == of or at % 100_000 < 2000:
            self.stderr.write(f"{at} of {of} leaves", ending="\r" if self.stderr.isatty() else "\n")

    def _print(self, verdict: Verdict, found: int) -> None:
        for sentence in verdict.said:
            self.stdout.write(sentence)
        for sentence in verdict.bad:
            self.stdout.write(self.style.ERROR(sentence))
        if verdict.total_bad > len(verdict.bad):
            self.stdout.write(f"… and {verdict.total_bad - len(verdict.bad)} more.")
        self.stdout.write(f"{verdict.leaves} leaves; {verdict.checkpoints} of {found} checkpoints match.")
        if verdict.after_last is not None:
            self.stdout.write(f"{verdict.after_last} of the leaves stand after the last checkpoint.")
        self.stdout.write("Something is wrong." if verdict.total_bad else "Nothing is wrong with the trail.")


def _sources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--checkpoints", type=Path, action="append", default=[], help="a file of checkpoints, or of syslog (several)"
    )
    parser.add_argument(
        "--public-key", action="append", default=[], help="NAME+HASH+BASE64 (several); else those of this installation"
    )

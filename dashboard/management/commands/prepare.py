"""Makes the data folder ready for this version: migrations, static files, the local host.

Its last line is the setup link, if one is needed.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from dashboard import keys
from dashboard.up import prepared
from hosts.audit import adopting, triggers
from hosts.models import Host

# The settled status for "the last line is the sentence".
_SAID_IN_ONE_SENTENCE = 3


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--engine", default="", help="the local engine's address")
        for name in ("ca", "cert", "key"):
            parser.add_argument(f"--{name}", default="", help="a TLS file of the local engine")

    def handle(self, *_: object, **options: str) -> None:
        try:
            self._migrate()
            self._keep_the_trail()
            self._collect_static()
            prepared.remember()
        except OSError as error:
            self._refuse(keys.refusal(settings.DATA_DIR, error))
        except DatabaseError as error:
            self._refuse(_database_sentence(error))
        if options["engine"] and _is_new(options["engine"]):
            self._add_host(options)
        call_command("setup_link", stdout=self.stdout)

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)
            self.stdout.write("The database is up to date.")

    def _keep_the_trail(self) -> None:
        """The key of its checkpoints, its triggers (a migration may have lost them), and the leaves of old records."""
        settings.AUDIT_KEYS()
        for name in triggers.put_back(connection):
            self.stdout.write(f"The trigger {name} of the trail was missing and is there again.")
        count = adopting.adopt_old_rows(self._say_how_far)
        if count:
            self.stdout.write(f"{count} old records of the trail were taken into its chain.")

    def _say_how_far(self, count: int) -> None:
        if count % 100_000 == 0:
            self.stdout.write(f"{count} old records of the trail are in its chain.")
            self.stdout.flush()

    def _collect_static(self) -> None:
        done = prepared.remembered().get("static")
        if done != prepared.current()["static"] or not Path(settings.STATIC_ROOT).is_dir():
            call_command(
                "collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=prepared.NOT_SERVED
            )

    def _add_host(self, options: dict[str, str]) -> None:
        files = [word for name in ("ca", "cert", "key") if options[name] for word in (f"--{name}", options[name])]
        said = io.StringIO()
        try:
            call_command("hosts", "add", "local", options["engine"], "--if-missing", *files, stdout=said, stderr=said)
            _added_engine().write_text(options["engine"], encoding="utf-8")
        except CommandError as error:
            # The console is of use without it: the reason is shown, and the Hosts page lets a person mend it.
            self.stdout.write(f"The local engine could not be added: {error}")

    def _refuse(self, sentence: str) -> NoReturn:
        self.stdout.write(sentence)
        self.stdout.flush()
        sys.exit(_SAID_IN_ONE_SENTENCE)


def _added_engine() -> Path:
    return Path(settings.DATA_DIR) / "local-engine"


def _is_new(url: str) -> bool:
    """Whether this engine was never added: somebody who removed it, and kept other hosts, doesn't want it back."""
    file = _added_engine()
    known = file.is_file() and file.read_text(encoding="utf-8") == url
    return not (known and Host.objects.exists())


def _database_sentence(error: DatabaseError) -> str:
    said = " ".join(str(error).split())
    if connection.vendor != "sqlite":
        return f"The database of DATABASE_URL refuses ({said}); start that server or mend DATABASE_URL."
    if "full" in said:
        return f"The disk is full at {settings.DATA_DIR}; free some space or set DATA_DIR to a folder on another disk."
    if "readonly" in said or "unable to open" in said:
        return f"{connection.settings_dict['NAME']} may not be written by this user; change its owner or set DATA_DIR."
    if "malformed" in said or "not a database" in said:
        return f"{connection.settings_dict['NAME']} is damaged; put it back from a backup, or remove it to begin anew."
    return f"The database refuses ({said}); mend that and start again."

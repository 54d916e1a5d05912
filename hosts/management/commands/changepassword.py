"""Django's own command, which here leaves a record in the trail and ends the person's sessions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.core.management.base import CommandError

from hosts.access import Actor, Target
from hosts.operations.base import NotPossible
from hosts.operations.recording import recorded


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        target = Target("person", name=str(options.get("username") or Actor.shell().name))
        try:
            with recorded(Actor.shell(), "person.password", target):
                return self._changed(*args, **options)
        except NotPossible as error:
            raise CommandError(str(error)) from error

    def _changed(self, *args: Any, **options: Any) -> str | None:
        try:
            said: str | None = super().handle(*args, **options)
        except CommandError as error:
            raise NotPossible(str(error)) from error
        return said

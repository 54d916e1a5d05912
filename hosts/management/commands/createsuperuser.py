"""Django's own command, which here makes an administrator over all hosts and leaves a record in the trail."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError
from django.db.models import Max

from hosts.access import Actor, Target
from hosts.models import User
from hosts.operations.base import NotPossible
from hosts.operations.recording import recorded


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        name = str(options.get(User.USERNAME_FIELD) or "")
        last = User.objects.aggregate(last=Max("pk"))["last"] or 0
        target = Target("person", name=name)
        try:
            # The name may be asked for in the course of the command, so the ending has the names that it has made.
            with recorded(Actor.shell(), "person.add", target, {"role": "administrator"}) as said:
                done = self._made(*args, **options)
                said.extend(User.objects.filter(pk__gt=last, is_superuser=True).values_list("username", flat=True))
        except NotPossible as error:
            raise CommandError(str(error)) from error
        return done

    def _made(self, *args: Any, **options: Any) -> str | None:
        try:
            said: str | None = super().handle(*args, **options)
        except CommandError as error:
            raise NotPossible(str(error)) from error
        except SystemExit as error:  # called off at the question for a name or a password
            raise NotPossible("Cancelled.") from error
        return said

"""Django's own command, which here makes an administrator over all hosts and leaves a record in the trail."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from hosts.access import Actor, Target
from hosts.models import Outcome, User
from hosts.operations.perform import record_fact


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        before = set(User.objects.values_list("pk", flat=True))
        said: str | None = super().handle(*args, **options)
        for person in User.objects.exclude(pk__in=before):
            target = Target("person", id=str(person.pk), name=person.get_username())
            record_fact(Actor.shell(), "person.add", target, Outcome.SUCCEEDED)
        return said

"""Prints the one-time link that makes the first administrator; prints nothing when there is one already."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from hosts.access import Actor, Target
from hosts.models import SetupLink, no_administrator
from hosts.operations.perform import perform
from hosts.operations.setup import IssueLink


class Command(BaseCommand):
    help = "Print a one-time link that makes the first administrator (nothing when there is one)."

    def handle(self, *args: Any, **options: Any) -> None:
        if no_administrator():
            token = SetupLink.new_token()
            result = perform(Actor.shell(), IssueLink(), Target("console"), {"token": token})
            if not result.ok:
                raise CommandError(result.message)
            origin = settings.ORIGINS[0] if settings.ORIGINS else ""
            self.stdout.write(origin + reverse("setup", args=[token]))

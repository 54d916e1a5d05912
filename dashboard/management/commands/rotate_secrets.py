"""Gives the stored secrets a new key: adds one, seals everything under it, and drops the old ones."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models

from dashboard import env, keys
from hosts.access import Actor, Target
from hosts.models import Outcome, SecretError
from hosts.models.secrets import SealedField, reseal
from hosts.operations.perform import record_fact


class Command(BaseCommand):
    help = "Seal the stored keys and passwords under a new key, and drop the old ones."

    def handle(self, *args: Any, **options: Any) -> None:
        file = env.data_dir() / "keys" / "secrets.key"
        keys.add_fernet_key(file)
        count = 0
        try:
            for model in apps.get_models():
                columns = [field.name for field in model._meta.fields if isinstance(field, SealedField)]
                count += _reseal(model, columns) if columns else 0
        except SecretError as error:
            raise CommandError(f"{error} The old keys are kept.") from error
        keys.replace_fernet_keys(file, keys.fernet_keys(file)[:1])
        record_fact(Actor.shell(), "secrets.rotate", Target("console"), Outcome.SUCCEEDED)
        self.stdout.write(f"{count} stored secrets are sealed under a new key. Back up {file}.")


def _reseal(model: type[models.Model], columns: list[str]) -> int:
    """Row by row, and only where nobody has changed the secret meanwhile."""
    count = 0
    for row in model._default_manager.only(*columns):
        for column in columns:
            old = getattr(row, column)
            if old:
                count += model._default_manager.filter(pk=row.pk, **{column: old}).update(**{column: reseal(old)})
    return count

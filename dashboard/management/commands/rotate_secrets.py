"""Gives the stored secrets a new key: adds one, seals everything under it, and drops the old ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from dashboard import env, keys
from hosts.access import Actor, Target
from hosts.models import SecretError
from hosts.models.secrets import SealedField, hold_keys, is_fresh, reseal
from hosts.operations.base import NotPossible
from hosts.operations.recording import recorded

# A row that is changed again and again while it is sealed anew is left to the last pass, which nobody disturbs.
_PASSES = 5


class Command(BaseCommand):
    help = "Seal the stored keys and passwords under a new key, and drop the old ones."

    def handle(self, *args: Any, **options: Any) -> None:
        file = env.data_dir() / "keys" / "secrets.key"
        try:
            with recorded(Actor.shell(), "secrets.rotate", Target("console")) as said:
                count = _rotate(file)
                said.append(f"{count} stored secrets are sealed under a new key.")
        except NotPossible as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{said[0]} Back up {file}.")


def _rotate(file: Path) -> int:
    keys.add_fernet_key(file)
    count = 0
    for _again in range(_PASSES):
        sealed = sum(_reseal(model, column) for model, column in _columns())
        count += sealed
        if not sealed:
            break
    with transaction.atomic():
        # Whoever saves a secret from here on waits, and then seals it under the key that is left.
        hold_keys(alone=True)
        count += sum(_reseal(model, column) for model, column in _columns())
        left = [_named(model, column, pk) for model, column in _columns() for pk in _stale(model, column)]
        if not left:
            keys.replace_fernet_keys(file, keys.fernet_keys(file)[:1])
    if left:
        raise NotPossible(
            f"{len(left)} stored secrets cannot be opened with the keys in {file}: {', '.join(left[:20])}. "
            "The old keys are kept. Set these secrets again, then run this once more."
        )
    return count


def _columns() -> list[tuple[type[models.Model], str]]:
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, SealedField)
    ]


def _stale(model: type[models.Model], column: str) -> dict[Any, str]:
    """What is not under the newest key, by the row's key."""
    rows = model._default_manager.exclude(**{column: ""}).values_list("pk", column)
    return {pk: sealed for pk, sealed in rows if not is_fresh(sealed)}


def _reseal(model: type[models.Model], column: str) -> int:
    """Row by row, and only where nobody has changed the secret meanwhile; what cannot be opened is left as it is."""
    count = 0
    for pk, old in _stale(model, column).items():
        try:
            new = reseal(old)
        except SecretError:
            continue
        count += model._default_manager.filter(pk=pk, **{column: old}).update(**{column: new})
    return count


def _named(model: type[models.Model], column: str, pk: Any) -> str:
    return f"{column} of {model._meta.verbose_name} {model._default_manager.get(pk=pk)}"

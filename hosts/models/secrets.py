"""Secrets at rest: sealed with a key that is not SECRET_KEY, and bound to the row and column they belong to.

A sealed text can be neither read nor moved: the place it belongs to stands inside the encrypted part, so one row's
ciphertext is refused in another. Nothing is opened by a query; `unseal` is called where the secret is used.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import connection, models, transaction

# Any number that no other advisory lock has.
_KEYS_LOCK = 0x717379


class SecretError(Exception):
    """A sealed text that cannot be opened: the key is gone, or the text belongs elsewhere."""


class SealedField(models.TextField):  # type: ignore[type-arg]
    """Holds a sealed text or nothing. Being a type of its own, rotation finds every column."""


def seal(plain: str, place: str) -> str:
    """Encrypt for one place; an empty text stays empty."""
    if not plain:
        return ""
    return _keys().encrypt(json.dumps([place, plain]).encode()).decode()


def unseal(sealed: str, place: str) -> str:
    if not sealed:
        return ""
    try:
        where, plain = json.loads(_keys().decrypt(sealed.encode()))
    except (InvalidToken, ValueError) as error:
        raise SecretError("A stored secret cannot be opened with the keys in keys/secrets.key.") from error
    if where != place:
        raise SecretError("A stored secret stands in a row that it does not belong to.")
    return str(plain)


def reseal(sealed: str) -> str:
    """The same secret under the newest key."""
    try:
        return _keys().rotate(sealed.encode()).decode() if sealed else ""
    except InvalidToken as error:
        raise SecretError("A stored secret cannot be opened with the keys in keys/secrets.key.") from error


def is_fresh(sealed: str) -> bool:
    """Whether the newest key opens it; what is empty needs none."""
    try:
        return not sealed or bool(Fernet(settings.SECRETS_KEYS()[0]).decrypt(sealed.encode()))
    except InvalidToken:
        return False


def hold_keys(*, alone: bool = False) -> None:
    """Until the transaction ends the keys stay as they are; `alone` waits for everybody else who holds them.

    On SQLite each of our transactions holds the database alone from its beginning.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}(%s)", [_KEYS_LOCK])


class SecretOwner(models.Model):
    """A row with sealed columns; `uid` names it before and after it has a primary key."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._set: dict[str, str] = {}

    def save(self, *args: Any, **kwargs: Any) -> None:
        """What was set is sealed once more here: its key may have been dropped since."""
        with transaction.atomic():
            hold_keys()
            for column, plain in self._set.items():
                setattr(self, column, seal(plain, self._place(column)))
            super().save(*args, **kwargs)

    def set_secret(self, column: str, plain: str) -> None:
        self._set[column] = plain
        setattr(self, column, seal(plain, self._place(column)))

    def secret(self, column: str) -> str:
        return unseal(getattr(self, column), self._place(column))

    def _place(self, column: str) -> str:
        return f"{self._meta.db_table}:{self.uid}:{column}"


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SECRETS_KEYS()])

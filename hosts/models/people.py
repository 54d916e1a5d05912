"""The people who sign in, and the one-time link by which the first of them gets in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from hosts.models.access import Role, RoleAssignment

# Django's own, so that a person without `sessions` has the hash that Django gives them.
_SESSION_SALT = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
# The key of the one row of set-up links.
_ONLY = 1


class PeopleManager(UserManager["User"]):
    @transaction.atomic
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra: Any
    ) -> User:
        """Django's command for a first account makes an administrator over all hosts."""
        user = super().create_superuser(username, email, password, **extra)
        RoleAssignment.objects.create(user=user, role=Role.ADMINISTRATOR)
        return user


class User(AbstractUser):
    """A person. What they may do stands in `RoleAssignment`; Django's own permission flags are not asked.

    `lists` is how they want each list, by noun: {"container": {"cols": ["name", …], "size": 100, "sort": "-since"}}. It
    is read with the person at each request, and so costs a list no query of its own.
    """

    lists = models.JSONField(default=dict, blank=True)

    # Empty: the browser's.
    language = models.CharField(max_length=10, blank=True)
    # Part of what every session of theirs is checked against: with another one, none of them lives again.
    sessions = models.CharField(max_length=32, blank=True, default="")

    objects: ClassVar[PeopleManager] = PeopleManager()

    def __str__(self) -> str:
        return self.get_username()

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        mixed = f"{self.password}{self.sessions}"
        return salted_hmac(_SESSION_SALT, mixed, secret=secret, algorithm="sha256").hexdigest()

    def end_sessions(self) -> None:
        """Sign them out everywhere, for good; to be called before `save`."""
        self.sessions = secrets.token_hex(16)


class SetupLink(models.Model):
    """A one-time right to make the first administrator; only the hash of its token is kept.

    There is one row at most, which every link issued takes over: whoever claims it holds it until their transaction
    ends, so two can never make a first administrator each, with the same link or with two.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"until {self.expires_at:%Y-%m-%d %H:%M}"

    @staticmethod
    def new_token() -> str:
        return secrets.token_urlsafe(24)

    @classmethod
    def issue(cls, token: str = "") -> str:
        """A link good for a day; earlier ones end."""
        token = token or cls.new_token()
        values = {"token_hash": _digest(token), "expires_at": timezone.now() + timedelta(days=1), "used": False}
        with transaction.atomic():
            cls.objects.exclude(pk=_ONLY).delete()
            cls.objects.update_or_create(pk=_ONLY, defaults=values)
        return token

    @classmethod
    def good(cls, token: str) -> bool:
        return no_administrator() and cls._open(token).exists()

    @classmethod
    def claim(cls, token: str) -> bool:
        """Use it up, inside of the transaction that makes the administrator; False when it is used up or ended."""
        return cls._open(token).update(used=True) == 1

    @classmethod
    def _open(cls, token: str) -> models.QuerySet[SetupLink]:
        return cls.objects.filter(pk=_ONLY, token_hash=_digest(token), used=False, expires_at__gt=timezone.now())


def no_administrator() -> bool:
    over_all = RoleAssignment.objects.filter(role=Role.ADMINISTRATOR, group__isnull=True, user__is_active=True)
    return not over_all.exists()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

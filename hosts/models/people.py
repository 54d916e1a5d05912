"""The people who sign in, and the one-time link by which the first of them gets in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models, transaction
from django.utils import timezone

from hosts.models.access import Role, RoleAssignment


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

    objects: ClassVar[PeopleManager] = PeopleManager()

    def __str__(self) -> str:
        return self.get_username()


class SetupLink(models.Model):
    """A one-time right to make the first administrator; only the hash of its token is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"until {self.expires_at:%Y-%m-%d %H:%M}"

    @classmethod
    def issue(cls) -> str:
        """A new token, good for a day; earlier ones end."""
        token = secrets.token_urlsafe(24)
        with transaction.atomic():
            cls.objects.all().delete()
            cls.objects.create(token_hash=_digest(token), expires_at=timezone.now() + timedelta(days=1))
        return token

    @classmethod
    def good(cls, token: str) -> bool:
        return (
            no_administrator() and cls.objects.filter(token_hash=_digest(token), expires_at__gt=timezone.now()).exists()
        )


def no_administrator() -> bool:
    over_all = RoleAssignment.objects.filter(role=Role.ADMINISTRATOR, group__isnull=True, user__is_active=True)
    return not over_all.exists()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

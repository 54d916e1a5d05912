"""Sign-in: nobody makes an account for themselves, and each login, logout and failed login stands in the trail."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.middleware import actor_of, client_address
from hosts.access import Actor, Target
from hosts.models import Outcome, User
from hosts.operations.perform import record_fact


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("The name or the password is wrong."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "0.0.0.0"  # noqa: S104 - a key for rate limits, nothing listens there


def _address(request: HttpRequest | None) -> str:
    return client_address(request) if request is not None else ""


@receiver(user_logged_in)
def _signed_in(sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
    target = Target("person", id=str(user.pk), name=user.get_username())
    record_fact(actor_of(user, _address(request)), "session.login", target, Outcome.SUCCEEDED)


@receiver(user_logged_out)
def _signed_out(sender: object, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        target = Target("person", id=str(user.pk), name=user.get_username())
        record_fact(actor_of(user, _address(request)), "session.logout", target, Outcome.SUCCEEDED)


@receiver(user_login_failed)
def _failed(sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    name = str(credentials.get("username") or credentials.get("login") or "")[:255]
    actor = Actor.nobody(name, _address(request))
    message = _("The name or the password is wrong.")
    record_fact(actor, "session.login", Target("person", name=name), Outcome.REFUSED, message)


@receiver(password_changed)
def _password_changed(sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
    target = Target("person", id=str(user.pk), name=user.get_username())
    record_fact(actor_of(user, _address(request)), "person.password", target, Outcome.SUCCEEDED)

"""Sign-in: nobody makes an account for themselves, and each login, logout and failed login stands in the trail."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboard import guesses
from dashboard.device import device_of, remember
from dashboard.middleware import actor_of, client_address
from hosts.access import Actor, Target
from hosts.models import Outcome, User
from hosts.operations.base import NotPossible
from hosts.operations.recording import record_fact


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("The name or the password is wrong."),
        "too_many_login_attempts": gettext_lazy(
            "Too many failed sign-ins. Wait 5 minutes, or use a browser in which you have signed in before."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "0.0.0.0"  # noqa: S104 - a key for rate limits, nothing listens there

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Nothing is looked up for who has no try now, so an account that exists gives no other answer."""
        name, address = str(credentials.get("username") or ""), client_address(request)
        try:
            one = guesses.sign_in(name, address, device_of(request, name))
        except guesses.TooMany as refusal:
            record_throttled(name, address, refusal.unsaid)
            raise self.validation_error("too_many_login_attempts") from refusal
        user = super().authenticate(request, **credentials)
        if user is not None:
            one.was_right()
        return user

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember(request, response, user)
        return response

    def set_password(self, user: User, password: str) -> None:
        """With the old one end all sessions but this, and no browser is known any more but this.

        Only as long as the account is what it was when the request began: an administrator may have disabled it since.
        """
        unchanged = User.objects.filter(pk=user.pk, is_active=True, password=user.password, sessions=user.sessions)
        user.set_password(password)
        user.end_sessions()
        if not unchanged.update(password=user.password, sessions=user.sessions):
            raise NotPossible(_("Your account has just been changed elsewhere. Sign in again."))


def record_throttled(name: str, address: str, count: int) -> None:
    """Refused tries, of which not each is worth a record: how many there were since the last one."""
    if count:
        message = ngettext(
            "Throttled after too many failures: %(count)s try was refused.",
            "Throttled after too many failures: %(count)s tries were refused.",
            count,
        ) % {"count": count}
        actor, target = Actor.nobody(name[:255], address), Target("person", name=name[:255])
        record_fact(actor, "session.throttled", target, Outcome.REFUSED, message)


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

"""Browsers that an account knows: a signed cookie, set at each sign-in, that says which accounts signed in there.

It lets nobody in. It only keeps the guesses of others from locking a browser out (`dashboard.guesses`). It is bound to
the account and to its sessions' hash: a changed password or a disabled account makes every browser unknown again.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

from hosts.models import User

_SALT = "quayside.device"
_AGE = 365 * 24 * 3600
# Accounts that one browser is known to; the one that signed in last comes first.
_MOST = 4

_Entry = tuple[int, str, str]


def device_of(request: HttpRequest, name: str) -> str:
    """The id under which the account of that name knows this browser; empty when it does not."""
    entries = _entries(request)
    if not entries:
        return ""
    user = User.objects.filter(username__iexact=name.strip(), is_active=True).first()
    return next((device for pk, device, mark in entries if user and _is_of(user, pk, mark)), "")


def remember(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """From now on the account knows this browser, under an id of its own that changes with each sign-in."""
    others = [entry for entry in _entries(request) if entry[0] != user.pk]
    entries = [(user.pk, secrets.token_hex(16), _mark(user)), *others][:_MOST]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(entries, salt=_SALT, compress=True),
        max_age=_AGE,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _entries(request: HttpRequest) -> list[_Entry]:
    try:
        found = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=_AGE)
    except signing.BadSignature:
        return []
    return [(int(pk), str(device), str(mark)) for pk, device, mark in found[:_MOST]]


def _is_of(user: User, pk: int, mark: str) -> bool:
    return user.pk == pk and constant_time_compare(mark, _mark(user))


def _mark(user: User) -> str:
    return salted_hmac(_SALT, user.get_session_auth_hash(), algorithm="sha256").hexdigest()[:32]

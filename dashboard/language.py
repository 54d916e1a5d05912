"""Which language is spoken to whom: the one a person has chosen, else the one that their browser asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from hosts.models import User


def speak_to(user: User | AnonymousUser) -> None:
    """In this request or task, from here on, in the person's own language; the browser's is there already."""
    chosen = user.language if isinstance(user, User) else ""
    if chosen in dict(settings.LANGUAGES):
        translation.activate(chosen)


def speak_as_asked(scope: Mapping[str, Any]) -> None:
    """What LocaleMiddleware does for a request, for the handshake of a socket."""
    given = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
    for code, _weight in parse_accept_lang_header(given.decode("latin-1")):
        try:
            translation.activate(translation.get_supported_language_variant(code))
        except LookupError:
            continue
        return
    translation.activate(settings.LANGUAGE_CODE)
